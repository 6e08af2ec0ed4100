import { type AuditInput, compareOnce, type Comparison, readBothSides } from './app-audit.ts';
import { type Inputs, openInputs } from './app-inputs.ts';
import type { OpenOptions, ProposalAnswer, RepairQuestion, SourceRequest, Workbench } from './app-ports.ts';
import type { LiveSource } from './collectors/live-source.ts';
import type { ResourceReport } from './drift/drift-report.ts';
import { AppError } from './errors/app-error.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { Store } from './history/store.ts';
import type { PlannedRepair } from './rollback/repair-plan.ts';
import { idOfReport } from './severity/judge-drift.ts';
import type { OpenedSource, PlacedSource } from './app-sources.ts';

const clock = (): Date => new Date();

/** Answers commands from the sources themselves, without a daemon. Loads and opens only what a question needs. */
export async function openWorkbench(options: OpenOptions): Promise<Workbench> {
  const inputs = await openInputs(options);
  return {
    audit: async (sources, signal) => (await compare(inputs, sources, signal)).report,
    async exportGraph(sources, { format, focus }, signal) {
      const { exportGraph } = await import('./graph/export-graph.ts');
      return exportGraph(await graphFor(inputs, sources, signal), format, focus);
    },
    async domains(sources, signal) {
      const { graphDomains } = await import('./graph/graph-domains.ts');
      return graphDomains(await graphFor(inputs, sources, signal));
    },
    async blastRadius(sources, target, signal) {
      const { blastRadius } = await import('./graph/blast-radius.ts');
      return blastRadius(await graphFor(inputs, sources, signal), target, { now: clock().toISOString() });
    },
    async diffRadius(sources, range, signal) {
      const { diffRadius } = await import('./app-diff-radius.ts');
      return await diffRadius(inputs, sources, range, signal);
    },
    plan: async (sources, question, signal) => (await plan(inputs, sources, question, signal)).planned.plan,
    propose: (sources, question, signal) => propose(inputs, sources, question, signal),
    [Symbol.asyncDispose]: () => inputs[Symbol.asyncDispose](),
  };
}

async function compare(inputs: Inputs, sources: SourceRequest, signal: AbortSignal): Promise<Comparison> {
  const live = await inputs.live(sources);
  const admission = inputs.admission(sources, live);
  const input = auditInput(inputs, await inputs.desired(sources, signal), live);
  return await compareOnce({ ...input, admission }, signal);
}

function auditInput(inputs: Inputs, desired: readonly PlacedSource[], live: LiveSource): AuditInput {
  return {
    desired: desired.map(({ source, ...place }) => ({ ...place, manifests: source.manifests })),
    live,
    rules: inputs.rules,
    admission: null,
    now: clock,
  };
}

/** Manifests alone make a graph; the live side is read only when it was named, and then with what nobody declares. */
async function graphFor(inputs: Inputs, sources: SourceRequest, signal: AbortSignal): Promise<DependencyGraph> {
  const [{ graphOfSides }, { graphKinds }] = await Promise.all([
    import('./app-graph.ts'),
    import('./graph/graph-kinds.ts'),
  ]);
  const live = sources.live === undefined ? nothingLive : await inputs.live(sources);
  const desired = await inputs.desired(sources, signal).catch((error: unknown) => {
    // The live side alone makes a graph as well.
    if (sources.live !== undefined && error instanceof AppError && error.code === 'nothing-declared') return [];
    throw error;
  });
  const input = auditInput(inputs, desired, live);
  const sides = await readBothSides(input, signal, graphKinds);
  const graph = graphOfSides(sides, clock().toISOString(), sources.images === true);
  if (sources.images === true) {
    const { readImages } = await import('./app-read-images.ts');
    await readImages(graph, { config: inputs.images, env: inputs.env, readSecrets: inputs.readSecrets }, signal);
  }
  if (sources.observed !== undefined) {
    const { observeOnce } = await import('./app-observe-once.ts');
    await observeOnce(graph, sources.observed, inputs.env, signal);
  }
  return graph;
}

/** A live side that was not asked for. */
const nothingLive: LiveSource = {
  name: '',
  read: () => Promise.resolve({ source: '', resources: [], gaps: [], readAt: clock().toISOString(), openApi: [] }),
  watch: (_request, _changed, signal) => Promise.reject(signal.reason),
};

async function plan(
  inputs: Inputs,
  sources: SourceRequest,
  question: RepairQuestion,
  signal: AbortSignal,
): Promise<{ readonly planned: PlannedRepair; readonly source: OpenedSource }> {
  const [{ graphOfSides }, { planFor, sidesOf }] = await Promise.all([
    import('./app-graph.ts'),
    import('./app-plan.ts'),
  ]);
  const desired = await inputs.desired(sources, signal);
  const live = await inputs.live(sources);
  const admission = inputs.admission(sources, live);
  const comparison = await compareOnce({ ...auditInput(inputs, desired, live), admission }, signal);
  const report = question.choose(comparison.report.resources);
  const index = indexOfSource(comparison, report);
  const source = desired[index]?.source;
  if (source === undefined) throw new Error('a comparison has at least one source');
  const planned = await planFor(
    {
      ...sidesOf(comparison, report),
      report,
      source,
      base: comparison.desired[index]?.revision ?? null,
      graph: graphOfSides(comparison, clock().toISOString()),
      cluster: null,
      repair: question.repair,
      sanctionedManagers: inputs.sanctionedManagers,
      dryRun: live.dryRun,
    },
    signal,
  );
  return { planned, source };
}

/** The source that declares the resource; the first one for what none declares. */
function indexOfSource({ desired }: Comparison, report: ResourceReport): number {
  const key = formatResourceId(idOfReport(report));
  const found = desired.findIndex(({ resources }) => resources.some(({ id }) => formatResourceId(id) === key));
  return Math.max(found, 0);
}

/** Where the daemon keeps what was proposed, so that it knows of what a person asked for. */
async function openHistory(file: string | null): Promise<Store | undefined> {
  if (file === null) return undefined;
  const { openStore } = await import('./history/store.ts');
  return openStore({ path: file, clock });
}

async function propose(
  inputs: Inputs,
  sources: SourceRequest,
  question: RepairQuestion,
  signal: AbortSignal,
): Promise<ProposalAnswer> {
  const [{ proposeInto }, { proposalRefused, proposeRollback }] = await Promise.all([
    import('./app-propose.ts'),
    import('./rollback/propose-rollback.ts'),
  ]);
  const { planned, source } = await plan(inputs, sources, question, signal);
  const dependencies = await proposeInto(source, { git: inputs.git, forges: inputs.forges, clock }, signal);
  await using store = await openHistory(inputs.historyFile);
  const log = store?.proposals ?? null;
  const outcome = await proposeRollback(planned, { ...dependencies, log }, { asked: true, paths: [] }, signal);
  if (outcome.kind === 'held' || outcome.kind === 'stale') throw proposalRefused(outcome);
  const { branch, title, link } = outcome.pullRequest;
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'Proposal',
    outcome: outcome.kind,
    branch,
    title,
    link,
    plan: planned.plan,
  };
}
