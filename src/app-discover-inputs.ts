import { availableParallelism } from 'node:os';
import { type DiscoveredEstate, discoverEstate } from './app-discovery.ts';
import { rendererTools } from './app-renderer.ts';
import type { KnownRepository } from './app-repositories.ts';
import { DiscoveredSupply } from './app-source-supply.ts';
import { privateDirectory } from './app-sources.ts';
import type { RenderTools } from './collectors/discovery/render/discovered-renderer.ts';
import { RenderTurns } from './collectors/discovery/render/render-turns.ts';
import { RuleBook } from './collectors/discovery/rule-book.ts';
import type { LiveSource } from './collectors/live-source.ts';
import type { IgnoreRule } from './drift/subtract/user-rules.ts';
import { AppError } from './errors/app-error.ts';
import type { GitSetup } from './git/run-git.ts';

export interface DiscoverInputsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly git: GitSetup;
  readonly live: LiveSource;
  readonly engines: { readonly kustomize: string | undefined; readonly helm: string | undefined };
  /** Gets the rules of the engines as their sources are read. */
  readonly rules: RuleBook;
  readonly repositories?: readonly KnownRepository[];
  /** Milliseconds between two looks at a remote. */
  readonly poll?: number;
}

/** Opens what Argo CD and Flux declare on the live side, which may be nothing. */
export async function openDiscovered(options: DiscoverInputsOptions, signal: AbortSignal): Promise<DiscoveredEstate> {
  const { env, git, live, engines, rules, repositories = [], poll = 60_000 } = options;
  let tools: Promise<RenderTools> | undefined;
  return await discoverEstate(
    {
      live,
      access: { git, cacheDirectory: await privateDirectory(env, 'mirrors'), mappings: repositories, poll },
      tools: () => {
        tools ??= loadTools({ env, ...engines });
        return tools;
      },
      rules,
      clock: () => new Date(),
    },
    signal,
  );
}

/** The programs, and as many turns as there are processors. */
async function loadTools(settings: Parameters<typeof rendererTools>[0]): Promise<RenderTools> {
  return { ...(await rendererTools(settings)), turns: new RenderTurns(availableParallelism()) };
}

/** The same. Throws AppError `usage` when no engine declares anything there. */
export async function discoverInputs(options: DiscoverInputsOptions, signal: AbortSignal): Promise<DiscoveredEstate> {
  const { live } = options;
  const estate = await openDiscovered(options, signal);
  const { sources, gaps, elsewhere } = estate.discovery;
  if (sources.length > 0 || gaps.length > 0) return estate;
  await estate[Symbol.asyncDispose]();
  const other = elsewhere.length === 0 ? '' : ` (${elsewhere.length} of their objects are for other clusters)`;
  throw new AppError({
    code: 'usage',
    what: 'cannot tell what to read',
    why: `no source is named, and neither Argo CD nor Flux declares one on ${live.name}${other}`,
    remedy: 'Give --desired, or --config with a mooring.yaml',
  });
}

/**
 * The same, looked up again when asked. `rules` is the list that the daemon judges by; `configured` are those of them that do not come
 * from an engine.
 */
export async function openDiscoveredSupply(
  options: Omit<DiscoverInputsOptions, 'rules'>,
  { rules, configured }: { readonly rules: IgnoreRule[]; readonly configured: readonly IgnoreRule[] },
  signal: AbortSignal,
): Promise<DiscoveredSupply> {
  let isFirst = true;
  return await DiscoveredSupply.open(
    {
      async discover(aborted) {
        // A book keeps what it finds in the list; what an engine said before has to be left out for that moment.
        const learned = rules.splice(0, rules.length, ...configured);
        const book = new RuleBook(rules);
        rules.splice(0, rules.length, ...learned);
        const discover = isFirst ? discoverInputs : openDiscovered;
        isFirst = false;
        return await discover({ ...options, rules: book }, aborted);
      },
      taken: () => void rules.splice(0, rules.length, ...configured),
    },
    signal,
  );
}
