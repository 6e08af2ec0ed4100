const bullets = '••••';

/** A masked Secret value: dots and a length class, never the value, and nothing that shows equality between two objects. */
export function maskSecret(value: unknown): string {
  const length = typeof value === 'string' ? value.length : JSON.stringify(value ?? '').length;
  return `${bullets} (${lengthClass(length)})`;
}

function lengthClass(length: number): string {
  if (length === 0) return 'empty';
  if (length <= 16) return 'short';
  if (length <= 256) return 'medium';
  return 'long';
}
