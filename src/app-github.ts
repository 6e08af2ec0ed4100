import type { Dispatcher } from 'undici';
import type { ForgeConfig } from './config/config-schema.ts';
import { appCredentials, createAppAccess } from './forge/github/app-access.ts';
import { accountOfToken } from './forge/github/github-api.ts';
import { createGitHubForge } from './forge/github/github-forge.ts';
import type { RemoveBranch } from './forge/github/github-pull-requests.ts';
import { createForgeHttp } from './forge/http/forge-http.ts';
import { paceWrites } from './forge/http/paced-calls.ts';
import { readToken } from './forge/http/token-file.ts';
import type { Forge } from './rollback/forge.ts';

/** One repository on GitHub, as an App or with a token. */
export interface GitHubAccess {
  /** For git, too. Throws AppError when there is none. */
  token(signal: AbortSignal): Promise<string>;
  forge(removeBranch: RemoveBranch): Forge;
}

export interface GitHubPlace {
  readonly owner: string;
  readonly name: string;
  readonly agent: Dispatcher;
  readonly clock: () => Date;
}

/** Milliseconds between two writes, as GitHub asks for. */
const writePause = 1_000;

/** Without an App ID the file holds a token, with one the private key of the App. */
export function createGitHubAccess(config: ForgeConfig, { owner, name, agent, clock }: GitHubPlace): GitHubAccess {
  const { appId, tokenFile } = config;
  const { rest: base, graphql: graphqlBase } = githubBases(config);
  const app =
    appId === undefined
      ? undefined
      : createAppAccess({
          rest: createForgeHttp({
            base,
            agent,
            clock,
            credentials: () => appCredentials({ id: appId, keyFile: tokenFile }, clock()),
          }),
          owner,
          name,
          clock,
        });
  const token = (signal: AbortSignal): Promise<string> =>
    app === undefined ? readToken(tokenFile) : app.token(signal);
  const credentials = async (signal: AbortSignal): Promise<{ authorization: string }> => ({
    authorization: `Bearer ${await token(signal)}`,
  });
  const rest = paceWrites(createForgeHttp({ base, agent, clock, credentials }), writePause);
  const graphql = createForgeHttp({ base: graphqlBase, agent, clock, credentials });
  const account = app === undefined ? accountOfToken(graphql) : (by: AbortSignal) => app.account(by);
  return {
    token,
    forge: (removeBranch) => createGitHubForge({ rest, graphql, owner, name, account }, removeBranch),
  };
}

/** Of github.com both are on a host of their own; on other hosts GraphQL is beside the REST API, not below it. */
export function githubBases({ url, api }: Pick<ForgeConfig, 'url' | 'api'>): {
  readonly rest: URL;
  readonly graphql: URL;
} {
  const { host, origin } = new URL(url);
  const base = api ?? (host === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`);
  const rest = new URL(`${base.replace(/\/+$/, '')}/`);
  return { rest, graphql: new URL(rest.href.replace(/\/v3\/$/, '/')) };
}
