import { compareText } from './compare-text.ts';
import { guardsOf } from './claims/ledger.ts';
import type { DependencyGraph } from './dependency-graph.ts';

/** Callers that each try again: one failure at the end is asked this often. */
export interface RetryChain {
  /** From the first caller to the last callee. */
  readonly path: readonly string[];
  /** Calls to the last one for one call of the first, at worst. */
  readonly calls: number;
}

/** A caller that gives up before its callee can have an answer. */
export interface TimeoutInversion {
  readonly caller: string;
  readonly callee: string;
  readonly behind: string;
  /** Milliseconds that the caller waits for the callee, and that the callee may wait for what is behind it, retries counted. */
  readonly waits: number;
  readonly needs: number;
}

export interface ResilienceStructure {
  /** Most calls first. Only hops that follow each other and each say how often they try. */
  readonly retryChains: readonly RetryChain[];
  readonly timeoutInversions: readonly TimeoutInversion[];
}

/** From this many calls for one on, a chain is told. */
const fewestCalls = 9;
const most = 50;
const longestChain = 20;
/** Steps of the search from one caller: meshes where everybody calls everybody have more paths than anybody can walk. */
const mostSteps = 10_000;

interface Limits {
  readonly to: string;
  readonly tries: number;
  /** Milliseconds; null where nobody limits it. */
  readonly timeoutMs: number | null;
}

/** What limits of calls do together along paths. Looks at nodes with such limits and at their callers only. */
export function resilienceStructure(graph: DependencyGraph): ResilienceStructure {
  const limits = limitsByCaller(graph);
  return {
    retryChains: retryChains(limits)
      .toSorted((one, other) => other.calls - one.calls || compareText(one.path.join(), other.path.join()))
      .slice(0, most),
    timeoutInversions: timeoutInversions(limits)
      .toSorted((one, other) => compareText(one.caller, other.caller) || compareText(one.callee, other.callee))
      .slice(0, most),
  };
}

function limitsByCaller({ nodes, ledger }: DependencyGraph): ReadonlyMap<string, readonly Limits[]> {
  const limits = new Map<string, Map<string, Limits>>();
  for (const callee of ledger.guards.keys()) {
    if (!nodes.hasNode(callee)) continue;
    nodes.forEachInEdge(callee, (_key, edge) => {
      const guards = guardsOf(ledger, edge);
      if (guards.length === 0) return;
      const tries = Math.max(1, ...guards.map((guard) => guard.tries ?? 1));
      const waits = guards.flatMap(({ timeoutMs }) => timeoutMs ?? []);
      const own = limits.get(edge.from) ?? new Map<string, Limits>();
      own.set(callee, { to: callee, tries, timeoutMs: waits.length === 0 ? null : Math.min(...waits) });
      limits.set(edge.from, own);
    });
  }
  return new Map([...limits].map(([caller, own]) => [caller, [...own.values()]]));
}

/** The costliest chain from each caller that no other caller of a chain tries. */
function retryChains(limits: ReadonlyMap<string, readonly Limits[]>): RetryChain[] {
  const retried = new Set([...limits.values()].flat().flatMap(({ to, tries }) => (tries > 1 ? [to] : [])));
  return [...limits.keys()].flatMap((caller) => {
    if (retried.has(caller)) return [];
    const chain = costliest(limits, [caller], { steps: mostSteps });
    return chain.calls >= fewestCalls && chain.path.length > 2 ? [chain] : [];
  });
}

function costliest(
  limits: ReadonlyMap<string, readonly Limits[]>,
  path: readonly string[],
  left: { steps: number },
): RetryChain {
  let best: RetryChain = { path, calls: 1 };
  if (path.length > longestChain) return best;
  for (const { to, tries } of limits.get(path.at(-1) ?? '') ?? []) {
    if (tries < 2 || path.includes(to) || left.steps-- <= 0) continue;
    const rest = costliest(limits, [...path, to], left);
    if (rest.calls * tries > best.calls) best = { path: rest.path, calls: rest.calls * tries };
  }
  return best;
}

function timeoutInversions(limits: ReadonlyMap<string, readonly Limits[]>): TimeoutInversion[] {
  return [...limits].flatMap(([caller, calls]) =>
    calls.flatMap(({ to: callee, timeoutMs: waits }) => {
      if (waits === null) return [];
      return (limits.get(callee) ?? []).flatMap(({ to: behind, timeoutMs, tries }) => {
        const needs = timeoutMs === null ? 0 : timeoutMs * tries;
        return needs > waits ? [{ caller, callee, behind, waits, needs }] : [];
      });
    }),
  );
}
