import { claim } from '../build-graph.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { layerBetween } from '../evidence/settings/address-layer.ts';
import type { Claim } from '../graph-shapes.ts';
import { factsOf } from '../landscape/node-facts.ts';
import { type CoMovement, coMovementOf, type Movement } from './co-movement.ts';
import { countingWindows } from './count-windows.ts';
import type { Found } from './find-party.ts';
import { type Pair, resolving } from './resolve-calls.ts';
import { atOnce, type Steps } from './steps.ts';
import { confidenceAfter, pairKey, type TrafficMemory } from './traffic-memory.ts';

/** What became of what a source remembers. `unresolved` calls have an end that no node stands for. */
export interface Observed {
  /** Edges seen at the last look, and edges that were seen before and are quiet. */
  readonly edges: number;
  readonly aged: number;
  readonly unresolved: number;
  /** Callers whose edges were brought in line; the others are as they were. */
  readonly restated: number;
  /** What was counted of failures this time, by `pairKey`. */
  readonly moved: ReadonlyMap<string, Movement>;
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
): Steps<Observed> {
  const { callers, unresolved } = yield* resolving(graph, memory);
  const moved = yield* countingWindows(memory, callers);
  let [edges, aged, restated, done] = [0, 0, 0, 0];
  for (const caller of Array.from(claimed.keys())) {
    if (callers.has(caller)) continue;
    claim(graph, sourceOf(memory, caller), []);
    claimed.delete(caller);
    if (++restated % portion === 0) yield;
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
  return { edges, aged, unresolved, restated, moved };
}

/** The same at one go. */
export function observe(graph: DependencyGraph, memory: TrafficMemory, claimed: Claimed, now: string): Observed {
  return atOnce(observing(graph, memory, claimed, now));
}

function sourceOf({ source }: TrafficMemory, caller: string): string {
  return `observed ${source} ${caller}`;
}

function movementOf({ movements }: TrafficMemory, { from, to }: Pick<Pair, 'from' | 'to'>): CoMovement | null {
  return coMovementOf(movements.get(pairKey(from.to, to.to)));
}

/** Two that are equal would make the same edges, but for the minutes of their times. */
function signatureOf(pairs: readonly Pair[], memory: TrafficMemory, now: string): string {
  const shares = sharesOf(pairs, memory);
  const parts = pairs.map(({ call, from, to }, index) => {
    const confidence = Math.round(confidenceAfter(call.lastSeen, now) * 50);
    const share = Math.round((shares[index] ?? -1) * 20);
    const times = Math.floor(Date.parse(call.lastSeen) / timesEvery);
    const moved = movementOf(memory, { from, to });
    return `${to.to} ${confidence} ${share} ${times} ${moved?.what ?? ''}`;
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
    [pair.from, pair.to].every((end) => isStillThere(graph, end))
      ? claimOf(graph, pair, { share: shares[index], moved: movementOf(memory, pair), now })
      : [],
  );
}

/** Others may have changed the graph since the ends were looked up. */
function isStillThere(graph: DependencyGraph, { to, unseen }: Found): boolean {
  return graph.landscape.residents.has(to) || unseen !== undefined;
}

interface Findings {
  readonly share: number | undefined;
  readonly moved: CoMovement | null;
  readonly now: string;
}

function claimOf(graph: DependencyGraph, { call, from, to }: Pair, { share, moved, now }: Findings): Claim {
  const caller = factsOf(graph.landscape, from.to);
  const callee = factsOf(graph.landscape, to.to);
  const protocol = callee.protocol ?? call.protocol;
  const layer = layerBetween(caller.role, callee.role, protocol, false);
  const unseen = to.unseen ?? from.unseen;
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
