import { claim } from '../build-graph.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { layerBetween } from '../evidence/settings/address-layer.ts';
import type { Claim } from '../graph-shapes.ts';
import { factsOf } from '../landscape/node-facts.ts';
import type { ObservedCall } from '../../resource/call/observed-call.ts';
import { type Found, partyFinder } from './find-party.ts';

export interface Observation {
  /** Who tells: `prometheus main`. A later observation of the same source replaces its rates and ages the rest. */
  readonly source: string;
  readonly calls: readonly ObservedCall[];
  /** RFC 3339. */
  readonly at: string;
}

/** What became of an observation. `unresolved` calls had an end that no node stands for. */
export interface Observed {
  readonly edges: number;
  readonly aged: number;
  readonly unresolved: number;
}

/** Confidence in traffic that was seen just now, and the days after which half of it is gone. */
const fresh = 0.98;
const halfLifeDays = 14;
const faintest = 0.05;

/**
 * Takes in what a source of traffic saw. Presence is apart from rate: an edge that is quiet now stays and ages. A source that saw nothing at
 * all is taken for one that failed: what it said before goes on to count.
 */
export function observe(graph: DependencyGraph, { source, calls, at }: Observation): Observed {
  const key = `observed ${source}`;
  const before = graph.ledger.statements.get(key)?.claims ?? [];
  if (calls.length === 0) return { edges: 0, aged: before.length, unresolved: 0 };
  const { claims, unresolved } = claimsOf(graph, calls, at);
  const present = new Set(claims.map(pairOf));
  const quiet = before.filter((old) => !present.has(pairOf(old)) && isStillThere(graph, old));
  const aged = quiet.map((old) => agedClaim(old, at));
  claim(graph, key, [...claims, ...aged]);
  return { edges: claims.length, aged: aged.length, unresolved };
}

function pairOf({ from, to, layer }: Claim): string {
  return `${from} ${to} ${layer}`;
}

/** A node that was renamed or removed takes its old traffic with it; what is outside has no resource to lose. */
function isStillThere(graph: DependencyGraph, { from, to, unseen }: Claim): boolean {
  return [from, to].every((id) => graph.landscape.residents.has(id) || unseen?.id === id);
}

function agedClaim(old: Claim, at: string): Claim {
  const days = (Date.parse(at) - Date.parse(old.seenAt ?? at)) / 86_400_000;
  const confidence = Math.round(fresh * 0.5 ** (Math.max(0, days) / halfLifeDays) * 1000) / 1000;
  return { ...old, confidence: Math.max(faintest, confidence), share: 0 };
}

interface Sum {
  readonly call: ObservedCall;
  readonly from: Found;
  readonly to: Found;
  rate: number;
}

/** One claim per pair: the same traffic is often told by both sides and by several metrics, so the largest rate counts, not the sum. */
function claimsOf(
  graph: DependencyGraph,
  calls: readonly ObservedCall[],
  at: string,
): { claims: Claim[]; unresolved: number } {
  const find = partyFinder(graph);
  const sums = new Map<string, Sum>();
  let unresolved = 0;
  for (const call of calls) {
    const from = find(call.from);
    const to = find(call.to);
    if (from === undefined || to === undefined) {
      unresolved++;
      continue;
    }
    if (from.to === to.to) continue;
    const key = `${from.to} ${to.to}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { call, from, to, rate: call.rate });
    else if (call.rate > known.rate) sums.set(key, { ...known, call, rate: call.rate });
  }
  const totals = new Map<string, number>();
  for (const { from, rate } of sums.values()) totals.set(from.to, (totals.get(from.to) ?? 0) + rate);
  return { claims: [...sums.values()].map((sum) => claimOf(graph, sum, totals.get(sum.from.to) ?? 0, at)), unresolved };
}

function claimOf(graph: DependencyGraph, { call, from, to, rate }: Sum, total: number, at: string): Claim {
  const caller = factsOf(graph.landscape, from.to);
  const callee = factsOf(graph.landscape, to.to);
  const protocol = callee.protocol ?? call.protocol;
  const layer = layerBetween(caller.role, callee.role, protocol, false);
  const unseen = to.unseen ?? from.unseen;
  return {
    from: from.to,
    to: to.to,
    ...(unseen === undefined ? {} : { unseen }),
    layer,
    protocol,
    strength: layer === 'message' ? 'async' : 'unknown',
    confidence: fresh,
    share: total === 0 ? 0 : Math.round((rate / total) * 1000) / 1000,
    seenAt: at,
    evidence: { kind: 'observed', what: [call.metric, ' by ', call.from.name].join(''), file: null, line: null },
  };
}
