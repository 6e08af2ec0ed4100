import type { DependencyGraph } from './dependency-graph.ts';
import { requireNode } from './find-node.ts';

/** Which part of a graph is asked for. */
export interface GraphFocus {
  /** KIND/NAME, or the id of a node. */
  readonly target: string;
  /** How many edges away. */
  readonly depth: number;
  /** `up`: who depends on it. `down`: what it depends on. */
  readonly direction: 'up' | 'down' | 'both';
}

/**
 * The nodes within `depth` edges of one, itself included. Upwards and downwards are walked apart, so that siblings which merely share
 * a callee are not neighbours. Throws AppError when no node, or more than one, is meant.
 */
export function nodesAround(graph: DependencyGraph, { target, depth, direction }: GraphFocus): ReadonlySet<string> {
  const start = requireNode(graph, target);
  const found = new Set([start]);
  const walks = direction === 'both' ? (['up', 'down'] as const) : [direction];
  for (const way of walks) {
    const seen = new Set([start]);
    let edge = [start];
    for (let step = 0; step < depth && edge.length > 0; step++) {
      edge = edge.flatMap((id) => neighboursOf(graph, id, way)).filter((id) => !seen.has(id) && seen.add(id));
    }
    for (const id of seen) found.add(id);
  }
  return found;
}

function neighboursOf({ nodes }: DependencyGraph, id: string, way: 'up' | 'down'): readonly string[] {
  return way === 'up' ? nodes.inNeighbors(id) : nodes.outNeighbors(id);
}
