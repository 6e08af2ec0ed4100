import type { Adjacency } from './adjacency.ts';
import { breakingCost, costOf, costScale, never } from './edge-impact.ts';

/** A degraded callee is felt by its caller a little less than a broken one. */
const fading = 4;
const costs256 = 256;

/**
 * Memory of a walk, kept between walks and cleaned by what was touched. A state is an index × 2 for "breaks", + 1 for "degrades". `queue`
 * holds the states by cost in linked lists (`heads`, `links`): a bucket queue, so taking the next one costs no comparison.
 */
interface Scratch {
  readonly costs: Uint8Array;
  readonly parents: Int32Array;
  readonly isListed: Uint8Array;
  readonly heads: Int32Array;
  states: Int32Array;
  links: Int32Array;
  used: number;
  touched: Int32Array;
  touchedCount: number;
  /** Nodes in the order they were first settled. */
  order: Int32Array;
  orderCount: number;
}

const scratches = new WeakMap<Adjacency, Scratch>();

/** An answer of `walkCallers`; valid until the next walk over the same adjacency. Costs are those of `edge-impact.ts`. */
export interface Walk {
  /** How many nodes were reached, those it started from among them. */
  readonly size: number;
  /** Nodes that cost more than this were not looked for. */
  readonly reachedCost: number;
  readonly indexAt: (position: number) => number;
  readonly breakCost: (index: number) => number;
  readonly noticeCost: (index: number) => number;
  /** Ids from the failed node to this one, along the best path to being broken or to noticing. */
  readonly pathTo: (index: number, broken: boolean) => string[];
}

/** Where a walk begins: a node that breaks, or notices, with these probabilities from 0 to 1. */
export interface WalkStart {
  readonly id: string;
  readonly breaks: number;
  readonly notices: number;
}

export interface WalkLimits {
  readonly leastProbability: number;
  /** Stop when this many nodes are reached, but never before every node that is likelier to break than not. */
  readonly enough?: number;
}

/** Walks from what fails or changes to its callers, most probable first. */
export function walkCallers(
  adjacency: Adjacency,
  starts: readonly WalkStart[],
  { leastProbability, enough = Infinity }: WalkLimits,
): Walk {
  const scratch = cleared(adjacency);
  const limit = Math.min(never - 1, Math.ceil(-Math.log(leastProbability) * costScale));
  for (const start of starts) begin(adjacency, scratch, start, limit);
  let cost = 0;
  if (scratch.used > 0) {
    const frontier = { adjacency, scratch, limit };
    for (; cost <= limit; cost++) {
      settleBucket(frontier, cost);
      if (cost >= breakingCost && scratch.orderCount > enough) break;
    }
  }
  return {
    size: scratch.orderCount,
    reachedCost: Math.min(cost, limit),
    indexAt: (position) => scratch.order[position] ?? 0,
    breakCost: (index) => scratch.costs[index * 2] ?? never,
    noticeCost: (index) => scratch.costs[index * 2 + 1] ?? never,
    pathTo: (index, broken) => pathOf(adjacency, scratch, index * 2 + (broken ? 0 : 1)),
  };
}

function begin(adjacency: Adjacency, scratch: Scratch, { id, breaks, notices }: WalkStart, limit: number): void {
  const index = adjacency.indexes.get(id);
  if (index === undefined) return;
  for (const [state, probability] of [
    [index * 2, breaks],
    [index * 2 + 1, notices],
  ] as const) {
    const cost = startCost(probability);
    if (cost <= limit && cost < (scratch.costs[state] ?? never)) push(scratch, state, cost, -1);
  }
}

/** Unlike a step, a start may be sure. */
function startCost(probability: number): number {
  return probability >= 1 ? 0 : costOf(probability);
}

function push(scratch: Scratch, state: number, cost: number, parent: number): void {
  if (scratch.costs[state] === never) {
    if (scratch.touchedCount >= scratch.touched.length) scratch.touched = grown(scratch.touched);
    scratch.touched[scratch.touchedCount++] = state;
  }
  scratch.costs[state] = cost;
  scratch.parents[state] = parent;
  if (scratch.used >= scratch.states.length) {
    scratch.states = grown(scratch.states);
    scratch.links = grown(scratch.links);
  }
  scratch.states[scratch.used] = state;
  scratch.links[scratch.used] = scratch.heads[cost] ?? -1;
  scratch.heads[cost] = scratch.used++;
}

