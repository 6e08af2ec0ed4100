import type { GitHubAccess } from './app-github.ts';
import type { ForgeConfig } from './config/config-schema.ts';
import type { GitPlace, GitRemote } from './forge/git-call.ts';
import type { CommitIdentity } from './forge/git-repair-writer.ts';
import type { SignCommit } from './forge/ssh-signer.ts';
import type { Manners } from './rollback/manners.ts';
import type { RepairRepository } from './rollback/repair-repository.ts';
import type { Forge } from './rollback/forge.ts';
import { AppError } from './errors/app-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Mooring's own commits where nothing else is configured; a branch with anybody else's is left alone. */
export const ownIdentity: CommitIdentity = { name: 'Mooring', email: 'mooring@mooring.invalid' };

/** The forge of one repository, as the configuration has it. */
export interface FoundForge {
  readonly identity: CommitIdentity;
  readonly signOff: boolean;
  readonly sign: SignCommit | null;
  readonly manners: Manners;
  /** Whether one issue shows what is held back. */
  readonly dashboard: boolean;
  /** With the credential of the forge, for pushing over HTTPS. Throws AppError when the token cannot be read. */
  remote(url: string): Promise<GitRemote>;
  open(place: GitPlace, repository: RepairRepository): Promise<Forge>;
}

/** Undefined for a repository that no configured forge holds. */
export type FindForge = (url: string) => FoundForge | undefined;

export const noForges: FindForge = () => undefined;

export interface ForgesOptions {
  readonly forges: readonly ForgeConfig[];
  readonly env: Env;
  readonly clock: () => Date;
}

/** Finds the forge of a repository by its URL; the longest that fits counts. Adapters are loaded when one is used. */
export function createForgeFinder({ forges, env, clock }: ForgesOptions): FindForge {
  if (forges.length === 0) return noForges;
  const found = new Map<ForgeConfig, (url: string) => FoundForge>();
  return (url) => {
    const config = forges.filter((forge) => isBelow(forge.url, url)).toSorted((a, b) => b.url.length - a.url.length)[0];
    if (config === undefined) return undefined;
    const make = found.get(config) ?? forgeMaker(config, env, clock);
    found.set(config, make);
    return make(url);
  };
}

function isBelow(forge: string, repository: string): boolean {
  const parts = (text: string): readonly string[] => {
    if (!/^https:\/\//i.test(text) || !URL.canParse(text)) return [];
    const { host, pathname } = new URL(text);
    return [
      host,
      ...pathname
        .replace(/\.git\/?$/i, '')
        .split('/')
        .filter((part) => part !== ''),
    ];
  };
  const [above, below] = [parts(forge), parts(repository)];
  return above.length > 0 && above.every((part, index) => part.toLowerCase() === below[index]?.toLowerCase());
}

/** Connections are shared by all repositories of one forge. */
function forgeMaker(config: ForgeConfig, env: Env, clock: () => Date): (url: string) => FoundForge {
  const { commitName, commitEmail, signOff, signingKeyFile, caFile, tokenFile } = config;
  const { labels, reviewers, drafts, dashboard } = config;
  let agent: Promise<import('undici').Dispatcher> | undefined;
  const openAgent = async (): Promise<import('undici').Dispatcher> => {
    const { createForgeAgent } = await import('./forge/http/forge-agent.ts');
    agent ??= Promise.resolve(createForgeAgent({ caFile, proxy: undefined }));
    return await agent;
  };
  const accesses = new Map<string, Promise<GitHubAccess>>();
  const openGitHub = (url: string): Promise<GitHubAccess> => {
    const known = accesses.get(url);
    if (known !== undefined) return known;
    const opened = (async () => {
      const { createGitHubAccess } = await import('./app-github.ts');
      return createGitHubAccess(config, { ...placeOf(url), agent: await openAgent(), clock });
    })();
    accesses.set(url, opened);
    return opened;
  };
  const isGitHub = config.type === 'github';
  return (url) => ({
    identity: { name: commitName, email: commitEmail },
    signOff,
    sign: signingKeyFile === undefined ? null : signer(signingKeyFile, env),
    manners: { labels, reviewers, drafts: drafts === 'when-incomplete' },
    dashboard,
    async remote(of) {
      const { readToken } = await import('./forge/http/token-file.ts');
      // Gitea takes any name with a token, GitHub this one.
      const token = isGitHub
        ? await (await openGitHub(url)).token(AbortSignal.timeout(60_000))
        : await readToken(tokenFile);
      const basic = Buffer.from(`${isGitHub ? 'x-access-token' : 'mooring'}:${token}`).toString('base64');
      const { origin } = new URL(of);
      const trust = caFile === undefined ? {} : { [`http.${origin}/.sslCAInfo`]: caFile };
      const settings = { [`http.${origin}/.extraHeader`]: `Authorization: Basic ${basic}`, ...trust };
      return { url: of, protocols: ['https'], settings };
    },
    async open(place, repository) {
      const { createBranchRemover } = await import('./forge/remove-branch.ts');
      const removeBranch = createBranchRemover(place, repository);
      if (isGitHub) return (await openGitHub(url)).forge(removeBranch);
      const [{ createForgeHttp }, { readToken }, { createGiteaForge }] = await Promise.all([
        import('./forge/http/forge-http.ts'),
        import('./forge/http/token-file.ts'),
        import('./forge/gitea/gitea-forge.ts'),
      ]);
      const base = new URL(`${(config.api ?? `${new URL(config.url).origin}/api/v1`).replace(/\/+$/, '')}/`);
      const credentials = async (): Promise<{ authorization: string }> => ({
        authorization: `token ${await readToken(tokenFile)}`,
      });
      const call = createForgeHttp({ base, agent: await openAgent(), credentials, clock });
      return createGiteaForge({ call, ...placeOf(url), removeBranch });
    },
  });
}

function signer(keyFile: string, env: Env): SignCommit {
  return async (payload, signal) => {
    const { createSshSigner } = await import('./forge/ssh-signer.ts');
    return await createSshSigner({ keyFile, searchPath: env['PATH'] ?? '' })(payload, signal);
  };
}

/** The last two parts of the path; a forge may be served below a path of its own. */
function placeOf(url: string): { readonly owner: string; readonly name: string } {
  const parts = new URL(url).pathname
    .replace(/\.git\/?$/i, '')
    .split('/')
    .filter((part) => part !== '');
  const [owner, name] = parts.slice(-2).map(decodeURIComponent);
  if (parts.length >= 2 && owner !== undefined && name !== undefined) return { owner, name };
  throw new AppError({
    code: 'proposal-refused',
    what: 'cannot tell which repository of the forge is meant',
    why: 'its URL does not end in OWNER/NAME',
    remedy: 'Correct the source, or forges[].url',
  });
}
