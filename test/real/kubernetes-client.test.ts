import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KubernetesConnection, openConnection } from '../../src/kubernetes/connection/kubernetes-connection.ts';
import { createKubernetesClient, type KubernetesClient } from '../../src/kubernetes/kubernetes-client.ts';
import type { JsonObject } from '../../src/resource/json.ts';
import { valueAt } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';

const never = new AbortController().signal;
let connection: KubernetesConnection;
let client: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  connection = await openConnection({ kubeconfig: sharedPlane().kubeconfig, environment: {} });
  client = createKubernetesClient(connection, { readSecrets: false });
  namespace = await freshNamespace('client');
});

afterAll(() => connection.close());

function resource(kind: string, name: string, body: JsonObject, apiVersion = 'v1'): Resource {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return {
    id: { group, kind, namespace, name },
    apiVersion,
    body: { apiVersion, kind, metadata: { name, namespace }, ...body },
    origin: null,
  };
}

test('an object is read as it is now, and one that does not exist is undefined', async () => {
  const map = resource('ConfigMap', 'one', { data: { a: '1' } });
  expect(await client.get(map.id, 'v1', never)).toBeUndefined();
  await kubectl(['-n', namespace, 'create', 'configmap', 'one', '--from-literal=a=1']);
  expect(valueAt((await client.get(map.id, 'v1', never))?.body, 'data')).toEqual({ a: '1' });
});

test('a Secret is read without its data', async () => {
  await kubectl(['-n', namespace, 'create', 'secret', 'generic', 's', '--from-literal=a=canary']);
  const read = await client.get({ group: '', kind: 'Secret', namespace, name: 's' }, 'v1', never);
  expect(read?.body).toMatchObject({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } });
  expect(read?.body).not.toHaveProperty('data');
});

test('a dry run shows what the server would make of an object, and does nothing', async () => {
  const service = resource('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
  const run = await client.patchDryRun(service, 'mooring', never);
  expect(run).toMatchObject({
    kind: 'accepted',
    body: { spec: { ports: [{ port: 80, targetPort: 80 }], type: 'ClusterIP' } },
  });
  expect(await client.get(service.id, 'v1', never)).toBeUndefined();
});

const elsewhere = { id: { group: '', kind: 'ConfigMap', namespace: 'nowhere', name: 'x' } };

test.each<[string, () => Resource, number]>([
  ['a value the schema forbids', () => resource('Service', 'web', { spec: { ports: [{ port: 70000 }] } }), 422],
  ['a field the schema does not know', () => resource('ConfigMap', 'odd', { spce: 1 }), 500],
  ['another namespace than its own', () => ({ ...resource('ConfigMap', 'x', {}), ...elsewhere }), 400],
])('a dry run with %s is rejected by the server', async (_what, subject, status) => {
  expect(await client.patchDryRun(subject(), 'mooring', never)).toMatchObject({ kind: 'rejected', status });
});

test('a kind the server does not know is an error that says so', async () => {
  const id = { group: 'nowhere.example', kind: 'Thing', namespace, name: 'x' };
  await expect(client.get(id, 'nowhere.example/v1', never)).rejects.toMatchObject({ code: 'resource-not-found' });
});
