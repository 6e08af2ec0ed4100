import { availableParallelism } from 'node:os';
import type { AskedLive } from './app-engine-objects.ts';
import { EngineDiscovery } from './app-discovery.ts';
import { rendererTools } from './app-renderer.ts';
import type { KnownRepository } from './app-repositories.ts';
import { DiscoveredSupply } from './app-source-supply.ts';
import { privateDirectory } from './app-sources.ts';
import type { RenderTools } from './collectors/discovery/render/discovered-renderer.ts';
import { RenderTurns } from './collectors/discovery/render/render-turns.ts';
import type { RuleBook } from './collectors/discovery/rule-book.ts';
import { AppError } from './errors/app-error.ts';
import type { GitSetup } from './git/run-git.ts';

export interface DiscoverInputsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly git: GitSetup;
  readonly live: AskedLive;
  readonly engines: { readonly kustomize: string | undefined; readonly helm: string | undefined };
  /** Gets the rules of the engines as their sources are read. */
  readonly rules: RuleBook;
  readonly repositories?: readonly KnownRepository[];
  /** Milliseconds between two looks at a remote. */
  readonly poll?: number;
}

/** Opens what Argo CD and Flux declare on the live side, looked up again when asked. Throws AppError `usage` when that is nothing. */
export async function openDiscoveredSupply(
  options: DiscoverInputsOptions,
  signal: AbortSignal,
): Promise<DiscoveredSupply & AsyncDisposable> {
  const { env, git, live, engines, rules, repositories = [], poll = 60_000 } = options;
  await using stack = new AsyncDisposableStack();
  let tools: Promise<RenderTools> | undefined;
  const discovery = stack.use(
    new EngineDiscovery({
      live,
      access: { git, cacheDirectory: await privateDirectory(env, 'mirrors'), mappings: repositories, poll },
      tools: () => {
        tools ??= loadTools({ env, ...engines });
        return tools;
      },
      rules,
      clock: () => new Date(),
    }),
  );
  const supply = await DiscoveredSupply.open(discovery, live, signal);
  const { sources, gaps, elsewhere } = supply.estate.discovery;
  if (sources.length === 0 && gaps.length === 0) throw nothingDeclared(live.name, elsewhere.length);
  const opened = stack.move();
  return Object.assign(supply, { [Symbol.asyncDispose]: () => opened.disposeAsync() });
}

/** The programs, and as many turns as there are processors. */
async function loadTools(settings: Parameters<typeof rendererTools>[0]): Promise<RenderTools> {
  return { ...(await rendererTools(settings)), turns: new RenderTurns(availableParallelism()) };
}

function nothingDeclared(live: string, elsewhere: number): AppError {
  const other = elsewhere === 0 ? '' : ` (${elsewhere} of their objects are for other clusters)`;
  return new AppError({
    code: 'nothing-declared',
    what: 'cannot tell what to read',
    why: `no source is named, and neither Argo CD nor Flux declares one on ${live}${other}`,
    remedy: 'Give --desired, or --config with a mooring.yaml',
  });
}
