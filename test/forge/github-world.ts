import type { CallForge } from '../../src/forge/http/forge-call.ts';
import { createForgeHttp } from '../../src/forge/http/forge-http.ts';
import { accountOfToken } from '../../src/forge/github/github-api.ts';
import { createGitHubForge } from '../../src/forge/github/github-forge.ts';
import { openFakeWorld } from './fake-world.ts';
import { type FakeHost, startFakeHost } from './fakes/fake-host.ts';
import { githubDialect } from './fakes/github-fake.ts';
import type { ForgeWorld } from './forge-world.ts';
import { text } from './propose-world.ts';

export interface GitHubWorld extends ForgeWorld {
  readonly host: FakeHost;
}

const token = 'ghp_canaryOfTheContract';

/** Mooring with a plain token on a fake GitHub; `wrap` comes between it and the REST API. */
export async function openGitHubWorld(wrap: (rest: CallForge) => CallForge = (rest) => rest): Promise<GitHubWorld> {
  const tokens = new Map([[token, 'mooring-bot']]);
  const host = await startFakeHost(githubDialect({ tokens }), { 'web.yaml': text });
  host.repository.writers.add('mooring-bot');
  const options = {
    agent: host.agent,
    credentials: () => Promise.resolve({ authorization: `Bearer ${token}` }),
    clock: () => new Date(),
  };
  const rest = wrap(createForgeHttp({ ...options, base: new URL(`${host.origin}/api/v3/`) }));
  const graphql = createForgeHttp({ ...options, base: new URL(`${host.origin}/api/`) });
  const place = { rest, graphql, owner: 'shop', name: 'web' };
  const world = openFakeWorld({
    host,
    token,
    gitUser: 'x-access-token',
    forge: (removeBranch) => createGitHubForge({ ...place, account: accountOfToken(graphql) }, removeBranch),
  });
  return { ...world, host };
}
