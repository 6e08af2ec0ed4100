import { createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appCredentials, createAppAccess } from '../../src/forge/github/app-access.ts';
import { createGitHubForge } from '../../src/forge/github/github-forge.ts';
import { createForgeHttp } from '../../src/forge/http/forge-http.ts';
import { parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import { openFakeWorld } from './fake-world.ts';
import { type FakeAnswer, type FakeCall, startFakeHost } from './fakes/fake-host.ts';
import { githubDialect } from './fakes/github-fake.ts';
import { type ForgeWorld, pushBranch, signal } from './forge-world.ts';
import { text } from './propose-world.ts';

/** An App that is installed in one repository of the fake; its clock is moved by hand. */
interface AppWorld extends AsyncDisposable {
  readonly world: ForgeWorld;
  /** Tokens that were given out, oldest first. */
  readonly given: readonly string[];
  readonly keyFile: string;
  later(minutes: number): void;
  /** Every token given out so far stops working. */
  revoke(): void;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const appId = '4711';

async function openAppWorld(): Promise<AppWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-app-'));
  const keyFile = join(folder, 'app.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  let now = Date.parse('2026-01-02T03:00:00Z');
  const clock = (): Date => new Date(now);
  const given: string[] = [];
  const tokens = new Map([['ghp_ofGit', 'mooring-shop[bot]']]);
  const app = (call: FakeCall): FakeAnswer | undefined => {
    if (!isSigned(call.headers.authorization, now)) return { status: 401, body: { message: 'Bad credentials' } };
    if (call.path === '/repos/shop/web/installation')
      return { status: 200, body: { id: 99, app_slug: 'mooring-shop', app_id: Number(appId) } };
    if (call.path !== '/app/installations/99/access_tokens') return undefined;
    const token = `ghs_given${given.length + 1}`;
    given.push(token);
    tokens.set(token, 'mooring-shop[bot]');
    return { status: 201, body: { token, expires_at: new Date(now + 3_600_000).toISOString() } };
  };
  const host = await startFakeHost(githubDialect({ tokens, app }), { 'web.yaml': text });
  host.repository.writers.add('mooring-shop[bot]');
  const common = { agent: host.agent, clock, base: new URL(`${host.origin}/api/v3/`) };
  const asApp = createForgeHttp({ ...common, credentials: () => appCredentials({ id: appId, keyFile }, clock()) });
  const access = createAppAccess({ rest: asApp, owner: 'shop', name: 'web', clock });
  const credentials = async (by: AbortSignal): Promise<{ authorization: string }> => ({
    authorization: `Bearer ${await access.token(by)}`,
  });
  const rest = createForgeHttp({ ...common, credentials });
  const graphql = createForgeHttp({ ...common, credentials, base: new URL(`${host.origin}/api/`) });
  const place = { rest, graphql, owner: 'shop', name: 'web', account: (by: AbortSignal) => access.account(by) };
  const world = openFakeWorld({
    host,
    token: 'ghp_ofGit',
    gitUser: 'x-access-token',
    forge: (removeBranch) => createGitHubForge(place, removeBranch),
  });
  return {
    world,
    given,
    keyFile,
    later: (minutes) => void (now += minutes * 60_000),
    revoke: () => given.forEach((token) => tokens.delete(token)),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
      await world[Symbol.asyncDispose]();
    },
  };
}

function isSigned(authorization: string | undefined, now: number): boolean {
  const [head = '', claims = '', signature = ''] = authorization?.replace(/^Bearer /, '').split('.') ?? [];
  const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  const said = parseJson(Buffer.from(claims, 'base64url').toString('utf8'));
  const [from, to] = [Number(valueAt(said, 'iat')) * 1_000, Number(valueAt(said, 'exp')) * 1_000];
  const isTimely = from <= now && now < to && to - from <= 600_000;
  return verify.verify(publicKey, signature, 'base64url') && stringAt(said, 'iss') === appId && isTimely;
}

describe('a GitHub App', { timeout: 120_000 }, () => {
  it('proposes as its own account, with a token for this repository alone', async () => {
    await using app = await openAppWorld();
    const { pullRequests } = app.world.forge();
    const asked = await pushBranch(app.world, 'web');
    const opened = await pullRequests.open({ ...asked, labels: ['mooring'] }, signal);
    expect(opened).toMatchObject({ state: 'open', labels: ['mooring'] });
    await pullRequests.close(asked.branch, 'gone', signal);
    expect(await pullRequests.list(signal)).toMatchObject([{ id: opened.id, closedByPerson: false }]);
    expect(app.given).toEqual(['ghs_given1']);
  });

  it('gets another token before the old one ends, and after one was revoked', async () => {
    await using app = await openAppWorld();
    const { pullRequests } = app.world.forge();
    await pullRequests.list(signal);
    app.later(61);
    await pullRequests.list(signal);
    expect(app.given).toEqual(['ghs_given1', 'ghs_given2']);
    app.revoke();
    await expect(pullRequests.list(signal)).rejects.toMatchObject({ code: 'proposal-failed' });
    app.later(11);
    await pullRequests.list(signal);
    expect(app.given).toHaveLength(3);
  });

  it('whose key is none says which file, and nothing of its content', async () => {
    await using app = await openAppWorld();
    writeFileSync(app.keyFile, 'canary-of-the-key');
    const told: unknown = await app.world
      .forge()
      .pullRequests.list(signal)
      .catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'proposal-failed', why: 'it holds no RSA key' });
    expect(JSON.stringify(told) + String(told)).not.toContain('canary-of-the-key');
  });
});
