const digits = /^\d+$/;

/**
 * Order of two resource versions of one kind as numbers (allowed since Kubernetes 1.35), or undefined when one of them is no
 * number: some aggregated servers use other texts, and then no order may be concluded.
 */
export function compareVersions(a: string, b: string): number | undefined {
  if (!digits.test(a) || !digits.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function isOlder(a: string, b: string): boolean {
  return (compareVersions(a, b) ?? 0) < 0;
}
