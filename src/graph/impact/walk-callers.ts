import type { Adjacency } from './adjacency.ts';
import { costScale, never } from './edge-impact.ts';

/** One node that the failure reaches. Probabilities are those of the best path. */
export interface Reached {
  readonly id: string;
  readonly breaks: number;
  readonly notices: number;
  /** Ids from the failed node to this one, along the best path for the effect that `broken` tells. */
  readonly path: readonly string[];
}

/** A degraded callee is felt by its caller a little less than a broken one. */
const fading = 4;

/** States of a walk: index × 2 for "breaks", + 1 for "degrades". Arrays are kept between walks and cleaned by what was touched. */
interface Scratch {
  costs: Uint8Array;
  parents: Int32Array;
  readonly touched: number[];
}

const scratches = new WeakMap<Adjacency, Scratch>();

export interface Walk {
  /** Nodes reached, in the order of falling probability of being affected at all. */
  readonly indexes: readonly number[];
  readonly breakCost: (index: number) => number;
  readonly noticeCost: (index: number) => number;
  readonly pathTo: (index: number, broken: boolean) => string[];
}

/**
 * Walks from a failed node to its callers, most probable first, down to a least probability. Costs are small integers, so the frontier is
 * an array of buckets and a step costs no comparison. The answer is valid until the next walk over the same adjacency.
 */
export function walkCallers(adjacency: Adjacency, start: string, leastProbability: number): Walk {
  const scratch = cleared(adjacency);
  const limit = Math.min(never - 1, Math.ceil(-Math.log(leastProbability) * costScale));
  const origin = adjacency.indexes.get(start);
  const buckets: number[][] = Array.from({ length: limit + 1 }, () => []);
  const indexes: number[] = [];
  if (origin !== undefined) {
    visit(scratch, buckets, { state: origin * 2, cost: 0, parent: -1 });
    for (let cost = 0; cost <= limit; cost++) spread(adjacency, scratch, buckets, cost);
    const seen = new Set<number>([origin]);
    for (const bucket of buckets) {
      for (const state of bucket) {
        const index = state >> 1;
        if (!seen.has(index)) {
          seen.add(index);
          indexes.push(index);
        }
      }
    }
  }
  return {
    indexes,
    breakCost: (index) => scratch.costs[index * 2] ?? never,
    noticeCost: (index) => scratch.costs[index * 2 + 1] ?? never,
    pathTo: (index, broken) => pathOf(adjacency, scratch, index * 2 + (broken ? 0 : 1)),
  };
}

interface Step {
  readonly state: number;
  readonly cost: number;
  readonly parent: number;
}

function visit(scratch: Scratch, buckets: number[][], { state, cost, parent }: Step): void {
  const known = scratch.costs[state] ?? never;
  if (cost >= known || cost >= buckets.length) return;
  if (known === never) scratch.touched.push(state);
  scratch.costs[state] = cost;
  scratch.parents[state] = parent;
  buckets[cost]?.push(state);
}

/** Settles one bucket; entries that a cheaper way has overtaken are skipped. Buckets may grow while they are read. */
function spread(adjacency: Adjacency, scratch: Scratch, buckets: number[][], cost: number): void {
  const bucket = buckets[cost] ?? [];
  const { starts, counts, callers, costs } = adjacency;
  for (let at = 0; at < bucket.length; at++) {
    const state = bucket[at] ?? 0;
    if (scratch.costs[state] !== cost) continue;
    const index = state >> 1;
    const isBroken = (state & 1) === 0;
    const start = starts[index] ?? 0;
    const end = start + (counts[index] ?? 0);
    for (let entry = start; entry < end; entry++) {
      const caller = (callers[entry] ?? 0) * 2;
      const packed = costs[entry] ?? 0xffff;
      if (isBroken) {
        visit(scratch, buckets, { state: caller, cost: cost + (packed >> 8), parent: state });
        visit(scratch, buckets, { state: caller + 1, cost: cost + (packed & 255), parent: state });
      } else visit(scratch, buckets, { state: caller + 1, cost: cost + (packed & 255) + fading, parent: state });
    }
  }
}

function cleared(adjacency: Adjacency): Scratch {
  const size = adjacency.ids.length * 2;
  let scratch = scratches.get(adjacency);
  if (scratch === undefined || scratch.costs.length < size) {
    scratch = { costs: new Uint8Array(size * 2).fill(never), parents: new Int32Array(size * 2), touched: [] };
    scratches.set(adjacency, scratch);
    return scratch;
  }
  for (const state of scratch.touched) scratch.costs[state] = never;
  scratch.touched.length = 0;
  return scratch;
}

function pathOf(adjacency: Adjacency, scratch: Scratch, state: number): string[] {
  const path: string[] = [];
  for (let at = state; at >= 0; at = scratch.parents[at] ?? -1) path.push(adjacency.ids[at >> 1] ?? '');
  return path.reverse();
}
