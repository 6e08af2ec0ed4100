import { type ApiOptions, type ApiServer, startApi } from './api/api-server.ts';
import { createFloors, type Floors } from './app-floors.ts';
import { type AppCalls, openAppCalls } from './app-calls.ts';
import { type AppImages, openAppImages } from './app-images.ts';
import { startHooks } from './app-hooks.ts';
import { fromConfig, type Inputs, inputsOf } from './app-inputs.ts';
import { historyObserver, logObserver, metricsObserver, withLog } from './app-observers.ts';
import { type Leading, openLeading } from './app-leadership.ts';
import { sha256 } from './app-plan.ts';
import { createPredictions, type Predictions } from './app-predictions.ts';
import { createProposer } from './app-proposals.ts';
import { createQueries, stateOf } from './app-queries.ts';
import type { SourceSupply } from './app-source-supply.ts';
import type { OpenedLive, PlacedSource } from './app-sources.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { AppError } from './errors/app-error.ts';
import { openStore, type Store } from './history/store.ts';
import type { Deliveries } from './incidents/deliver.ts';
import { readAuditEvents } from './drift/attribute/audit-join.ts';
import { createEpisodeReporter } from './incidents/report-episodes.ts';
import { errorFields, type Logger } from './log/logger.ts';
import { Daemon, type DaemonStatus } from './loop/daemon.ts';
import type { DeclaredSource } from './loop/estate/declared-sources.ts';
import type { RoundObserver } from './loop/round.ts';
import { RuleKeeper } from './loop/rule-keeper.ts';
import { KindTotals } from './metrics/kind-metrics.ts';
import { createMetricsRegistry, type MetricsRegistry } from './metrics/metrics-registry.ts';
import { add } from './metrics/sample.ts';
import { stateMetrics } from './metrics/state-metrics.ts';
import { formatJson } from './resource/json.ts';
import { severityRules } from './severity/severity-rules.ts';

export interface AppOptions {
  readonly loaded: LoadedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly version: string;
  readonly clock?: () => Date;
  /** 0 to 1. */
  readonly random?: () => number;
  /** Memory, CPU and event loop of the process among the metrics; off where several apps share one. Default true. */
  readonly processMetrics?: boolean;
  /** Told of each round after history and metrics. */
  readonly observers?: readonly RoundObserver[];
}

/** The daemon as a value. Several may live in one process. */
export interface App extends AsyncDisposable {
  /** Where metrics, health and the API listen, with the port that was really taken: `http://127.0.0.1:9480`. */
  readonly address: string;
  /** Starts to watch; returns at once. */
  start(): void;
  /** Asks for a whole round. */
  look(): void;
  status(): DaemonStatus;
  readonly daemon: Daemon;
  /** Drains what is under way and closes everything, in the reverse order of its opening. */
  stop(): Promise<void>;
}

/** Builds everything; a failed start undoes itself. Throws AppError. */
export async function createApp(options: AppOptions): Promise<App> {
  await using stack = new AsyncDisposableStack();
  const parts = await openParts(options, stack);
  const predictions: Predictions = createPredictions({
    log: parts.store.predictions,
    graph: () => daemon.graph,
    window: options.loaded.config.predictions.window,
    clock: parts.clock,
    logger: options.logger,
    isOnDuty: () => parts.leading.isOnDuty(),
  });
  const daemon: Daemon = stack.use(createDaemon(options, parts, predictions));
  if (parts.images !== null) stack.use(parts.images.watch(() => daemon.graph));
  if (parts.calls !== null) stack.use(parts.calls.watch(() => daemon.graph));
  stack.use(parts.floors.keep(() => daemon.status().kinds, options.logger));
  const api = stack.use(await listen(options, parts, { daemon, predictions }));
  parts.leading.start({ elected: () => daemon.look(), wake: () => parts.deliveries.wake() });
  options.logger.info('listening', { address: api.address, version: options.version });
  return appOf(daemon, api, stack.move());
}

/** What the daemon works with. */
interface Parts {
  readonly inputs: Inputs;
  readonly supply: SourceSupply;
  readonly live: OpenedLive;
  readonly store: Store;
  readonly rules: RuleKeeper;
  readonly floors: Floors;
  readonly leading: Leading;
  readonly metrics: MetricsRegistry;
  readonly deliveries: Deliveries;
  /** Null when images are not read. */
  readonly images: AppImages | null;
  /** Null when no source of traffic is configured. */
  readonly calls: AppCalls | null;
  readonly clock: () => Date;
  readonly random: () => number;
}

/** How long the engines of a cluster may take to tell what they declare, in milliseconds. */
const discoveryLimit = 120_000;

async function openParts(options: AppOptions, stack: AsyncDisposableStack): Promise<Parts> {
  const { loaded, env, logger, version } = options;
  const { config, secrets } = loaded;
  const clock = options.clock ?? (() => new Date());
  const random = options.random ?? Math.random;
  const floors = createFloors();
  const onFault = (what: string, error: unknown): void => {
    logger.warn('a watch survived a fault', { ...errorFields(error, what), what });
  };
  const inputs = stack.use(await inputsOf(config, env, { floorOf: floors.floorOf, onFault }));
  // Only a cluster has engines that could say what it should be.
  if (config.sources.length === 0 && !config.live.source.startsWith('kube:')) throw noSources();
  const supply = await inputs.supply(AbortSignal.timeout(discoveryLimit));
  const live = await inputs.live(fromConfig);
  const store = stack.use(openStore({ path: config.history.path, clock }));
  if (store.recovered !== null) logger.error('the state file was damaged', errorFields(store.recovered, 'state file'));
  await floors.load(store.floors, live.name);
  const rules = new RuleKeeper({ log: store.rules, known: () => inputs.knownRules(), clock, logger });
  const metrics = createMetricsRegistry({ version, processMetrics: options.processMetrics ?? true });
  const { outbox } = store;
  const leading = stack.use(await openLeading({ config, env, outbox, logger, clock, random }));
  const { mayAct } = leading;
  const wiring = { hooks: config.hooks, secrets, outbox, metrics, logger, clock, random, mayAct };
  const deliveries = stack.use(startHooks(wiring));
  const images = await openAppImages({ config, env, metrics, logger, clock, random });
  if (images !== null) stack.use(images);
  const calls = openAppCalls({ config, env, log: store.traffic, metrics, logger, clock, random });
  if (calls !== null) stack.use(calls);
  return { inputs, supply, live, store, rules, floors, leading, metrics, deliveries, images, calls, clock, random };
}

