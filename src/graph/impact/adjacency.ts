/**
 * Who calls whom as small integers in typed arrays, kept beside the graph for walks over all of it. Every node has a row of its callers
 * in one pool; a row that outgrows its room moves to the end with twice the room, so an update costs the degree of one node and
 * nothing is ever rebuilt per question.
 */
export interface Adjacency {
  /** Node id by index and back; a freed index has the id ''. */
  readonly ids: string[];
  readonly indexes: Map<string, number>;
  readonly free: number[];
  /** Where the row of a node starts in the pool, how many callers it holds, how many fit. */
  starts: Int32Array;
  counts: Int32Array;
  rooms: Int32Array;
  /** Caller of an entry, and its two costs: what it takes to break the caller (high byte) or to be noticed by it (low byte). */
  callers: Int32Array;
  costs: Uint16Array;
  used: number;
}

export function createAdjacency(): Adjacency {
  return {
    ids: [],
    indexes: new Map(),
    free: [],
    starts: new Int32Array(1024),
    counts: new Int32Array(1024),
    rooms: new Int32Array(1024),
    callers: new Int32Array(4096),
    costs: new Uint16Array(4096),
    used: 0,
  };
}

export function addNode(adjacency: Adjacency, id: string): number {
  const known = adjacency.indexes.get(id);
  if (known !== undefined) return known;
  const index = adjacency.free.pop() ?? adjacency.ids.length;
  adjacency.ids[index] = id;
  adjacency.indexes.set(id, index);
  if (index >= adjacency.starts.length) {
    adjacency.starts = grown(adjacency.starts, index + 1);
    adjacency.counts = grown(adjacency.counts, index + 1);
    adjacency.rooms = grown(adjacency.rooms, index + 1);
  }
  return index;
}

/** Forgets a node. Its edges must be gone. The row's room stays with the index for its next owner. */
export function removeNode(adjacency: Adjacency, id: string): void {
  const index = adjacency.indexes.get(id);
  if (index === undefined) return;
  adjacency.indexes.delete(id);
  adjacency.ids[index] = '';
  adjacency.counts[index] = 0;
  adjacency.free.push(index);
}

/** Adds or replaces the entry "`from` depends on `to`". Costs are 0 to 255, 255 meaning never. */
export function setCaller(adjacency: Adjacency, from: string, to: string, costs: number): void {
  const caller = addNode(adjacency, from);
  const callee = addNode(adjacency, to);
  const at = entryOf(adjacency, caller, callee);
  if (at >= 0) {
    adjacency.costs[at] = costs;
    return;
  }
  const count = adjacency.counts[callee] ?? 0;
  if (count >= (adjacency.rooms[callee] ?? 0)) moveRow(adjacency, callee, count);
  const slot = (adjacency.starts[callee] ?? 0) + count;
  adjacency.callers[slot] = caller;
  adjacency.costs[slot] = costs;
  adjacency.counts[callee] = count + 1;
}

export function removeCaller(adjacency: Adjacency, from: string, to: string): void {
  const caller = adjacency.indexes.get(from);
  const callee = adjacency.indexes.get(to);
  if (caller === undefined || callee === undefined) return;
  const at = entryOf(adjacency, caller, callee);
  if (at < 0) return;
  const last = (adjacency.starts[callee] ?? 0) + (adjacency.counts[callee] ?? 0) - 1;
  adjacency.callers[at] = adjacency.callers[last] ?? 0;
  adjacency.costs[at] = adjacency.costs[last] ?? 0;
  adjacency.counts[callee] = (adjacency.counts[callee] ?? 1) - 1;
}

function entryOf(adjacency: Adjacency, caller: number, callee: number): number {
  const start = adjacency.starts[callee] ?? 0;
  const end = start + (adjacency.counts[callee] ?? 0);
  for (let at = start; at < end; at++) if (adjacency.callers[at] === caller) return at;
  return -1;
}

function moveRow(adjacency: Adjacency, callee: number, count: number): void {
  const room = Math.max(2, count * 2);
  const start = adjacency.used;
  if (start + room > adjacency.callers.length) {
    adjacency.callers = grown(adjacency.callers, start + room);
    const costs = new Uint16Array(adjacency.callers.length);
    costs.set(adjacency.costs);
    adjacency.costs = costs;
  }
  const old = adjacency.starts[callee] ?? 0;
  adjacency.callers.copyWithin(start, old, old + count);
  adjacency.costs.copyWithin(start, old, old + count);
  adjacency.starts[callee] = start;
  adjacency.rooms[callee] = room;
  adjacency.used = start + room;
}

function grown(array: Int32Array, atLeast: number): Int32Array {
  const bigger = new Int32Array(Math.max(atLeast, array.length * 2));
  bigger.set(array);
  return bigger;
}
