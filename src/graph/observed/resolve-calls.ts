import type { DependencyGraph } from '../dependency-graph.ts';
import { findingParties, type Found } from './find-party.ts';
import type { Steps } from './steps.ts';
import { isBetterTold, type SeenCall, type TrafficMemory } from './traffic-memory.ts';

/** Calls between two pauses: some milliseconds of work. */
const portion = 1_000;

/** All that a caller and a callee of the graph are told to have in common. */
export interface Pair {
  readonly call: SeenCall;
  readonly from: Found;
  readonly to: Found;
}

/** The calls of each caller by node. What one metric tells of several pods is added up; of several metrics the best is taken. */
export function* resolving(
  graph: DependencyGraph,
  { calls, readAt }: TrafficMemory,
): Steps<{ readonly callers: ReadonlyMap<string, readonly Pair[]>; readonly unresolved: number }> {
  const find = yield* findingParties(graph, calls.values());
  const callers = new Map<string, Map<string, Pair>>();
  let [unresolved, done] = [0, 0];
  for (const call of calls.values()) {
    if (++done % portion === 0) yield;
    const [from, to] = [find(call.from), find(call.to)];
    if (from === undefined || to === undefined) unresolved++;
    else if (from.to !== to.to) {
      const pairs = callers.get(from.to) ?? new Map<string, Pair>();
      const key = `${to.to} ${call.metric}`;
      const known = pairs.get(key);
      pairs.set(key, { from, to, call: known === undefined ? call : sumOf(known.call, call, readAt) });
      callers.set(from.to, pairs);
    }
  }
  const best = new Map<string, readonly Pair[]>();
  for (const [caller, pairs] of callers) {
    best.set(caller, bestOf(pairs.values()));
    if (++done % portion === 0) yield;
  }
  return { callers: best, unresolved };
}

/** What is quiet adds nothing but its times. */
function sumOf(one: SeenCall, other: SeenCall, readAt: string | null): SeenCall {
  const [newer, older] = one.lastSeen >= other.lastSeen ? [one, other] : [other, one];
  const firstSeen = older.firstSeen < newer.firstSeen ? older.firstSeen : newer.firstSeen;
  if (older.lastSeen !== readAt) return { ...newer, firstSeen };
  const rate = newer.rate + older.rate;
  const failing = newer.rate * (newer.errorShare ?? 0) + older.rate * (older.errorShare ?? 0);
  const isTold = newer.errorShare !== null && older.errorShare !== null;
  return { ...newer, firstSeen, rate, errorShare: isTold && rate > 0 ? failing / rate : null };
}

function bestOf(pairs: Iterable<Pair>): readonly Pair[] {
  const best = new Map<string, Pair>();
  for (const pair of pairs) {
    const known = best.get(pair.to.to);
    if (known === undefined || isBetter(pair.call, known.call)) best.set(pair.to.to, pair);
  }
  return [...best.values()];
}

function isBetter(call: SeenCall, than: SeenCall): boolean {
  if (call.lastSeen !== than.lastSeen) return call.lastSeen > than.lastSeen;
  return isBetterTold(call, than);
}
