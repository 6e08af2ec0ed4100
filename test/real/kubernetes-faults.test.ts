import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveFeed } from '../../src/collectors/live-source.ts';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import { type Plane, startPlane } from '../../tools/plane/start-plane.ts';
import { createAuthority, issueCertificate } from '../../tools/plane/x509.ts';
import { heldBy, proxyBefore, servedBy, startWatching, until, type Watching } from './watching.ts';

/** Faults of a real API server and etcd that only this file may cause; each test leaves the plane healthy. */
let plane: Plane;

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
});

afterAll(async () => {
  await plane?.stop();
});

const watching = (): Promise<Watching> =>
  startWatching(request, {
    kubeconfig: plane.kubeconfig,
    watch: { staleAfterMs: 1_000, restMs: 200, discoveryMs: 500 },
  });

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

const held = heldBy;

async function untilEqual(feed: KubernetesFeed): Promise<void> {
  const served = (path: string): Promise<Record<string, string>> =>
    servedBy(async (each) => (await plane.request('GET', each)).body, path);
  await until(async () => {
    const [maps, namespaces] = await Promise.all([served('/api/v1/configmaps'), served('/api/v1/namespaces')]);
    return (
      JSON.stringify(held(feed, 'ConfigMap')) === JSON.stringify(maps) &&
      JSON.stringify(held(feed, 'Namespace')) === JSON.stringify(namespaces)
    );
  });
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

test('F12 a new authority of the API server is taken up from its file, with a clear reason until then', async () => {
  const pki = join(plane.dir, 'pki');
  const dir = mkdtempSync(join(tmpdir(), 'mooring-authority-'));
  const caFile = join(dir, 'ca.crt');
  const oldCa = readFileSync(join(pki, 'ca.crt'), 'utf8');
  writeFileSync(caFile, oldCa);
  const document = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
  document.clusters[0].cluster = { server: plane.url, 'certificate-authority': caFile };
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(document));
  const timing = { staleAfterMs: 1_000, restMs: 200, discoveryMs: 500 };
  await using watched = await startWatching(request, { kubeconfig, watch: timing, rereadMs: 200 });
  const { feed } = watched;

  const before = ['server.crt', 'server.key'].map((name) => readFileSync(join(pki, name), 'utf8'));
  const authority = createAuthority('new-authority');
  const server = issueCertificate(authority, {
    subject: { commonName: 'kube-apiserver' },
    purpose: 'server',
    hosts: ['127.0.0.1', 'localhost'],
  });
  await plane.apiserver.stop('SIGKILL');
  writeFileSync(join(pki, 'server.crt'), server.certificate);
  writeFileSync(join(pki, 'server.key'), server.key);
  plane.apiserver.start();
  await until(() => feed.states().every(({ phase, reason }) => phase === 'stale' && /certificate/.test(reason)));
  writeFileSync(caFile, authority.certificate);
  await until(() => isSynced(feed));

  await plane.apiserver.stop('SIGKILL');
  writeFileSync(join(pki, 'server.crt'), before[0] ?? '');
  writeFileSync(join(pki, 'server.key'), before[1] ?? '');
  writeFileSync(caFile, oldCa);
  plane.apiserver.start();
  await plane.waitUntilReady();
  await until(() => isSynced(feed));
  rmSync(dir, { recursive: true });
});

