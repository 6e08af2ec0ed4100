import { claim } from '../build-graph.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { layerBetween } from '../evidence/settings/address-layer.ts';
import type { Claim } from '../graph-shapes.ts';
import { factsOf } from '../landscape/node-facts.ts';
import { coMovementOf, countWindow } from './co-movement.ts';
import { type Found, partyFinder } from './find-party.ts';
import {
  callKey,
  confidenceAfter,
  isBetterTold,
  isNewWindow,
  type SeenCall,
  type TrafficMemory,
} from './traffic-memory.ts';

/** What became of what a source remembers. `unresolved` calls have an end that no node stands for. */
export interface Observed {
  /** Edges seen at the last look, and edges that were seen before and are quiet. */
  readonly edges: number;
  readonly aged: number;
  readonly unresolved: number;
  /** Callers whose edges were brought in line; the others are as they were. */
  readonly restated: number;
}

/** What of a source the graph holds: the callers, and what was claimed of each. */
export type Claimed = Map<string, string>;

/** Times of edges are brought up to date this often even when nothing else changes, in milliseconds. */
const timesEvery = 600_000;
/** Callers between two pauses: some milliseconds of work. */
const portion = 200;

/**
 * Brings the edges of a source in line with what it remembers, a portion at each step, so that others get their turn in between. `claimed`
 * is what earlier calls left; only callers of whom something changed are claimed anew. `now` is RFC 3339.
 */
export function* observing(
  graph: DependencyGraph,
  memory: TrafficMemory,
  claimed: Claimed,
  now: string,
): Generator<void, Observed> {
  const { callers, unresolved } = resolve(graph, memory);
  countWindows(memory, callers);
  yield;
  let [edges, aged, restated, done] = [0, 0, 0, 0];
  for (const caller of Array.from(claimed.keys())) {
    if (callers.has(caller)) continue;
    claim(graph, sourceOf(memory, caller), []);
    claimed.delete(caller);
    restated++;
  }
  for (const [caller, pairs] of callers) {
    const seen = pairs.filter(({ call }) => call.lastSeen === memory.readAt).length;
    edges += seen;
    aged += pairs.length - seen;
    const signature = signatureOf(pairs, memory, now);
    if (claimed.get(caller) !== signature) {
      claimed.set(caller, signature);
      claim(graph, sourceOf(memory, caller), claimsOf(graph, pairs, memory, now));
      restated++;
    }
    if (++done % portion === 0) yield;
  }
  return { edges, aged, unresolved, restated };
}

/** The same at one go. */
export function observe(graph: DependencyGraph, memory: TrafficMemory, claimed: Claimed, now: string): Observed {
  const steps = observing(graph, memory, claimed, now);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function sourceOf({ source }: TrafficMemory, caller: string): string {
  return `observed ${source} ${caller}`;
}

interface Pair {
  readonly call: SeenCall;
  readonly from: Found;
  readonly to: Found;
}

/** The calls of each caller by node. What one metric tells of several pods is added up; of several metrics the best is taken. */
function resolve(
  graph: DependencyGraph,
  { calls, readAt }: TrafficMemory,
): { readonly callers: ReadonlyMap<string, readonly Pair[]>; readonly unresolved: number } {
  const find = partyFinder(graph);
  const callers = new Map<string, Map<string, Pair>>();
  let unresolved = 0;
  for (const call of calls.values()) {
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
  return { callers: new Map([...callers].map(([caller, pairs]) => [caller, bestOf(pairs.values())])), unresolved };
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

/** Once a window: did those who called the caller see failures when its own call failed? */
function countWindows(memory: TrafficMemory, callers: ReadonlyMap<string, readonly Pair[]>): void {
  if (!isNewWindow(memory)) return;
  const shares = new Map<string, number>();
  for (const pairs of callers.values()) {
    for (const { call, to } of pairs) {
      if (call.lastSeen !== memory.readAt || call.errorShare === null) continue;
      shares.set(to.to, Math.max(shares.get(to.to) ?? 0, call.errorShare));
    }
  }
  for (const [caller, pairs] of callers) {
    for (const { call } of pairs) {
      if (call.lastSeen !== memory.readAt) continue;
      const key = callKey(call.from, call.to);
      const held = memory.calls.get(key);
      if (held !== undefined)
        memory.calls.set(key, countWindow({ ...held, errorShare: call.errorShare }, shares.get(caller) ?? null));
    }
  }
}

/** Two that are equal would make the same edges, but for the minutes of their times. */
function signatureOf(pairs: readonly Pair[], memory: TrafficMemory, now: string): string {
  const shares = sharesOf(pairs, memory);
  const parts = pairs.map(({ call, to }, index) => {
    const confidence = Math.round(confidenceAfter(call.lastSeen, now) * 50);
    const share = Math.round((shares[index] ?? -1) * 20);
    const times = Math.floor(Date.parse(call.lastSeen) / timesEvery);
    return `${to.to} ${confidence} ${share} ${times} ${coMovementOf(call)?.what ?? ''}`;
  });
  return parts.toSorted().join('\n');
}

/** Parts of a caller's traffic, of what is counted alike; undefined where it is counted otherwise, 0 where it is quiet. */
function sharesOf(pairs: readonly Pair[], { readAt }: TrafficMemory): readonly (number | undefined)[] {
  const flowing = pairs.filter(({ call }) => call.lastSeen === readAt);
  const unit = (['requests', 'connections', 'bytes'] as const).find((each) =>
    flowing.some(({ call }) => call.unit === each),
  );
  const total = flowing.reduce((sum, { call }) => (call.unit === unit ? sum + call.rate : sum), 0);
  return pairs.map(({ call }) => {
    if (call.lastSeen !== readAt) return 0;
    return call.unit !== unit || total === 0 ? undefined : Math.round((call.rate / total) * 1000) / 1000;
  });
}

function claimsOf(
  graph: DependencyGraph,
  pairs: readonly Pair[],
  memory: TrafficMemory,
  now: string,
): readonly Claim[] {
  const shares = sharesOf(pairs, memory);
  return pairs.flatMap((pair, index) =>
    [pair.from, pair.to].every((end) => isStillThere(graph, end)) ? claimOf(graph, pair, shares[index], now) : [],
  );
}

/** Others may have changed the graph since the ends were looked up. */
function isStillThere(graph: DependencyGraph, { to, unseen }: Found): boolean {
  return graph.landscape.residents.has(to) || unseen !== undefined;
}

function claimOf(graph: DependencyGraph, { call, from, to }: Pair, share: number | undefined, now: string): Claim {
  const caller = factsOf(graph.landscape, from.to);
  const callee = factsOf(graph.landscape, to.to);
  const protocol = callee.protocol ?? call.protocol;
  const layer = layerBetween(caller.role, callee.role, protocol, false);
  const unseen = to.unseen ?? from.unseen;
  const moved = coMovementOf(call);
  const what = [`${call.metric} by ${call.from.name}`, ...(moved === null ? [] : [moved.what])].join('; ');
  return {
    from: from.to,
    to: to.to,
    ...(unseen === undefined ? {} : { unseen }),
    layer,
    protocol,
    strength: layer === 'message' ? 'async' : (moved?.strength ?? 'unknown'),
    confidence: confidenceAfter(call.lastSeen, now),
    ...(share === undefined ? {} : { share }),
    firstSeen: call.firstSeen,
    seenAt: call.lastSeen,
    evidence: { kind: 'observed', what, file: null, line: null },
  };
}
