import { buildGraph } from './graph/build-graph.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import type { ManifestSource } from './collectors/manifest-source.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId } from './resource/resource-id.ts';

/** The graph of these resources; `sourceOf` finds the source that can tell the line of a piece of evidence. */
export function graphOf(
  resources: readonly Resource[],
  builtAt: string,
  sourceOf: (key: string) => ManifestSource | undefined,
): DependencyGraph {
  return buildGraph(resources, {
    builtAt,
    lineOf: (resource, path) => sourceOf(formatResourceId(resource.id))?.lineOf(resource, path) ?? null,
  });
}
