import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveFeed } from '../../src/collectors/live-source.ts';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import { isJsonObject, parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import { type Plane, startPlane } from '../../tools/plane/start-plane.ts';

/** Faults of a real API server and etcd that only this file may cause; each test leaves the plane healthy. */
let plane: Plane;
let source: KubernetesSource;

const kinds = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
];
const request = { declared: kinds, evidence: [] };

beforeAll(async () => {
  // Without a watch cache a compaction reaches the watches of ConfigMaps, as it does for kinds of aggregated servers.
  // Without the grace period a server that is asked to end holds its watches open for a minute first.
  plane = await startPlane({
    apiOnly: true,
    apiserverFlags: ['--watch-cache-sizes=configmaps#0', '--shutdown-watch-termination-grace-period=2s'],
  });
  source = await createKubernetesSource({
    kubeconfig: plane.kubeconfig,
    environment: {},
    watch: { staleAfterMs: 1_000, restMs: 200, discoveryMs: 500 },
  });
});

afterAll(async () => {
  await source?.close();
  await plane?.stop();
});

interface Watching extends AsyncDisposable {
  readonly feed: KubernetesFeed;
  readonly changed: string[];
}

async function watching(of: KubernetesSource = source, wanted = request): Promise<Watching> {
  const changed: string[] = [];
  const feed = await of.watch(
    wanted,
    (ids) => changed.push(...ids.map(({ kind, name }) => `${kind}/${name}`)),
    new AbortController().signal,
  );
  return { feed, changed, [Symbol.asyncDispose]: () => feed.stop() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function post(path: string, body: object): Promise<void> {
  const answer = await plane.request('POST', path, body);
  expect(answer.status, answer.body).toBeLessThan(300);
}

async function configMap(name: string, value: string): Promise<void> {
  await post('/api/v1/namespaces/default/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { value },
  });
}

async function remove(path: string): Promise<void> {
  const answer = await plane.request('DELETE', path);
  expect([200, 202]).toContain(answer.status);
}

function held(feed: LiveFeed, kind: string): Record<string, string> {
  const entries = feed
    .snapshot()
    .resources.filter(({ id }) => id.kind === kind)
    .map(({ id, body }) => [
      `${id.namespace}/${id.name}`,
      stringAt(valueAt(body, 'metadata'), 'resourceVersion') ?? '',
    ]);
  return Object.fromEntries(entries);
}

/** What the server holds, asked without the product. */
async function served(path: string): Promise<Record<string, string>> {
  const answer = await plane.request('GET', path);
  const list = parseJson(answer.body);
  const items = isJsonObject(list) && Array.isArray(list['items']) ? list['items'] : [];
  const entries = items.map((item) => [
    `${stringAt(item, 'metadata', 'namespace') ?? ''}/${stringAt(item, 'metadata', 'name')}`,
    stringAt(item, 'metadata', 'resourceVersion') ?? '',
  ]);
  return Object.fromEntries(entries);
}

async function untilEqual(feed: LiveFeed): Promise<void> {
  for (;;) {
    const [maps, namespaces] = await Promise.all([served('/api/v1/configmaps'), served('/api/v1/namespaces')]);
    const isEqual =
      JSON.stringify(sorted(held(feed, 'ConfigMap'))) === JSON.stringify(sorted(maps)) &&
      JSON.stringify(sorted(held(feed, 'Namespace'))) === JSON.stringify(sorted(namespaces));
    if (isEqual) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function sorted(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

const isSynced = (feed: LiveFeed): boolean => feed.states().every(({ phase }) => phase === 'synced');

describe('F1 the API server is killed and started again', () => {
  test('kinds are stale while it is away and synced afterwards, with what changed right after the start', async () => {
    await using watched = await watching();
    const { feed } = watched;
    await configMap('f1-before', '1');
    await until(() => 'default/f1-before' in held(feed, 'ConfigMap'));
    const before = held(feed, 'ConfigMap');

    await plane.apiserver.stop('SIGKILL');
    await until(() => feed.states().every(({ phase }) => phase === 'stale'));
    expect(held(feed, 'ConfigMap')).toEqual(before);
    expect(feed.snapshot().gaps).toHaveLength(kinds.length + 1);
    plane.apiserver.start();
    await plane.waitUntilReady();

    await configMap('f1-after', '1');
    await until(() => isSynced(feed));
    await untilEqual(feed);
    expect(watched.changed).toContain('ConfigMap/f1-after');
    await using other = await watching();
    expect(held(other.feed, 'ConfigMap')).toEqual(held(feed, 'ConfigMap'));
  });

  test('with a valid version nothing is listed again', async () => {
    await using watched = await watching();
    const { feed } = watched;
    await configMap('f1-valid', '1');
    await until(() => 'default/f1-valid' in held(feed, 'ConfigMap'));
    const lists = feed.states().find(({ kind }) => kind.kind === 'ConfigMap')?.relists;
    await plane.apiserver.stop('SIGKILL');
    plane.apiserver.start();
    await plane.waitUntilReady();
    await until(() => isSynced(feed));
    expect(feed.states().find(({ kind }) => kind.kind === 'ConfigMap')?.relists).toBe(lists);
  });
});

test('F2 the API server ends in good order: watches come back, spread over time', async () => {
  await using watched = await watching();
  const { feed } = watched;
  await plane.apiserver.stop('SIGTERM');
  expect(feed.states().map(({ restarts }) => restarts['closed'] ?? restarts['closed-at-once'])).not.toContain(undefined);
  plane.apiserver.start();
  await plane.waitUntilReady();
  await configMap('f2-after', '1');
  await until(() => isSynced(feed));
  await untilEqual(feed);
});

test('F3 etcd forgets the version a watch resumes from: one list, deletions derived, no drift of the rest', async () => {
  await configMap('f3-stays', '1');
  await configMap('f3-goes', '1');
  await using watched = await watching();
  const { feed } = watched;
  await plane.apiserver.stop('SIGKILL');
  plane.apiserver.start();
  await plane.waitUntilReady();
  await remove('/api/v1/namespaces/default/configmaps/f3-goes');
  await plane.compact();
  await until(() => isSynced(feed));
  await untilEqual(feed);
  expect(held(feed, 'ConfigMap')).not.toHaveProperty('default/f3-goes');
  expect(watched.changed).toContain('ConfigMap/f3-goes');
  expect(held(feed, 'ConfigMap')).toHaveProperty('default/f3-stays');
});
