import type { DependencyGraph } from '../dependency-graph.ts';
import { breakingCost, costScale, degradingCost, never } from '../impact/edge-impact.ts';
import type { Effect } from '../impact/rank-callers.ts';
import { walkCallers } from '../impact/walk-callers.ts';
import type { ObjectChange } from './object-change.ts';
import { reachedBy } from './reached-by.ts';

/** What one change may have done to one node. */
export interface UpstreamImpact {
  readonly effect: Effect;
  /** Of the effect, from 0 to 1. */
  readonly probability: number;
  /** From whom the change reaches at first hand to the node. */
  readonly path: readonly string[];
  /** Why the first of the path is reached. */
  readonly why: string;
}

/** How a change may have hit a node; null when it does not reach it. Looks no further than one in fifty. */
export function impactOn(graph: DependencyGraph, node: string, change: ObjectChange): UpstreamImpact | null {
  const index = graph.adjacency.indexes.get(node);
  if (index === undefined) return null;
  const { reached } = reachedBy(change, graph);
  const starts = reached.filter(({ notices }) => notices > 0);
  if (starts.length === 0) return null;
  const walk = walkCallers(graph.adjacency, starts, { leastProbability: 0.02 });
  const [breaks, notices] = [walk.breakCost(index), walk.noticeCost(index)];
  if (breaks === never && notices === never) return null;
  const isBroken = breaks <= breakingCost;
  const cost = isBroken ? breaks : Math.min(breaks, notices);
  const path = walk.pathTo(index, isBroken || breaks <= notices);
  return {
    effect: isBroken ? 'breaks' : cost <= degradingCost ? 'degrades' : 'may-degrade',
    probability: Math.round(Math.exp(-cost / costScale) * 100) / 100,
    path,
    why: starts.find(({ id }) => id === path[0])?.why ?? '',
  };
}
