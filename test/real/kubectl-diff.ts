import { tryTool } from './run-tool.ts';

/** What `kubectl diff` shows: names of objects with a difference, names of those that only its own bookkeeping changes. */
export type KubectlDiff =
  | { readonly kind: 'shown'; readonly names: ReadonlySet<string>; readonly noise: ReadonlySet<string> }
  | { readonly kind: 'failed' };

/** Exit code 1 means differences; above that kubectl could not compare. */
export async function kubectlDiff(
  namespace: string,
  manifests: string,
  flags: readonly string[],
): Promise<KubectlDiff> {
  const args = ['-n', namespace, 'diff', ...flags, '-f', '-'];
  const { code, stdout } = await tryTool('kubectl', args, { input: manifests });
  if (code > 1) return { kind: 'failed' };
  const names = new Set<string>();
  const noise = new Set<string>();
  for (const section of stdout.split(/^(?=diff )/m).filter((each) => each.startsWith('diff '))) {
    const [head = '', ...lines] = section.split('\n');
    // It compares files named GROUP.VERSION.KIND.NAMESPACE.NAME.
    const name = head.split(`.${namespace}.`).at(-1) ?? '';
    (lines.some(isChange) ? names : noise).add(name);
  }
  return { kind: 'shown', names, noise };
}

/** Nobody declares the generation, or the text that kubectl keeps of what it last applied. */
function isChange(line: string): boolean {
  return (
    /^[+-](?![+-])/.test(line) &&
    !/^[+-] +(?:generation:|kubectl\.kubernetes\.io\/last-applied|\{"apiVersion")/.test(line)
  );
}
