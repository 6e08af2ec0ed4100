import type { FieldPath } from '../../resource/field-path.ts';
import type { Actor, ActorClass, Change } from '../drift-report.ts';
import { classOfManager, type ManagerClass, writesByApplyOnly } from './manager-catalogue.ts';
import { entriesOfOtherVersions, type ManagerEntry, type Ownership, ownersOf } from './managed-fields.ts';

export interface Suspect {
  readonly entry: ManagerEntry;
  readonly as: ManagerClass;
}

/** The managers behind a path, the most telling first: a person before a pipeline before an engine. */
export function suspectsOf(ownership: Ownership, path: FieldPath): readonly Suspect[] {
  const owners = ownersOf(ownership, path);
  const suspects = owners.map((entry) => ({ entry, as: classify(entry, ownership) }));
  return suspects.sort((a, b) => rankOf(a.as.class) - rankOf(b.as.class) || compareTimes(b.entry, a.entry));
}

const order: readonly ActorClass[] = [
  'suspicious',
  'human',
  'human-operational',
  'human-or-ci',
  'ci',
  'controller',
  'gitops',
  'platform',
  'admission-suspected',
  'unknown',
];

export function rankOf(actorClass: ActorClass): number {
  return order.indexOf(actorClass);
}

function compareTimes(a: ManagerEntry, b: ManagerEntry): number {
  return (a.time ?? '').localeCompare(b.time ?? '');
}

/** An engine that applies this very object server-side does not also update it: that is somebody under its name. */
export function classify(entry: ManagerEntry, ownership: Ownership): ManagerClass {
  const known = classOfManager(entry.manager, entry.subresource);
  if (known.class !== 'gitops' || entry.operation !== 'Update') return known;
  const applies =
    writesByApplyOnly(entry.manager) ||
    ownership.entries.some((other) => other.manager === entry.manager && other.operation === 'Apply');
  return applies
    ? { class: 'suspicious', confidence: 'medium', what: `an update under the name of an engine that writes by apply` }
    : known;
}

/** Who made a difference, from ownership alone; a watcher that saw it happen adds exact times later. Never a guess. */
export function attribute(ownership: Ownership, path: FieldPath, change: Change): Actor {
  if (change === 'removed') return unknownActor('a removed field leaves no owner');
  const suspects = suspectsOf(ownership, path);
  const first = suspects[0];
  if (first !== undefined) return actorOf(first, suspects);
  const elsewhere = otherVersion(ownership);
  if (elsewhere !== undefined) return elsewhere;
  if (ownership.entries.length === 0) return unknownActor('the object has no ownership record');
  if (change === 'added') {
    return {
      ...unknownActor('nobody owns the field, as with values that admission adds'),
      class: 'admission-suspected',
    };
  }
  return unknownActor('nobody owns the field');
}

export function actorOf(suspect: Suspect, all: readonly Suspect[]): Actor {
  const { entry, as } = suspect;
  const others = all.slice(1).map((other) => other.entry.manager);
  const timeless = as.class === 'unknown' || as.class === 'platform';
  return {
    manager: entry.manager,
    class: as.class,
    operation: entry.operation,
    subresource: entry.subresource,
    at: null,
    notBefore: null,
    notAfter: timeless ? null : entry.time,
    confidence: as.confidence,
    why: `owned by ${entry.manager === '' ? 'a nameless manager' : entry.manager} (${as.what})`,
    ...(others.length > 0 && { coOwners: others }),
  };
}

/** Ownership recorded at another version of the kind names fields differently there: only the manager can be told. */
function otherVersion(ownership: Ownership): Actor | undefined {
  const suspects = entriesOfOtherVersions(ownership)
    .map((entry) => ({ entry, as: classify(entry, ownership) }))
    .sort((a, b) => rankOf(a.as.class) - rankOf(b.as.class));
  const first = suspects[0];
  if (first === undefined) return undefined;
  const actor = actorOf(first, [first]);
  return { ...actor, confidence: 'medium', why: `${actor.why}, recorded at ${first.entry.apiVersion}` };
}

export function unknownActor(why: string): Actor {
  return {
    manager: null,
    class: 'unknown',
    operation: null,
    subresource: null,
    at: null,
    notBefore: null,
    notAfter: null,
    confidence: 'low',
    why,
  };
}
