import { planFor } from './app-plan.ts';
import { createDashboardTeller } from './app-dashboard.ts';
import { noForges } from './app-forges.ts';
import type { OpenedSource, PlacedSource } from './app-sources.ts';
import { fence } from './app-fence.ts';
import { proposeInto } from './app-propose.ts';
import { createSettler, type SettleWiring } from './app-settle.ts';
import type { Config } from './config/config-schema.ts';
import { asAppError } from './errors/app-error.ts';
import type { AuditReport } from './drift/drift-report.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import type { ProposalOutcome, RepairCandidate } from './loop/round.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { ProposalLog } from './rollback/proposal-log.ts';
import { proposeRollback } from './rollback/propose-rollback.ts';
import { idOfReport } from './severity/judge-drift.ts';
import { isWorse } from './severity/severity-scale.ts';

export interface ProposalWiring extends SettleWiring {
  readonly config: Config['rollback'];
  readonly log: ProposalLog;
  readonly cluster: string;
  /** The graph as of this round. */
  graph(): DependencyGraph | null;
}

export type Propose = (candidates: readonly RepairCandidate[], signal: AbortSignal) => Promise<ProposalOutcome[]>;

/** The act stage: one proposal for each drifted resource that is bad enough, the worst first, because limits hold the rest. */
export function createProposer(wiring: ProposalWiring): Propose {
  const { config } = wiring;
  const settler = createSettler(wiring);
  const dashboards = createDashboardTeller({ forges: noForges, ...wiring });
  return async (candidates, signal) => {
    if (!config.propose || !(await wiring.mayAct())) return [];
    const worth = candidates
      .filter(({ judgement }) => !isWorse(config.minSeverity, judgement.level))
      .toSorted((a, b) => b.judgement.score - a.judgement.score);
    const bases = baseCommits();
    const outcomes: ProposalOutcome[] = [...(await settler.settle(signal))];
    const bySource = new Map<PlacedSource, ProposalOutcome[]>(wiring.sources.map((placed) => [placed, []]));
    for (const candidate of worth) {
      signal.throwIfAborted();
      const outcome = await proposeOne(candidate, { ...wiring, bases }, signal);
      if (isOpen(outcome)) settler.opened(outcome.resource);
      outcomes.push(outcome);
      const placed = placeOf(candidate, wiring);
      if (placed !== undefined) bySource.get(placed)?.push(outcome);
    }
    const told = [...bySource].map(([placed, its]) => ({ placed, outcomes: its }));
    outcomes.push(...(await dashboards.tell(told, settledIn(wiring.report()), signal)));
    return outcomes;
  };
}

/** What no source declares is put right in the first one: there is nowhere else to say so. */
function placeOf(candidate: RepairCandidate, { sources }: Pick<ProposalWiring, 'sources'>): PlacedSource | undefined {
  return sources.find(({ source }) => source.manifests === candidate.source) ?? sources[0];
}

/** Nothing is settled before everything was judged once. */
function settledIn(report: AuditReport | null): (resource: string) => boolean {
  if (report === null) return () => false;
  const drifted = new Set(
    report.resources.filter(({ verdict }) => verdict === 'drifted').map((each) => formatResourceId(idOfReport(each))),
  );
  return (resource) => !drifted.has(resource);
}

function isOpen({ kind }: ProposalOutcome): boolean {
  return kind === 'opened' || kind === 'updated' || kind === 'already-open';
}

/** The commit that each source stands at, asked for once in a stage. */
type BaseCommits = (source: OpenedSource, signal: AbortSignal) => Promise<string | null>;

function baseCommits(): BaseCommits {
  const known = new Map<OpenedSource, Promise<string | null>>();
  return async (source, signal) => {
    const base = known.get(source) ?? source.manifests.read(signal).then(({ revision }) => revision);
    known.set(source, base);
    return await base;
  };
}

interface StageWiring extends ProposalWiring {
  readonly bases: BaseCommits;
}

async function proposeOne(
  candidate: RepairCandidate,
  wiring: StageWiring,
  signal: AbortSignal,
): Promise<ProposalOutcome> {
  const { judgement } = candidate;
  const resource = formatResourceId(judgement.id);
  try {
    return { resource, ...(await carryOut(candidate, wiring, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    const { what, why } = asAppError(error, `cannot propose a repair of ${resource}`);
    return { kind: 'failed', resource, reason: `${what}: ${why}`, branch: null };
  }
}

async function carryOut(
  candidate: RepairCandidate,
  wiring: StageWiring,
  signal: AbortSignal,
): Promise<Omit<ProposalOutcome, 'resource'>> {
  const graph = wiring.graph();
  const placed = placeOf(candidate, wiring);
  if (placed === undefined || graph === null) return { kind: 'held', reason: 'nothing was read yet', branch: null };
  const { source } = placed;
  const { report } = candidate.judgement;
  const base = await wiring.bases(source, signal);
  const planned = await planFor(
    {
      report,
      desired: candidate.desired,
      live: candidate.live,
      source,
      base,
      graph,
      cluster: wiring.cluster,
      repair: undefined,
      sanctionedManagers: wiring.config.sanctionedManagers,
      // The daemon has no right to write, and a dry run asks for one.
      dryRun: null,
    },
    signal,
  );
  const { maxOpen, maxPerHour, maxPerDay } = wiring.config;
  const limits = { maxOpen, maxPerHour, maxPerDay };
  const { git, clock, log, mayAct, forges = noForges } = wiring;
  const dependencies = fence({ ...(await proposeInto(source, { git, limits, forges, clock }, signal)), log }, mayAct);
  const paths = report.differences.map(({ path }) => path);
  const outcome = await proposeRollback(planned, dependencies, { asked: false, paths }, signal);
  if (outcome.kind === 'held' || outcome.kind === 'stale') {
    return { kind: outcome.kind, reason: outcome.why, branch: null };
  }
  const { branch, title } = outcome.pullRequest;
  return { kind: outcome.kind, reason: title, branch };
}
