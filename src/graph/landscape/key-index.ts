/** Sets by key that vanish when they become empty. */
export type KeyIndex = Map<string, Set<string>>;

export function addTo(index: KeyIndex, key: string, member: string): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([member]));
  else set.add(member);
}

export function removeFrom(index: KeyIndex, key: string, member: string): void {
  const set = index.get(key);
  set?.delete(member);
  if (set?.size === 0) index.delete(key);
}
