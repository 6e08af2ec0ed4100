import { type FieldPath, parsePath } from '../../resource/field-path.ts';
import { isJsonObject, type JsonObject, type JsonValue, valueAt } from '../../resource/json.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { Resource } from '../../resource/resource.ts';

export const changeKinds = ['changed', 'added', 'removed'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * What happened, or is proposed to happen, to one object. `paths` are those of CONTRACTS 1; they say where `before` and `after` differ and
 * are empty for an object that comes or goes whole. `id` has its namespace.
 */
export interface ObjectChange {
  readonly id: ResourceId;
  readonly change: ChangeKind;
  readonly paths: readonly string[];
  readonly before: Resource | null;
  readonly after: Resource | null;
  /** RFC 3339: since when it holds at the latest; null while it is only proposed, or when nobody knows. */
  readonly at: string | null;
}

/**
 * When somebody who depends on a changed object sees the change: `live` by itself, `restart` when its pods are started anew, which nobody
 * does by itself, `next-start` only where pods, volumes or runs are made anew, `never`.
 */
export const sights = ['live', 'restart', 'next-start', 'never'] as const;
export type Sees = (typeof sights)[number];

/** One who is reached by a change at first hand. Probabilities are from 0 to 1 and hold once the change is seen. */
export interface Reached {
  /** Node of the graph. */
  readonly id: string;
  readonly sees: Sees;
  /** RFC 3339: from when on; null: not yet, or nobody knows. */
  readonly since: string | null;
  readonly why: string;
  readonly breaks: number;
  readonly notices: number;
}

/** The paths of a change, taken apart. What has no known form is left out of it, never guessed. */
export function pathsOf({ paths }: ObjectChange): FieldPath[] {
  return paths.flatMap((path) => {
    const parsed = parsePath(path);
    return parsed === undefined ? [] : [parsed];
  });
}

/** The names of a path's fields, elements of lists left out: `spec.ports[port=80].targetPort` is `spec.ports.targetPort`. */
export function fieldsOf(path: FieldPath): string[] {
  return path.flatMap((segment) => (segment.kind === 'field' ? [segment.name] : []));
}

/** Whether a path is at, below or above these fields: above counts, because then all that is below is concerned. */
export function concerns(path: FieldPath, fields: readonly string[]): boolean {
  const own = fieldsOf(path);
  return fields.every((name, at) => own[at] === undefined || own[at] === name);
}

/** Names of the members of `field` that a change concerns: those that are named, or all that differ when the whole field is. */
export function changedMembers(change: ObjectChange, field: string): string[] {
  const before = membersOf(change.before?.body, field);
  const after = membersOf(change.after?.body, field);
  const named = pathsOf(change).filter((path) => fieldsOf(path)[0] === field);
  const isWhole = change.change !== 'changed' || named.some((path) => path.length === 1);
  if (!isWhole) return [...new Set(named.flatMap((path) => fieldsOf(path)[1] ?? []))];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key] !== after[key]);
}

function membersOf(body: JsonObject | undefined, field: string): JsonObject {
  const found: JsonValue | undefined = valueAt(body, field);
  return isJsonObject(found) ? found : {};
}