test('F2 the API server ends in good order: watches come back, spread over time', async () => {
  await using watched = await watching();
  const { feed } = watched;
  await plane.apiserver.stop('SIGTERM');
  expect(feed.states().map(({ restarts }) => restarts['closed'] ?? restarts['closed-at-once'])).not.toContain(
    undefined,
  );
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

test('F4 a continue token that expires between two pages: the whole list once more, never a part', async () => {
  const names = ['f4-a', 'f4-b', 'f4-c', 'f4-d'];
  for (const name of names) await configMap(name, '1');
  await using proxy = await proxyBefore(plane.kubeconfig);
  let expired = 0;
  proxy.fault = async ({ url }) => {
    if (!url.searchParams.has('continue') || expired >= 2) return undefined;
    expired += 1;
    // Between two pages the world moves on, and etcd forgets what it was.
    await configMap(`f4-moved-${expired}`, '1');
    await plane.compact();
    return undefined;
  };
  const source = await createKubernetesSource({ kubeconfig: proxy.kubeconfig, environment: {}, pageSize: 2 });
  const only = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };
  const snapshot = await source.read(only, new AbortController().signal);
  await source.close();
  expect(snapshot.gaps).toEqual([]);
  const held = snapshot.resources.map(({ id }) => id.name);
  expect(held).toEqual(expect.arrayContaining([...names, 'f4-moved-1', 'f4-moved-2']));
  expect(new Set(held).size).toBe(held.length);
  expect(proxy.seen.filter(({ search }) => search === '?limit=2').length).toBe(3);
});

describe('F20 etcd is restored from a backup: versions really go back', () => {
  let backup: string;

  /** Everything since the backup is lost, as with `etcdctl snapshot restore`. */
  const restoreEtcd = async (): Promise<void> => {
    await plane.apiserver.stop('SIGKILL');
    await plane.etcd.stop('SIGTERM');
    rmSync(join(plane.dir, 'etcd'), { recursive: true });
    cpSync(backup, join(plane.dir, 'etcd'), { recursive: true });
    await startAgain();
  };
  const startAgain = async (): Promise<void> => {
    plane.etcd.start();
    await until(async () => (await fetch(`${plane.etcdUrl}/health`).catch(() => undefined))?.ok === true);
    plane.apiserver.start();
    await plane.waitUntilReady();
  };
  /** Moves the version of the cluster on by more than the API server writes while it starts. */
  const writeMuch = async (): Promise<void> => {
    for (let value = 0; value < 60; value += 1) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'f20-busy' }, data: { value: `${value}` } };
      await plane.request('PUT', '/api/v1/namespaces/default/configmaps/f20-busy', body);
    }
  };

  beforeAll(async () => {
    await configMap('f20-busy', '0');
    await configMap('f20-before', '1');
    await plane.apiserver.stop('SIGTERM');
    await plane.etcd.stop('SIGTERM');
    backup = mkdtempSync(join(tmpdir(), 'mooring-etcd-backup-'));
    cpSync(join(plane.dir, 'etcd'), backup, { recursive: true });
    await startAgain();
  });
  afterAll(() => rmSync(backup, { recursive: true }));

  test('under a watch: what the backup holds is taken up, what came after it goes, and it is reported', async () => {
    const timing = { staleAfterMs: 1_000, restMs: 200, discoveryMs: 500, auditMs: 3_000, settleMs: 2_000 };
    await using watched = await startWatching(request, { kubeconfig: plane.kubeconfig, watch: timing });
    const { feed } = watched;
    await writeMuch();
    await configMap('f20-lost', '1');
    await until(() => 'default/f20-lost' in held(feed, 'ConfigMap'));
    await restoreEtcd();
    await until(() => !('default/f20-lost' in held(feed, 'ConfigMap')));
    await untilEqual(feed);
    await until(() => isSynced(feed));
    await configMap('f20-after', '1');
    await until(() => 'default/f20-after' in held(feed, 'ConfigMap'));
    expect(watched.faults).toContain('the history of configmaps went back');
    expect(watched.faults.filter((what) => what.includes('differed'))).toEqual([]);
  });

  test('across a restart: the floor of the run before is given up at the word of the server', async () => {
    await writeMuch();
    const first = await watching();
    const floor = first.feed.states().find(({ kind }) => kind.kind === 'ConfigMap')?.version ?? '';
    await first[Symbol.asyncDispose]();
    await restoreEtcd();
    const timing = { staleAfterMs: 1_000, restMs: 200, discoveryMs: 500 };
    await using next = await startWatching(request, {
      kubeconfig: plane.kubeconfig,
      watch: timing,
      floorOf: () => floor,
    });
    await until(() => isSynced(next.feed));
    await untilEqual(next.feed);
    for (const { lists } of next.feed.states()) expect(lists['history-went-back']).toBe(1);
    expect(next.faults).toContain('the history of configmaps went back');
  });
});
