/** Sets of keys by key that vanish when they become empty. Most hold one member, which then stands for itself. */
export type KeyIndex = Map<string, string | Set<string>>;

const nobody: readonly string[] = [];

export function addTo(index: KeyIndex, key: string, member: string): void {
  const held = index.get(key);
  if (held === undefined) index.set(key, member);
  else if (typeof held !== 'string') held.add(member);
  else if (held !== member) index.set(key, new Set([held, member]));
}

export function removeFrom(index: KeyIndex, key: string, member: string): void {
  const held = index.get(key);
  if (held === member) index.delete(key);
  else if (held !== undefined && typeof held !== 'string') {
    held.delete(member);
    if (held.size === 0) index.delete(key);
  }
}

export function membersOf(index: KeyIndex, key: string): readonly string[] | ReadonlySet<string> {
  const held = index.get(key);
  if (held === undefined) return nobody;
  return typeof held === 'string' ? [held] : held;
}

export function countOf(index: KeyIndex, key: string): number {
  const held = index.get(key);
  if (held === undefined) return 0;
  return typeof held === 'string' ? 1 : held.size;
}
