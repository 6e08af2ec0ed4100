import { createForgeFinder, type FindForge } from './app-forges.ts';
import { createRenderer } from './app-renderer.ts';
import type { KnownRepository } from './app-repositories.ts';
import type { OpenOptions, SourceRequest } from './app-ports.ts';
import { fixedSupply, type SourceSupply } from './app-source-supply.ts';
import {
  createGitSetup,
  type OpenedLive,
  openLiveSource,
  openSource,
  type PlacedSource,
  type WatchHabits,
} from './app-sources.ts';
import type { Config, SourceConfig } from './config/config-schema.ts';
import { RuleBook } from './collectors/discovery/rule-book.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import type { KnownRule } from './drift/rule-use.ts';
import { type IgnoreRule, nameOfRule } from './drift/subtract/user-rules.ts';
import { AppError } from './errors/app-error.ts';
import type { SourcePlace } from './loop/estate/declared-sources.ts';
import type { AdmissionTrial } from './loop/estate/judge-key.ts';
import type { GitSetup } from './git/run-git.ts';

/** What commands and the daemon read from. What was opened is closed with it. */
export interface Inputs extends AsyncDisposable {
  readonly env: OpenOptions['env'];
  readonly git: GitSetup;
  /** The forges of the configuration. */
  readonly forges: FindForge;
  /** Of the configuration, and of the engines whose sources have been read: the list grows. */
  readonly rules: readonly IgnoreRule[];
  /** Every rule there is, with where it is written, also those of engines that hold for no object. */
  knownRules(): readonly KnownRule[];
  /** Field managers whose changes are meant. */
  readonly sanctionedManagers: readonly string[];
  /** How registries are asked; absent when nobody says. */
  readonly images: Config['images'] | undefined;
  /** Whether the data of Secrets may be read. */
  readonly readSecrets: boolean;
  /** The state file of the daemon; null when nobody names one. */
  readonly historyFile: string | null;
  /** What the command line or the configuration names; when neither does, what the engines of the live side declare. */
  desired(request: SourceRequest, signal: AbortSignal): Promise<readonly PlacedSource[]>;
  live(request: SourceRequest): Promise<OpenedLive>;
  /** Null when nobody asks for it. Throws AppError `usage` when the live side has no API server to ask. */
  admission(request: SourceRequest, live: OpenedLive): AdmissionTrial | null;
  /** What the configuration names, or what the engines of its cluster declare at the time. */
  supply(signal: AbortSignal): Promise<SourceSupply>;
}

/** The parts of a configuration that say what to read; the defaults when there is no file. */
export interface InputConfig extends Pick<Config, 'sources' | 'repositories' | 'live' | 'rules' | 'engines'> {
  readonly rollback?: Pick<Config['rollback'], 'sanctionedManagers'>;
  readonly history?: Config['history'];
  readonly images?: Config['images'];
  readonly forges?: Config['forges'];
  readonly comparison?: Config['comparison'];
}

const noConfig: InputConfig = {
  sources: [],
  repositories: [],
  live: { source: '', readSecrets: false },
  rules: [],
  engines: {},
};

/** Loads the configuration only when one was named: reading it costs more than a small audit. */
export async function openInputs(options: OpenOptions): Promise<Inputs> {
  if (options.configFile === undefined) {
    const path = options.flags?.['history'];
    return inputsOf(path === undefined ? noConfig : { ...noConfig, history: { path } }, options.env);
  }
  const { loadConfig } = await import('./config/load-config.ts');
  const { config } = await loadConfig({ file: options.configFile, env: options.env, flags: options.flags ?? {} });
  return inputsOf(config, options.env);
}

