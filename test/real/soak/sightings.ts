import type { ResourceId } from '../../../src/resource/resource-id.ts';
import type { SeenChange } from './kubectl-watch.ts';

/** What Mooring showed of each object whenever it reported a change of it. */
export interface Sightings {
  note(id: ResourceId, version: string | null): void;
  /** The changes that Mooring has not shown, neither as they were nor anything newer of the same object. */
  missing(kind: string, changes: readonly SeenChange[]): readonly SeenChange[];
}

export function createSightings(): Sightings {
  /** The newest version shown of an object, and after which version its absence was last shown. */
  const newest = new Map<string, bigint>();
  const goneAfter = new Map<string, bigint>();
  /** The newest version that kubectl showed: a deletion comes after it. */
  const shown = new Map<string, bigint>();
  const at = (map: ReadonlyMap<string, bigint>, key: string): bigint => map.get(key) ?? -1n;

  return {
    note({ kind, namespace, name }, version) {
      const key = `${kind} ${namespace}/${name}`;
      if (version === null) goneAfter.set(key, at(newest, key));
      else newest.set(key, BigInt(version) > at(newest, key) ? BigInt(version) : at(newest, key));
    },
    missing(kind, changes) {
      for (const { key, version } of changes) if (version !== null) shown.set(`${kind} ${key}`, BigInt(version));
      // What came and went while Mooring was away is no state any more.
      const last = new Map(changes.map((change) => [change.key, change]));
      return [...last.values()].filter((change) => {
        const key = `${kind} ${change.key}`;
        if (change.version !== null) {
          const isGone = goneAfter.has(key) && at(goneAfter, key) === at(newest, key);
          return at(newest, key) < BigInt(change.version) && !isGone;
        }
        const before = at(shown, key);
        return at(newest, key) <= before && at(goneAfter, key) < at(newest, key);
      });
    },
  };
}
