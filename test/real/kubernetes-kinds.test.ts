import { afterEach, describe, expect, test } from 'vitest';
import type { KindRef, LiveRequest } from '../../src/collectors/live-source.ts';
import { objectAt, parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';
import { heldBy, proxyBefore, servedBy, startWatching, stateOf, until, type Watching } from './watching.ts';

/** Kinds that come, go and change, and objects of odd shapes, on a real API server; F numbers are those of the fault list. */
const watch = { staleAfterMs: 500, restMs: 300, discoveryMs: 300 };

const watching = (...declared: KindRef[]): Promise<Watching> =>
  startWatching(only(...declared), { kubeconfig: sharedPlane().kubeconfig, watch });
const only = (...declared: KindRef[]): LiveRequest => ({ declared, evidence: [] });
const configMaps = { apiVersion: 'v1', kind: 'ConfigMap' };
const boats = { apiVersion: 'faults.example/v1', kind: 'Boat' };

async function apply(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(['apply', '--server-side', '-f', '-'], { input });
}

function definition(options: { scope: string; version?: string; plural?: string; conversion?: object }): object {
  const { scope, version = 'v1', plural = 'boats', conversion } = options;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = [{ name: version, served: true, storage: true, schema }];
  if (conversion !== undefined) versions.push({ name: 'v2', served: true, storage: false, schema });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.faults.example` },
    spec: {
      group: 'faults.example',
      scope,
      names: { kind: 'Boat', plural, singular: plural.slice(0, -1) },
      versions,
      ...(conversion === undefined ? {} : { conversion }),
    },
  };
}

const boat = (name: string, namespace?: string, more: object = {}): object => ({
  apiVersion: 'faults.example/v1',
  kind: 'Boat',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  ...more,
});

afterEach(async () => {
  await kubectl(['delete', 'crd', '--ignore-not-found', 'boats.faults.example', 'ships.faults.example']);
});

test('F9 a kind that is watched the moment it is created becomes synced without anybody asking', async () => {
  const namespace = await freshNamespace('f9');
  await using watched = await watching(configMaps, boats);
  expect(stateOf(watched.feed, 'Boat')).toMatchObject({ phase: 'gone', reason: 'the server does not know this kind' });
  await apply(definition({ scope: 'Namespaced' }));
  await until(() => stateOf(watched.feed, 'Boat').phase === 'synced');
  await until(() => kubectl(['wait', '--for=condition=established', 'crd/boats.faults.example']).then(() => true));
  await apply(boat('first', namespace));
  await until(() => `${namespace}/first` in heldBy(watched.feed, 'Boat'));
  expect(watched.changed).toContain('Boat/first');
  expect(watched.feed.snapshot().gaps).toEqual([]);
});

test('F13 a kind that is deleted is gone, and found again with another scope, plural and version', async () => {
  const namespace = await freshNamespace('f13');
  await apply(definition({ scope: 'Namespaced' }));
  await kubectl(['wait', '--for=condition=established', 'crd/boats.faults.example']);
  await apply(boat('first', namespace));
  await using watched = await watching(configMaps, boats);
  expect(heldBy(watched.feed, 'Boat')).toHaveProperty(`${namespace}/first`);

  await kubectl(['delete', 'crd', 'boats.faults.example']);
  await until(() => stateOf(watched.feed, 'Boat').phase === 'gone');
  await until(() => watched.changed.includes('Boat/first'));
  await until(() => watched.feed.snapshot().gaps.some(({ why }) => why === 'the server does not know this kind'));
  expect(stateOf(watched.feed, 'ConfigMap').phase).toBe('synced');

  await apply(definition({ scope: 'Cluster', plural: 'ships' }));
  await kubectl(['wait', '--for=condition=established', 'crd/ships.faults.example']);
  // Not by apply: kubectl still remembers the plural of before.
  await kubectl(['create', '--raw', '/apis/faults.example/v1/ships', '-f', '-'], {
    input: JSON.stringify(boat('second')),
  });
  await until(() => '/second' in heldBy(watched.feed, 'Boat'));
  expect(stateOf(watched.feed, 'Boat').phase).toBe('synced');
  expect(heldBy(watched.feed, 'Boat')).not.toHaveProperty(`${namespace}/first`);
});

test('F13 a conversion that is broken leaves its own kind without an answer, and no other', async () => {
  const namespace = await freshNamespace('f13');
  await apply(definition({ scope: 'Namespaced' }));
  await kubectl(['wait', '--for=condition=established', 'crd/boats.faults.example']);
  await apply(boat('first', namespace));
  const service = { namespace, name: 'nobody', path: '/convert' };
  const conversion = {
    strategy: 'Webhook',
    webhook: { clientConfig: { service }, conversionReviewVersions: ['v1'] },
  };
  await apply(definition({ scope: 'Namespaced', conversion }));
  const second = { ...boats, apiVersion: 'faults.example/v2' };
  await using watched = await watching(configMaps, second);
  await until(() => stateOf(watched.feed, 'Boat').reason.includes('conversion webhook'));
  expect(stateOf(watched.feed, 'Boat').phase).not.toBe('synced');
  expect(stateOf(watched.feed, 'ConfigMap').phase).toBe('synced');
  expect(watched.feed.snapshot().gaps).toMatchObject([{ scope: { group: 'faults.example', kind: 'Boat' } }]);
});

test('F16 an aggregated API that is down leaves its own group without an answer, and no other', async () => {
  const namespace = await freshNamespace('f16');
  const service = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.down.example' },
    spec: {
      group: 'down.example',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      insecureSkipTLSVerify: true,
      service: { namespace, name: 'nobody' },
    },
  };
  await apply(service);
  try {
    await using watched = await watching(configMaps, { apiVersion: 'down.example/v1', kind: 'Thing' });
    expect(stateOf(watched.feed, 'ConfigMap').phase).toBe('synced');
    expect(stateOf(watched.feed, 'Thing').phase).toBe('gone');
    await until(() => watched.feed.snapshot().gaps.some(({ why }) => why.includes('does not answer')));
    const snapshot = await watched.source.read(only(configMaps), new AbortController().signal);
    expect(snapshot.gaps).toEqual([]);
  } finally {
    await kubectl(['delete', 'apiservice', 'v1.down.example']);
  }
});

describe('many objects at once', () => {
  const many = (namespace: string, more: object = {}): object[] =>
    Array.from({ length: 60 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `many-${index}`, namespace, ...more },
    }));

  test('F17 a namespace that is deleted while finalizers hold its objects stays an equal copy all the time', async () => {
    const namespace = await freshNamespace('f17');
    await apply(...many(namespace, { finalizers: ['faults.example/stuck'] }));
    await using watched = await watching(configMaps, { apiVersion: 'v1', kind: 'Namespace' });
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    const terminating = (): number =>
      watched.feed
        .snapshot()
        .resources.filter(
          ({ id, body }) => id.namespace === namespace && valueAt(body, 'metadata', 'deletionTimestamp'),
        ).length;
    await until(() => terminating() >= 60);
    await apply(...many(namespace, { finalizers: [] }));
    await until(() => Object.keys(heldBy(watched.feed, 'ConfigMap')).every((key) => !key.startsWith(`${namespace}/`)));
    await until(() => !(`/${namespace}` in heldBy(watched.feed, 'Namespace')));
    expect(watched.feed.states().map(({ phase, relists }) => ({ phase, relists }))).toEqual([
      { phase: 'synced', relists: 0 },
      { phase: 'synced', relists: 0 },
    ]);
  });

  test('F18 objects deleted and made again under the same names, while nobody could look, are other objects', async () => {
    const namespace = await freshNamespace('f18');
    await apply(...many(namespace));
    await using proxy = await proxyBefore(sharedPlane().kubeconfig);
    await using watched = await startWatching(only(configMaps), { kubeconfig: proxy.kubeconfig, watch });
    const uids = (): Set<string | undefined> =>
      new Set(
        watched.feed
          .snapshot()
          .resources.filter(({ id }) => id.namespace === namespace)
          .map(({ body }) => stringAt(body, 'metadata', 'uid')),
      );
    const before = uids();
    let isAway = true;
    proxy.fault = ({ url }) => {
      if (!url.searchParams.has('watch')) return undefined;
      // At its return the version is forgotten: only a list can tell what happened.
      if (isAway) return { kind: 'reset' };
      return url.searchParams.get('resourceVersion') === lost ? { kind: 'answer', status: 410 } : undefined;
    };
    const lost = stateOf(watched.feed, 'ConfigMap').version;
    proxy.tear();
    await kubectl(['-n', namespace, 'delete', 'configmap', '--all']);
    await apply(...many(namespace));
    isAway = false;
    await until(() => stateOf(watched.feed, 'ConfigMap').relists === 1);
    await until(async () => {
      const served = await servedBy((path) => kubectl(['get', '--raw', path]), '/api/v1/configmaps');
      return JSON.stringify(heldBy(watched.feed, 'ConfigMap')) === JSON.stringify(served);
    });
    expect(uids().isDisjointFrom(before)).toBe(true);
    await until(() => watched.changed.filter((key) => key.startsWith('ConfigMap/many-')).length >= 60);
  });
});

describe('odd objects', () => {
  test('F26 objects as large as the server takes arrive whole', async () => {
    const namespace = await freshNamespace('f26');
    await using watched = await watching(configMaps, { apiVersion: 'apps/v1', kind: 'Deployment' });
    const env = Array.from({ length: 10_000 }, (_, index) => ({ name: `VAR_${index}`, value: `${index}` }));
    const labels = { app: 'large' };
    await apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'large', namespace },
        spec: {
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'example/large', env }] } },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'annotated',
          namespace,
          annotations: Object.fromEntries(
            Array.from({ length: 5_000 }, (_, index) => [`faults.example/a-${index}`, 'x']),
          ),
        },
      },
    );
    const large = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'large', namespace },
      data: { blob: 'é'.repeat(500_000) },
    };
    await kubectl(['create', '-f', '-'], { input: JSON.stringify(large) });
    await until(() => `${namespace}/large` in heldBy(watched.feed, 'ConfigMap'));
    await until(() => `${namespace}/large` in heldBy(watched.feed, 'Deployment'));
    const bodies = new Map(watched.feed.snapshot().resources.map(({ id, body }) => [`${id.kind} ${id.name}`, body]));
    expect(stringAt(bodies.get('ConfigMap large'), 'data', 'blob')).toHaveLength(500_000);
    expect(Object.keys(objectAt(bodies.get('ConfigMap annotated'), 'metadata', 'annotations') ?? {})).toHaveLength(
      5_000,
    );
    expect(JSON.stringify(bodies.get('Deployment large')).match(/"VAR_\d+"/g)?.length).toBeGreaterThanOrEqual(10_000);
    expect(watched.feed.states().map(({ phase }) => phase)).toEqual(['synced', 'synced']);
  });

  test('F28 objects made to break a parser are held as they are', async () => {
    const namespace = await freshNamespace('f28');
    await apply(definition({ scope: 'Namespaced' }));
    await kubectl(['wait', '--for=condition=established', 'crd/boats.faults.example']);
    await using watched = await watching(configMaps, boats);
    const data = {
      __proto__x: 'x',
      constructor: 'y',
      nothing: '',
      lines: 'a\u2028b\u2029c\r\nd\u0000e\u001b[31m',
      half: '\ud83d\ude00 and {"type":"DELETED"}\n{"type":"ERROR"}',
    };
    const nested = `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`;
    const odd = JSON.stringify(boat('odd', namespace, { big: 0, negative: 0, nested: 0, data }))
      .replace('"big":0', '"big":9007199254740993')
      .replace('"negative":0', '"negative":-9223372036854775808')
      .replace('"nested":0', `"nested":${nested},"__proto__":{"polluted":true}`);
    await kubectl(['create', '-f', '-'], { input: odd });
    await kubectl(['create', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'odd', namespace }, data }),
    });
    await until(() => `${namespace}/odd` in heldBy(watched.feed, 'Boat'));
    await until(() => `${namespace}/odd` in heldBy(watched.feed, 'ConfigMap'));
    const bodies = new Map(watched.feed.snapshot().resources.map(({ id, body }) => [`${id.kind} ${id.name}`, body]));
    expect(valueAt(bodies.get('Boat odd'), 'big')).toBe(9007199254740993n);
    expect(valueAt(bodies.get('Boat odd'), 'negative')).toBe(-9223372036854775808n);
    expect(valueAt(bodies.get('Boat odd'), '__proto__', 'polluted')).toBe(true);
    expect(objectAt(bodies.get('ConfigMap odd'), 'data')).toEqual(data);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(watched.feed.states().map(({ phase, poisoned }) => ({ phase, poisoned }))).toEqual([
      { phase: 'synced', poisoned: 0 },
      { phase: 'synced', poisoned: 0 },
    ]);
    expect(parseJson('{}')).toEqual({});
  });
});
