import type { DependencyGraph } from '../dependency-graph.ts';
import { type BlastOptions, type BlastRadius, type Origin, radiusFrom } from '../blast-radius.ts';
import { keyOf } from '../landscape/landscape.ts';
import type { ChangeKind, ObjectChange, Reached, Sees } from './object-change.ts';
import { reachedBy } from './reached-by.ts';

/** One changed object with those who are reached at first hand; part of the document of CONTRACTS 3 when it answers for a change. */
export interface ChangedObject {
  /** `group/kind/namespace/name`. */
  readonly resource: string;
  readonly change: ChangeKind;
  readonly paths: readonly string[];
  readonly reaches: readonly ReachedNode[];
  /** False: who depends on it is not known, so that `reaches` may lack somebody. */
  readonly isUnderstood: boolean;
  /** What is not known of it; empty when nothing is amiss. */
  readonly unknown: readonly string[];
}

export interface ReachedNode {
  readonly id: string;
  readonly sees: Sees;
  readonly since: string | null;
  readonly why: string;
}

export interface ChangeRadius extends BlastRadius {
  readonly changes: readonly ChangedObject[];
}

export interface ChangeOptions extends BlastOptions {
  /** What is asked about, for people: `main..feature`, an episode, an object. */
  readonly of: string;
}

/**
 * The blast radius of a change, which is less than that of a failure: it starts at those who see the changed field, with what the change
 * does to them, and goes on to their callers. The changed objects themselves are not listed.
 */
export function changeRadius(
  graph: DependencyGraph,
  changes: readonly ObjectChange[],
  options: ChangeOptions,
): ChangeRadius {
  const told: ChangedObject[] = [];
  const origins: Origin[] = [];
  for (const change of changes) {
    const { node, reached, isUnderstood, unknown } = reachedBy(change, graph);
    origins.push(...reached.flatMap((each) => originOf(each, node)));
    told.push({
      resource: keyOf(graph.landscape, change.id),
      change: change.change,
      paths: change.paths,
      reaches: reached.map(({ id, sees, since, why }) => ({ id, sees, since, why })).toSorted(byId),
      isUnderstood: isUnderstood || node !== null,
      unknown: [...unknownOf(change, node, isUnderstood), ...unknown],
    });
  }
  return Object.assign(radiusFrom(graph, origins, options), { changes: told });
}

/** Whether anything is known of those who depend on what changed; otherwise an empty list says nothing. */
export function isKnown({ changes }: ChangeRadius): boolean {
  return changes.some(({ isUnderstood }) => isUnderstood);
}

/** Who is reached and is not the changed object itself is listed, one step from it. */
function originOf({ id, sees, since, breaks, notices }: Reached, node: string | null): Origin[] {
  if (breaks === 0 && notices === 0) return [];
  const isItself = id === node;
  return [{ id, breaks, notices, hidden: isItself, from: isItself ? null : node, sees, since }];
}

function unknownOf({ id, change, paths }: ObjectChange, node: string | null, isUnderstood: boolean): string[] {
  const sentences: string[] = [];
  if (!isUnderstood && node === null) sentences.push(`nothing is known of who depends on a ${id.kind}`);
  else if (!isUnderstood) sentences.push(`what the fields of a ${id.kind} mean to others is not known`);
  if (change === 'changed' && paths.length === 0) sentences.push('which fields changed is not known');
  return sentences;
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}
