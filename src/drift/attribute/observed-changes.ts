import { type FieldPath, formatPath } from '../../resource/field-path.ts';
import { formatJson, stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { compareTrees } from '../compare/compare-trees.ts';
import type { Actor } from '../drift-report.ts';
import { normalisedLive } from '../normalise-pair.ts';
import type { TypeNode } from '../schema/type-node.ts';
import { actorOf, classify, rankOf, type Suspect, suspectsOf } from './attribute.ts';
import { type Ownership, readOwnership } from './managed-fields.ts';

/** When a new version of an object was seen. After a gap in the watch, versions in between may have been missed. */
export interface Sighting {
  /** RFC 3339. */
  readonly at: string;
  /** When the version before was last known to be current. */
  readonly since: string | null;
  readonly gap: boolean;
}

interface Flip {
  readonly at: number;
  readonly manager: string;
}

interface Observed {
  readonly actors: Map<string, Actor>;
  readonly flips: Map<string, Flip[]>;
  recreated: boolean;
}

const fightWindowMs = 60_000;
const fightFlips = 5;
const maxPathsPerObject = 200;

/**
 * What was seen of objects while they changed: each changed path gets its manager and its time, removals included, which the
 * object itself does not tell afterwards.
 */
export class ObservedChanges {
  readonly #byKey = new Map<string, Observed>();

  /** Compares two consecutive versions of one object. */
  observe(
    key: string,
    versions: { readonly before: Resource; readonly after: Resource },
    type: TypeNode,
    sighting: Sighting,
  ): void {
    const { before, after } = versions;
    const observed = this.#byKey.get(key) ?? { actors: new Map(), flips: new Map(), recreated: false };
    const [wasUid, isUid] = [stringAt(before.body, 'metadata', 'uid'), stringAt(after.body, 'metadata', 'uid')];
    if (wasUid !== isUid && wasUid !== undefined && isUid !== undefined) observed.recreated = true;
    const ownership = readOwnership(after.body);
    const moved = movedEntries(readOwnership(before.body), ownership);
    for (const candidate of compareTrees(normalisedLive(before), normalisedLive(after), type).candidates) {
      if (observed.actors.size >= maxPathsPerObject) break;
      const path = formatPath(candidate.path);
      const actor = this.#actor(candidate.path, candidate.change === 'removed', { ownership, moved, sighting });
      if (actor === undefined) observed.actors.delete(path);
      else observed.actors.set(path, actor);
      recordFlip(observed, path, sighting, actor?.manager ?? '');
    }
    if (observed.actors.size > 0 || observed.recreated || observed.flips.size > 0) this.#byKey.set(key, observed);
  }

  #actor(
    path: FieldPath,
    removed: boolean,
    seen: { ownership: Ownership; moved: ReadonlySet<string>; sighting: Sighting },
  ): Actor | undefined {
    const { ownership, moved, sighting } = seen;
    const suspects = removed
      ? movedSuspects(ownership, moved)
      : suspectsOf(ownership, path).filter(({ entry }) => moved.has(entryKey(entry)));
    const first = suspects[0];
    if (first === undefined) return undefined;
    const base = actorOf(first, suspects);
    const sure = !removed && !sighting.gap;
    return {
      ...base,
      at: sighting.gap ? null : sighting.at,
      notBefore: sighting.since,
      notAfter: sighting.at,
      confidence: sure ? base.confidence : base.confidence === 'high' ? 'medium' : 'low',
      why: removed
        ? `${first.entry.manager} wrote in the version in which the field vanished`
        : `${base.why}; seen when it changed`,
    };
  }

  actor(key: string, path: string): Actor | undefined {
    return this.#byKey.get(key)?.actors.get(path);
  }

  wasRecreated(key: string): boolean {
    return this.#byKey.get(key)?.recreated ?? false;
  }

  /** The managers that change a path in turn, when they do so often; empty otherwise. */
  fighters(key: string, path: string, now: string): readonly string[] {
    const recent = (this.#byKey.get(key)?.flips.get(path) ?? []).filter(
      ({ at }) => Date.parse(now) - at <= fightWindowMs,
    );
    const managers = [...new Set(recent.map(({ manager }) => manager))];
    return recent.length >= fightFlips && managers.length > 1 ? managers : [];
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

function recordFlip(observed: Observed, path: string, sighting: Sighting, manager: string): void {
  const flips = observed.flips.get(path) ?? [];
  flips.push({ at: Date.parse(sighting.at), manager });
  observed.flips.set(path, flips.slice(-fightFlips * 2));
}

type Entry = Ownership['entries'][number];

function entryKey(entry: Entry): string {
  return `${entry.manager} ${entry.operation} ${entry.apiVersion} ${entry.subresource ?? ''}`;
}

/** The entries whose time or fields differ from the version before: only their managers can have made the change. */
function movedEntries(before: Ownership, after: Ownership): ReadonlySet<string> {
  const earlier = new Map(before.entries.map((entry) => [entryKey(entry), entry]));
  const moved = new Set<string>();
  for (const entry of after.entries) {
    const was = earlier.get(entryKey(entry));
    if (was === undefined || was.time !== entry.time || formatJson(was.fields) !== formatJson(entry.fields))
      moved.add(entryKey(entry));
  }
  return moved;
}

/** A removal leaves no owner, but its author's entry moved in the same version. */
function movedSuspects(ownership: Ownership, moved: ReadonlySet<string>): readonly Suspect[] {
  return ownership.entries
    .filter((entry) => entry.subresource !== 'status' && moved.has(entryKey(entry)))
    .map((entry) => ({ entry, as: classify(entry, ownership) }))
    .sort((a, b) => rankOf(a.as.class) - rankOf(b.as.class));
}
