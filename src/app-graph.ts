import { type BothSides, mergeSides } from './app-audit.ts';
import { buildGraph } from './graph/build-graph.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { formatResourceId } from './resource/resource-id.ts';
import { describeGaps } from './resource/snapshot.ts';

/** The graph of what is live, at the places where Git declares it. `builtAt` is RFC 3339; with `readImages` images are told afterwards. */
export function graphOfSides(sides: BothSides, builtAt: string, readImages = false): DependencyGraph {
  const graph = buildGraph(mergeSides(sides), {
    builtAt,
    images: readImages ? new Map() : null,
    lineOf: (resource, path) => sides.sourceOf(formatResourceId(resource.id))?.lineOf(resource, path) ?? null,
  });
  graph.unread = describeGaps([...sides.desired.flatMap(({ gaps }) => gaps), ...sides.live.gaps]);
  return graph;
}
