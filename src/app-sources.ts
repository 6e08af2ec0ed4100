import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factsOf } from './app-engine-objects.ts';
import type { NotingRenderer } from './app-renderer.ts';
import { cacheDir } from './app-tools.ts';
import { definitionKinds } from './collectors/discovery/discovery-kinds.ts';
import { openDirectoryManifests } from './collectors/directory-manifests.ts';
import type { KindRef, LiveSource } from './collectors/live-source.ts';
import { parseSourceSpec, type SourceSpec } from './collectors/source-spec.ts';
import type { ClusterFacts } from './collectors/render/cluster-facts.ts';
import type { TreeManifests } from './collectors/tree-manifests.ts';
import type { GitSetup } from './git/run-git.ts';
import type { SourcePlace } from './loop/estate/declared-sources.ts';
import type { AdmissionTrial } from './loop/estate/judge-key.ts';
import type { DryRun } from './rollback/dry-run.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A desired source with what a repair needs to know of it beyond its manifests. */
export interface OpenedSource extends AsyncDisposable {
  readonly spec: SourceSpec;
  readonly manifests: TreeManifests;
  /** Null for a plain directory. */
  readonly gitDirectory: string | null;
  readonly renderer: NotingRenderer;
}

/** A desired source, opened, and its place among the others. */
export interface PlacedSource extends SourcePlace {
  readonly source: OpenedSource;
}

export interface SourceOptions {
  readonly env: Env;
  readonly git: GitSetup;
  readonly renderer: NotingRenderer;
  /** Milliseconds between two looks at a remote. */
  readonly poll: number;
}

/** Opens a SOURCE of the command line or the configuration. Throws AppError when it is not allowed or not there. */
export async function openSource(text: string, options: SourceOptions): Promise<OpenedSource> {
  const spec = parseSourceSpec(text);
  const { renderer } = options;
  const now = (): Date => new Date();
  if (spec.kind === 'directory') {
    const manifests = await openDirectoryManifests(spec.directory, { renderer, now });
    return { spec, manifests, gitDirectory: null, renderer, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const { openGitManifests } = await import('./git/git-manifest-source.ts');
  const opened = await openGitManifests(spec, {
    setup: options.git,
    cacheDirectory: await privateDirectory(options.env, 'mirrors'),
    credentials: null,
    pollInterval: options.poll,
    renderer,
    now,
  });
  return { ...opened, spec, renderer, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** Git as it is started everywhere: without anybody's settings. */
export async function createGitSetup(env: Env): Promise<GitSetup> {
  return { program: 'git', variables: env, home: await privateDirectory(env, 'empty-home') };
}

/** A directory of Mooring's own below the cache, or below the temporary directory where there is no home to keep a cache in. */
export async function privateDirectory(env: Env, name: string): Promise<string> {
  const base = cacheDir(env) ?? (await mkdtemp(join(tmpdir(), 'mooring-')));
  const dir = join(base, name);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return dir;
}

/** What whoever watches for long has to add: a command that reads once needs none of it. */
export interface WatchHabits {
  /** The version up to which an earlier run saw a kind, or empty. */
  readonly floorOf?: (kind: KindRef) => string;
  /** Hears of faults that a watch survives. */
  readonly onFault?: (what: string, error: unknown) => void;
}

export interface LiveOptions extends WatchHabits {
  readonly env: Env;
  readonly readSecrets: boolean;
}

/** A live side, and what else it can be asked. Closing it ends its connections. */
export interface OpenedLive extends LiveSource, AsyncDisposable {
  /** Null where there is no API server. */
  readonly dryRun: DryRun | null;
  /** Null where there is no API server. */
  readonly admission: AdmissionTrial | null;
  /** What a chart that is rendered for it is told. Throws AppError when it cannot be asked. */
  facts(signal: AbortSignal): Promise<ClusterFacts>;
}

/** Opens a LIVE of the command line or the configuration; a cluster is reached with its first request. */
export async function openLiveSource(live: string, options: LiveOptions): Promise<OpenedLive> {
  if (live.startsWith('kube:')) return openCluster(live.slice('kube:'.length), options);
  const { DirectorySource } = await import('./collectors/directory-source.ts');
  const source = new DirectorySource(live);
  const facts = async (signal: AbortSignal): Promise<ClusterFacts> =>
    factsOf(await source.read({ declared: [], evidence: definitionKinds }, signal));
  return opened(source, { dryRun: null, admission: null, facts }, () => Promise.resolve());
}

async function openCluster(context: string, { env, readSecrets, ...habits }: LiveOptions): Promise<OpenedLive> {
  const [{ createKubernetesSource }, { createFactsReader }, { clusterDryRun }, { clusterAdmission }] =
    await Promise.all([
      import('./kubernetes/kubernetes-live-source.ts'),
      import('./kubernetes/cluster-facts.ts'),
      import('./app-dry-run.ts'),
      import('./app-admission.ts'),
    ]);
  const source = await createKubernetesSource({
    environment: env,
    readSecrets,
    ...habits,
    ...(context === '' ? {} : { context }),
  });
  const questions = {
    dryRun: clusterDryRun(source.connection),
    facts: createFactsReader(source.connection),
    admission: clusterAdmission(source.connection, () => new Date()),
  };
  return opened(source, questions, () => source.close());
}

function opened(
  source: LiveSource,
  questions: Pick<OpenedLive, 'dryRun' | 'admission' | 'facts'>,
  close: () => Promise<void>,
): OpenedLive {
  return {
    name: source.name,
    ...questions,
    read: (request, signal) => source.read(request, signal),
    watch: (request, changed, signal) => source.watch(request, changed, signal),
    [Symbol.asyncDispose]: close,
  };
}
