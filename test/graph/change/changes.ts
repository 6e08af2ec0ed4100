import type { DependencyGraph } from '../../../src/graph/dependency-graph.ts';
import { changeRadius, type ChangeRadius } from '../../../src/graph/change/change-radius.ts';
import type { ObjectChange } from '../../../src/graph/change/object-change.ts';
import { buildGraph } from '../../../src/graph/build-graph.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { builtAt } from '../world.ts';

/** Changes of small worlds, and what they reach as lines of text. */
export const at = '2026-03-01T09:00:00Z';

export interface ChangeParts {
  readonly paths?: readonly string[];
  readonly at?: string | null;
}

export function changed(
  before: Resource,
  after: Resource,
  paths: readonly string[],
  parts: ChangeParts = {},
): ObjectChange {
  return { id: after.id, change: 'changed', paths, before, after, at: parts.at === undefined ? at : parts.at };
}

export function removed(before: Resource): ObjectChange {
  return { id: before.id, change: 'removed', paths: [], before, after: null, at };
}

export function added(after: Resource): ObjectChange {
  return { id: after.id, change: 'added', paths: [], before: null, after, at };
}

/** The graph that a change is asked of: what is there now, and what was removed. */
export function worldAfter(world: readonly Resource[], changes: readonly ObjectChange[]): DependencyGraph {
  const now = new Map(world.map((resource) => [JSON.stringify(resource.id), resource]));
  for (const { after } of changes) if (after !== null) now.set(JSON.stringify(after.id), after);
  return buildGraph([...now.values()], { builtAt });
}

export function radius(world: readonly Resource[], ...changes: readonly ObjectChange[]): ChangeRadius {
  return changeRadius(worldAfter(world, changes), changes, { of: 'a change' });
}

/** `web restart`: who is reached at first hand, and when. */
export function sightings(world: readonly Resource[], ...changes: readonly ObjectChange[]): string[] {
  return radius(world, ...changes).changes.flatMap(({ reaches }) =>
    reaches.map(({ id, sees }) => `${id.replace(/^shop\//, '')} ${sees}`),
  );
}

/** `web breaks`: what the list says of each dependant, the likeliest first. */
export function effects(world: readonly Resource[], ...changes: readonly ObjectChange[]): string[] {
  return radius(world, ...changes).affected.map(({ id, effect }) => `${id.replace(/^shop\//, '')} ${effect}`);
}
