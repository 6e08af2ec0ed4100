import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterAdmission } from '../src/app-admission.ts';
import { type KubernetesConnection, openConnection } from '../src/kubernetes/connection/kubernetes-connection.ts';
import { parseJson, stringAt } from '../src/resource/json.ts';
import type { Resource } from '../src/resource/resource.ts';
import { type Answer, json, type ScriptedServer, startScriptedServer, status } from './kubernetes/scripted-server.ts';

const never = new AbortController().signal;
const path = '/api/v1/namespaces/shop/configmaps';
let server: ScriptedServer;
let connection: KubernetesConnection;
let now: number;
let posts: string[];

beforeEach(async () => {
  server = await startScriptedServer();
  connection = await openConnection({ kubeconfig: server.kubeconfig, environment: {} });
  now = Date.parse('2026-11-25T12:00:00Z');
  posts = [];
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

function configMap(name: string): Resource {
  return {
    id: { group: '', kind: 'ConfigMap', namespace: 'shop', name },
    apiVersion: 'v1',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: { a: '1' } },
    origin: null,
  };
}

/** Answers each try with the object that came in and a label, as a webhook would leave it. */
const labelled: Answer = (request: IncomingMessage, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
  request.on('end', () => {
    const object = parseJson(Buffer.concat(chunks).toString('utf8'));
    const name = stringAt(object, 'metadata', 'name') ?? '';
    posts.push(name);
    const metadata = { name, namespace: 'shop', labels: { of: `${name}.app` } };
    json(201, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' } })(request, response);
  });
};

const refusing =
  (code: number, reason: string, message: string): Answer =>
  (request, response) => {
    posts.push('refused');
    json(code, { ...status(code, reason), message })(request, response);
  };

const later = (minutes: number): void => {
  now += minutes * 60_000;
};

test('an object is tried under a name of its own, and the answer reads as if it had kept its own', async () => {
  server.routes.set(path, labelled);
  const answer = await clusterAdmission(connection, () => new Date(now)).tryOut(configMap('web'), never);
  expect(posts).toEqual([expect.stringMatching(/^mooring-[\da-f]{10}$/)]);
  expect(answer).toMatchObject({
    kind: 'tried',
    object: {
      body: { metadata: { labels: { of: 'web.app' } } },
      by: expect.stringMatching(/^by default or by a plugin/),
    },
  });
  const dryRuns = server.seen
    .filter(({ url }) => url.pathname === path)
    .map(({ url }) => url.searchParams.get('dryRun'));
  expect(dryRuns).toEqual(['All']);
});

test('an answer is believed for a minute, and beyond it while the server has none', async () => {
  server.routes.set(path, labelled);
  const admission = clusterAdmission(connection, () => new Date(now));
  const web = configMap('web');
  const first = await admission.tryOut(web, never);
  expect(await admission.tryOut(web, never)).toBe(first);
  expect(posts).toHaveLength(1);
  later(2);
  server.routes.set(path, refusing(500, 'InternalError', 'failed calling webhook'));
  expect(await admission.tryOut(web, never)).toBe(first);
  expect(await admission.tryOut(configMap('new'), never)).toEqual({ kind: 'untried', why: 'failed calling webhook' });
  expect(posts).toHaveLength(2);
  later(2);
  server.routes.set(path, labelled);
  expect(await admission.tryOut(configMap('new'), never)).toMatchObject({ kind: 'tried' });
});

test('a missing right is said once for a kind, and forgotten when it is granted', async () => {
  const message = 'configmaps is forbidden: User "x" cannot create resource "configmaps" in API group ""';
  server.routes.set(path, refusing(403, 'Forbidden', message));
  const admission = clusterAdmission(connection, () => new Date(now));
  for (const name of ['a', 'b']) {
    expect(await admission.tryOut(configMap(name), never)).toEqual({ kind: 'untried', why: null });
  }
  expect(posts).toHaveLength(1);
  expect(admission.gaps).toEqual([
    expect.objectContaining({ what: 'server-side dry run of ConfigMap', scope: { kind: '' } }),
  ]);
  later(2);
  server.routes.set(path, labelled);
  expect(await admission.tryOut(configMap('a'), never)).toMatchObject({ kind: 'tried' });
  expect(admission.gaps).toEqual([]);
});

test.each([
  [403, 'Forbidden', 'exceeded quota: full'],
  [400, 'BadRequest', 'admission webhook "x" does not support dry run'],
  [422, 'Invalid', 'denied by policy'],
])('a refusal of one object (%i) is a reason of that object alone', async (code, reason, message) => {
  server.routes.set(path, refusing(code, reason, message));
  const admission = clusterAdmission(connection, () => new Date(now));
  expect(await admission.tryOut(configMap('a'), never)).toEqual({ kind: 'untried', why: message });
  expect(admission.gaps).toEqual([]);
  server.routes.set(path, labelled);
  expect(await admission.tryOut(configMap('b'), never)).toMatchObject({ kind: 'tried' });
});