interface Frontier {
  readonly adjacency: Adjacency;
  readonly scratch: Scratch;
  readonly limit: number;
}

/** Settles every state of one cost; what joins at the same cost meanwhile is settled too, what was overtaken is skipped. */
function settleBucket(frontier: Frontier, cost: number): void {
  const { scratch } = frontier;
  for (let at = scratch.heads[cost] ?? -1; at >= 0; at = scratch.heads[cost] ?? -1) {
    const state = scratch.states[at] ?? 0;
    scratch.heads[cost] = scratch.links[at] ?? -1;
    if (scratch.costs[state] !== cost) continue;
    remember(scratch, state);
    spread(frontier, state, cost);
  }
}

/** The first of a node's two states that settles puts the node into the order. */
function remember(scratch: Scratch, state: number): void {
  if (scratch.isListed[state >> 1] === 1) return;
  scratch.isListed[state >> 1] = 1;
  if (scratch.orderCount >= scratch.order.length) scratch.order = grown(scratch.order);
  scratch.order[scratch.orderCount++] = state >> 1;
}

function spread(frontier: Frontier, state: number, cost: number): void {
  const { starts, counts, callers, costs } = frontier.adjacency;
  const index = state >> 1;
  const isBroken = (state & 1) === 0;
  const end = (starts[index] ?? 0) + (counts[index] ?? 0);
  for (let entry = starts[index] ?? 0; entry < end; entry++) {
    const caller = (callers[entry] ?? 0) * 2;
    const packed = costs[entry] ?? 0xffff;
    relax(frontier, caller + 1, cost + (packed % costs256) + (isBroken ? 0 : fading), state);
    if (isBroken) relax(frontier, caller, cost + (packed >> 8), state);
  }
}

function relax({ adjacency, scratch, limit }: Frontier, state: number, cost: number, parent: number): void {
  const known = scratch.costs[state] ?? never;
  if (cost > known || cost > limit) return;
  if (cost < known) push(scratch, state, cost, parent);
  else if (isBefore(adjacency, parent, scratch.parents[state] ?? 0)) scratch.parents[state] = parent;
}

/** Of two ways that cost the same the one over the smaller id counts, so that an answer never depends on the order of updates. */
function isBefore(adjacency: Adjacency, one: number, other: number): boolean {
  if (other < 0 || one === other) return false;
  const oneId = adjacency.ids[one >> 1] ?? '';
  const otherId = adjacency.ids[other >> 1] ?? '';
  return oneId < otherId || (oneId === otherId && one < other);
}

function cleared(adjacency: Adjacency): Scratch {
  const size = adjacency.ids.length * 2;
  let scratch = scratches.get(adjacency);
  if (scratch === undefined || scratch.costs.length < size) {
    scratch = newScratch(Math.max(1024, size * 2));
    scratches.set(adjacency, scratch);
  }
  for (let at = 0; at < scratch.touchedCount; at++) scratch.costs[scratch.touched[at] ?? 0] = never;
  for (let at = 0; at < scratch.orderCount; at++) scratch.isListed[scratch.order[at] ?? 0] = 0;
  scratch.heads.fill(-1);
  scratch.touchedCount = 0;
  scratch.orderCount = 0;
  scratch.used = 0;
  return scratch;
}

function newScratch(states: number): Scratch {
  return {
    costs: new Uint8Array(states).fill(never),
    parents: new Int32Array(states),
    isListed: new Uint8Array(states),
    heads: new Int32Array(costs256),
    states: new Int32Array(1024),
    links: new Int32Array(1024),
    used: 0,
    touched: new Int32Array(1024),
    touchedCount: 0,
    order: new Int32Array(1024),
    orderCount: 0,
  };
}

function grown(array: Int32Array): Int32Array {
  const bigger = new Int32Array(array.length * 2);
  bigger.set(array);
  return bigger;
}

function pathOf(adjacency: Adjacency, scratch: Scratch, state: number): string[] {
  const path: string[] = [];
  for (let at = state; at >= 0; at = scratch.parents[at] ?? -1) path.push(adjacency.ids[at >> 1] ?? '');
  return path.reverse();
}
