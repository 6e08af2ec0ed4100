import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KubernetesConnection, openConnection } from '../../src/kubernetes/connection/kubernetes-connection.ts';
import { createKubernetesClient, type KubernetesClient } from '../../src/kubernetes/kubernetes-client.ts';
import type { JsonObject } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';

const never = new AbortController().signal;
let connection: KubernetesConnection;
let client: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  connection = await openConnection({ kubeconfig: sharedPlane().kubeconfig, environment: {} });
  client = createKubernetesClient(connection);
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

test('a dry run shows what the server would make of an object, and does nothing', async () => {
  const service = resource('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
  const run = await client.patchDryRun(service, 'mooring', never);
  expect(run).toMatchObject({
    kind: 'accepted',
    body: { spec: { ports: [{ port: 80, targetPort: 80 }], type: 'ClusterIP' } },
  });
  expect(await kubectl(['-n', namespace, 'get', 'services', '-o', 'name'])).toBe('');
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
  const thing = resource('Thing', 'x', {}, 'nowhere.example/v1');
  await expect(client.patchDryRun(thing, 'mooring', never)).rejects.toMatchObject({ code: 'resource-not-found' });
});