export async function inputsOf(
  config: InputConfig,
  env: OpenOptions['env'],
  habits: WatchHabits = {},
): Promise<Inputs> {
  const stack = new AsyncDisposableStack();
  const git = await createGitSetup(env);
  const configured = config.rules.map(toIgnoreRule);
  const rules = [...configured];
  const book = new RuleBook(rules);
  const lives = new Map<string, Promise<OpenedLive>>();
  const openLive = async (source: string): Promise<OpenedLive> => {
    const { readSecrets } = config.live;
    return stack.use(await openLiveSource(source, { env, readSecrets, ...habits }));
  };
  // One connection serves whoever reads the same side.
  const live = async (request: SourceRequest): Promise<OpenedLive> => {
    const source = request.live ?? config.live.source;
    if (source === '') throw missing('--live');
    const opened = lives.get(source) ?? openLive(source);
    lives.set(source, opened);
    return await opened;
  };
  const factsFor =
    (request: SourceRequest) =>
    async (signal: AbortSignal): Promise<ClusterFacts | null> =>
      (request.live ?? config.live.source) === '' ? null : await (await live(request)).facts(signal);
  const discover = async (request: SourceRequest, signal: AbortSignal): Promise<SourceSupply> => {
    if ((request.live ?? config.live.source) === '') throw missing('--desired (or --manifests)');
    const { openDiscoveredSupply } = await import('./app-discover-inputs.ts');
    const repositories = config.repositories.map(toKnownRepository);
    const options = { env, git, live: await live(request), engines: enginesOf(config), rules: book, repositories };
    return stack.use(await openDiscoveredSupply(options, signal));
  };
  const openFor = async (
    request: SourceRequest,
    { source, poll, helm, ...place }: WantedSource,
  ): Promise<PlacedSource> => {
    const { namespace } = place;
    const chart = { release: helm.release ?? null, valueFiles: helm.valueFiles };
    const renderer = createRenderer({ env, ...enginesOf(config), namespace, chart, facts: factsFor(request) });
    return { ...place, source: stack.use(await openSource(source, { env, git, renderer, poll })) };
  };
  const openWanted = async (request: SourceRequest): Promise<readonly PlacedSource[]> =>
    await Promise.all(desiredOf(request, config).map((wanted) => openFor(request, wanted)));
  const isNamed = (request: SourceRequest): boolean => request.desired !== undefined || config.sources.length > 0;
  return {
    env,
    git,
    forges: createForgeFinder({ forges: config.forges ?? [], env, clock: () => new Date() }),
    rules,
    knownRules: () => [...configured.map(knownRule), ...importedRules(book)],
    sanctionedManagers: config.rollback?.sanctionedManagers ?? [],
    images: config.images,
    readSecrets: config.live.readSecrets,
    historyFile: config.history?.path ?? null,
    async desired(request, signal) {
      return isNamed(request) ? await openWanted(request) : (await discover(request, signal)).current;
    },
    live,
    admission(request, { admission, name }) {
      const isWanted = request.serverDryRun ?? config.comparison?.serverDryRun === 'when-unsure';
      if (isWanted && admission === null) throw noServer(name);
      return isWanted ? admission : null;
    },
    async supply(signal) {
      return isNamed(fromConfig) ? fixedSupply(await openWanted(fromConfig)) : await discover(fromConfig, signal);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Everything that a request could say is in the configuration. */
export const fromConfig: SourceRequest = { desired: undefined, live: undefined, namespace: undefined };

type WantedSource = Pick<SourceConfig, 'source' | 'poll' | 'helm'> & SourcePlace;

/** What the command line names wins over the list of the configuration. */
function desiredOf(request: SourceRequest, config: InputConfig): readonly WantedSource[] {
  if (request.desired !== undefined) {
    return [
      { source: request.desired, namespace: request.namespace ?? 'default', poll: 60_000, helm: { valueFiles: [] } },
    ];
  }
  return config.sources.map(({ source, namespace, poll, helm, owns, name }) => ({
    source,
    namespace: request.namespace ?? namespace,
    poll,
    helm,
    owns,
    ...(name === undefined ? {} : { name }),
  }));
}

function enginesOf({ engines }: InputConfig): { kustomize: string | undefined; helm: string | undefined } {
  return { kustomize: engines.kustomize, helm: engines.helm };
}

function toKnownRepository({ path, passwordFile, ...rest }: InputConfig['repositories'][number]): KnownRepository {
  return {
    ...rest,
    ...(path === undefined ? {} : { path }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
  };
}

function toIgnoreRule({ path, reason, owner, expires, ...rest }: InputConfig['rules'][number]): IgnoreRule {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { path, reason, owner, expires: expires ?? null, ...Object.fromEntries(given) };
}

function knownRule(rule: IgnoreRule): KnownRule {
  return { rule: nameOfRule(rule), origin: 'the configuration', expires: rule.expires };
}

function importedRules({ imported }: RuleBook): readonly KnownRule[] {
  return [...imported].map(([rule, origin]) => ({ rule, origin, expires: null }));
}

function missing(flag: string): AppError {
  return new AppError({
    code: 'usage',
    what: 'cannot tell what to read',
    why: `${flag} is missing and no configuration names a source`,
    remedy: `Give ${flag.split(' ')[0] ?? flag}, or --config with a mooring.yaml`,
  });
}

function noServer(live: string): AppError {
  return new AppError({
    code: 'usage',
    what: 'cannot ask for a server-side dry run',
    why: `${live} is a folder, not an API server`,
    remedy: 'Give --live kube:, or leave out --server-dry-run and comparison.serverDryRun',
  });
}
