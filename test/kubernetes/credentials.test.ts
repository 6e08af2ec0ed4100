import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KubernetesConnection, openConnection } from '../../src/kubernetes/connection/kubernetes-connection.ts';
import { formatKubeconfig, json, type ScriptedServer, startScriptedServer, status } from './scripted-server.ts';

const never = new AbortController().signal;
let server: ScriptedServer;
let dir: string;
let connection: KubernetesConnection | undefined;
/** What the server takes; everything else is answered with 401. */
let accepted: string;

beforeEach(async () => {
  server = await startScriptedServer();
  dir = mkdtempSync(join(tmpdir(), 'mooring-credentials-'));
  accepted = 'Bearer first';
  server.routes.set('/version', (request, response) => {
    const isAccepted = request.headers.authorization === accepted;
    return json(isAccepted ? 200 : 401, isAccepted ? {} : status(401, 'Unauthorized'))(request, response);
  });
});

afterEach(async () => {
  await connection?.close();
  connection = undefined;
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

async function connect(user: object, more: { allowExec?: boolean; rereadMs?: number } = {}): Promise<void> {
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, formatKubeconfig(server.url, user));
  connection = await openConnection({ kubeconfig, environment: { PATH: process.env['PATH'] }, ...more });
}

async function ask(): Promise<number | undefined> {
  return (await connection?.send({ path: '/version' }, never))?.status;
}

/** A plugin that counts its runs in a file and answers with the token that `token` holds. */
function plugin(expiresInMs: number): object {
  const script = join(dir, 'plugin');
  const answer = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$(cat ${dir}/token)'","expirationTimestamp":"${new Date(Date.now() + expiresInMs).toISOString()}"}}`;
  writeFileSync(
    script,
    `#!/bin/sh\necho run >> ${dir}/runs\nprintenv KUBERNETES_EXEC_INFO > ${dir}/request\necho '${answer}'\n`,
  );
  chmodSync(script, 0o700);
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin' } };
}

const runs = (): number => readFileSync(join(dir, 'runs'), 'utf8').trim().split('\n').length;

describe('a token file', () => {
  test('is read again when the server refuses the token, and the request is repeated once', async () => {
    writeFileSync(join(dir, 'token'), 'first\n');
    await connect({ tokenFile: 'token' });
    expect(await ask()).toBe(200);
    accepted = 'Bearer second';
    writeFileSync(join(dir, 'token'), 'second\n');
    expect(await ask()).toBe(200);
  });

  test('is read again from time to time, before the old token is refused', async () => {
    writeFileSync(join(dir, 'token'), 'first');
    await connect({ tokenFile: 'token' }, { rereadMs: 0 });
    expect(await ask()).toBe(200);
    writeFileSync(join(dir, 'token'), 'second');
    accepted = 'Bearer second';
    const before = server.seen.length;
    expect(await ask()).toBe(200);
    expect(server.seen.length - before).toBe(1);
  });

  test('that still holds a refused token ends in 401, not in a loop', async () => {
    writeFileSync(join(dir, 'token'), 'wrong');
    await connect({ tokenFile: 'token' });
    expect(await ask()).toBe(401);
    expect(server.seen.length).toBe(2);
  });

  test('that is missing is a clear error', async () => {
    await connect({ tokenFile: 'token' });
    await expect(ask()).rejects.toMatchObject({ code: 'kubeconfig-invalid', retryable: true });
  });
});

describe('a credential plugin', () => {
  test('runs once for requests made at the same moment, and not again while its token lives', async () => {
    writeFileSync(join(dir, 'token'), 'first');
    await connect(plugin(3_600_000));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
    expect(await ask()).toBe(200);
    expect(runs()).toBe(1);
    expect(JSON.parse(readFileSync(join(dir, 'request'), 'utf8'))).toMatchObject({ kind: 'ExecCredential' });
  });

  test('runs again shortly before its token expires', async () => {
    writeFileSync(join(dir, 'token'), 'first');
    await connect(plugin(5_000));
    expect([await ask(), await ask()]).toEqual([200, 200]);
    expect(runs()).toBe(2);
  });

  test('runs again when the server refuses its token', async () => {
    writeFileSync(join(dir, 'token'), 'first');
    await connect(plugin(3_600_000));
    expect(await ask()).toBe(200);
    accepted = 'Bearer second';
    writeFileSync(join(dir, 'token'), 'second');
    expect(await ask()).toBe(200);
  });

  test('is not started when that is not allowed', async () => {
    await connect(plugin(3_600_000), { allowExec: false });
    await expect(ask()).rejects.toMatchObject({ code: 'kubeconfig-invalid' });
  });

  test('that fails is named, without what it printed', async () => {
    const script = join(dir, 'plugin');
    writeFileSync(script, '#!/bin/sh\necho canary-token\necho canary-token >&2\nexit 3\n');
    chmodSync(script, 0o700);
    await connect({ exec: { command: './plugin', args: ['canary-argument'] } });
    const failure = await ask().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'cluster-unauthorized' });
    expect(String(failure)).not.toContain('canary');
  });
});

test('a user name and a password are sent as basic authentication', async () => {
  accepted = `Basic ${Buffer.from('bob:pass').toString('base64')}`;
  await connect({ username: 'bob', password: 'pass' });
  expect(await ask()).toBe(200);
});

test('an OIDC token of an auth-provider entry is sent, through the authenticators of the client library', async () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'none' })}.${part({ exp: 4_000_000_000 })}.c2ln`;
  accepted = `Bearer ${token}`;
  await connect({ 'auth-provider': { name: 'oidc', config: { 'id-token': token } } });
  expect(await ask()).toBe(200);
});

test('who is impersonated is sent with every request', async () => {
  await connect({ token: 'first', as: 'alice', 'as-groups': ['dev', 'ops'] });
  expect(await ask()).toBe(200);
  expect(server.seen.at(-1)?.headers).toMatchObject({ 'impersonate-user': 'alice', 'impersonate-group': 'dev, ops' });
});