function createDaemon(
  { loaded, logger, observers = [] }: AppOptions,
  parts: Parts,
  predictions: RoundObserver,
): Daemon {
  const { config } = loaded;
  const { inputs, supply, live, store, leading, metrics, deliveries, clock, random } = parts;
  const cluster = live.name;
  const report = createEpisodeReporter({
    log: store.episodes,
    targets: config.hooks,
    hash: sha256,
    clock,
    eventSource: `/mooring/${encodeURIComponent(cluster)}`,
    isOnDuty: () => leading.isOnDuty(),
    stored(news) {
      leading.stored(news);
      deliveries.wake();
    },
  });
  const propose = createProposer({
    config: config.rollback,
    get sources() {
      return supply.current;
    },
    git: inputs.git,
    forges: inputs.forges,
    log: store.proposals,
    cluster,
    graph: () => daemon.graph,
    report: () => daemon.report(),
    clock,
    mayAct: leading.mayAct,
  });
  const told = [
    historyObserver(store.rounds),
    metricsObserver(metrics),
    logObserver(logger),
    parts.rules,
    predictions,
    ...(parts.images === null ? [] : [parts.images.observer]),
    ...(parts.calls === null ? [] : [parts.calls.observer]),
    ...observers,
  ];
  const daemon: Daemon = new Daemon({
    live,
    sources: supply.current.map(declaredSource),
    renewSources: async (signal) => (await supply.renew(signal))?.map(declaredSource) ?? null,
    watchSources: (changed, signal) => supply.watch(changed, signal),
    concernsSources: (id) => supply.concerns(id),
    rules: inputs.rules,
    admission: inputs.admission(fromConfig, live),
    images: parts.images?.states ?? null,
    fullPattern: config.schedule.full,
    settleMs: config.schedule.settle,
    act: { rules: severityRules, tell: withLog(report, logger), propose, observers: told },
    clock,
    random,
    logger,
  });
  return daemon;
}

function declaredSource({ source, ...place }: PlacedSource): DeclaredSource {
  return { ...place, manifests: source.manifests };
}

function takeAudit(daemon: Daemon, list: unknown): boolean {
  const entries = readAuditEvents(list);
  if (entries !== undefined) daemon.learnWriters(entries);
  return entries !== undefined;
}

interface Asked {
  readonly daemon: Daemon;
  readonly predictions: Predictions;
}

async function listen(
  { loaded, logger, version }: AppOptions,
  parts: Parts,
  { daemon, predictions }: Asked,
): Promise<ApiServer> {
  const { store, rules, leading, metrics, clock } = parts;
  const { api, hooks } = loaded.config;
  const targets = hooks.map(({ name }) => name);
  const totals = new KindTotals();
  metrics.refreshWith(async () => {
    const state = await stateOf({ daemon, store, rules, leading, predictions, targets });
    return [
      ...stateMetrics(state),
      ...totals.grown(state.status.kinds),
      ...(parts.images?.gauges() ?? []),
      ...(parts.calls?.gauges() ?? []),
    ];
  });
  return await startApi({
    queries: createQueries({ daemon, store, rules, leading, predictions, clock }),
    metrics,
    formatJson,
    logger,
    version,
    ...splitAddress(api.listen),
    ...(api.auditWebhook && { takeAudit: (list: unknown) => takeAudit(daemon, list) }),
    ...(api.alertWebhook && { takeAlerts: alertTaker(loaded, metrics, predictions) }),
    hostNames: api.hostNames.map((name) => name.toLowerCase()),
  });
}

function alertTaker(
  { alertTokens }: LoadedConfig,
  metrics: MetricsRegistry,
  predictions: Predictions,
): NonNullable<ApiOptions['takeAlerts']> {
  return {
    tokens: alertTokens.map((token) => token.reveal()),
    async take(body) {
      const taken = await predictions.takeAlerts(body);
      for (const [outcome, count] of Object.entries(taken ?? {}))
        metrics.take([add('mooring_alerts_received_total', count, { outcome })]);
      return taken !== null;
    },
  };
}

function appOf(daemon: Daemon, api: ApiServer, opened: AsyncDisposableStack): App {
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping ??= opened.disposeAsync();
    await stopping;
  };
  return {
    address: api.address,
    daemon,
    start: () => daemon.start(),
    look: () => daemon.look(),
    status: () => daemon.status(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** `:9480` is every address; brackets belong to the text form of an IPv6 address only. */
function splitAddress(listen: string): { readonly host: string; readonly port: number } {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host: host === '' ? '0.0.0.0' : host, port: Number(listen.slice(colon + 1)) };
}

function noSources(): AppError {
  return new AppError({
    code: 'config-invalid',
    what: 'cannot start',
    why: 'the configuration names no source of manifests',
    remedy: 'Add one to "sources", or give --desired',
  });
}
