import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LiveRequest } from '../../src/collectors/live-source.ts';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import { outlineOf } from '../../src/kubernetes/watch/stranger.ts';
import { isJsonObject, type JsonObject } from '../../src/resource/json.ts';
import type { ResourceId } from '../../src/resource/resource-id.ts';
import {
  configMap,
  event,
  list,
  type ScriptedServer,
  send,
  sendAndReset,
  startScriptedServer,
  until,
} from './scripted-server.ts';

const byReplicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true };
const byOperator = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', name: 'k', uid: 'u', controller: true };

function owned(object: object, owner: object): JsonObject {
  const body: unknown = { ...object, metadata: { ...Object(object).metadata, ownerReferences: [owner] } };
  if (!isJsonObject(body)) throw new Error('no object');
  return body;
}

function idOf(name: string): ResourceId {
  return { group: '', kind: 'ConfigMap', namespace: 'shop', name };
}

describe('what is held of an object that nobody declares', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' }, managedFields: [{ manager: 'kcm' }] },
    spec: { containers: [{ name: 'main', image: 'web:1' }] },
    status: { podIP: '10.0.0.1', conditions: [{ type: 'Ready' }] },
  };

  test('is its metadata and its addresses when a controller of Kubernetes made it', () => {
    const outline = outlineOf(owned(pod, byReplicaSet), new Set());
    expect(outline).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' }, ownerReferences: [byReplicaSet] },
      status: { podIP: '10.0.0.1' },
    });
  });

  test.each([
    ['a manifest names it', owned(pod, byReplicaSet), ['web-1']],
    ['an operator made it', owned(pod, byOperator), []],
    ['an owner does not control it', owned(pod, { ...byReplicaSet, controller: false }), []],
    ['nobody owns it', owned(pod, {}), []],
    ['its owner says nothing of its group', owned(pod, { controller: true }), []],
    ['it has no metadata', { apiVersion: 'v1', kind: 'Pod' }, []],
  ])('is all of it when %s', (_why, body, names) => {
    expect(outlineOf(body, new Set(names))).toBeUndefined();
  });
});

describe('a feed of a kind that controllers make in masses', () => {
  let server: ScriptedServer;
  let source: KubernetesSource;
  let feed: KubernetesFeed;
  let changed: ResourceId[];

  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const request = (...names: readonly string[]): LiveRequest => ({
    declared: [kind],
    evidence: [],
    masses: [{ ...kind, names }],
  });
  const objects = [
    owned(configMap('copy', '1'), byReplicaSet),
    owned(configMap('named', '2'), byReplicaSet),
    configMap('free', '3'),
  ];

  beforeEach(async () => {
    server = await startScriptedServer();
    server.lists.push(list(objects, '3'));
    changed = [];
  });

  afterEach(async () => {
    await feed.stop();
    await source.close();
    await server.close();
  });

  async function watch(...names: readonly string[]): Promise<void> {
    source = await createKubernetesSource({
      kubeconfig: server.kubeconfig,
      environment: {},
      random: () => 0,
      watch: { discoveryMs: 600_000 },
    });
    const { signal } = new AbortController();
    feed = await source.watch(request(...names), (ids) => void changed.push(...ids), signal);
  }

  function dataOf(name: string): unknown {
    return feed.find(idOf(name))?.body['data'];
  }

  test('holds the metadata of copies, and of what is declared or free everything', async () => {
    await watch('named');
    expect([dataOf('copy'), dataOf('named'), dataOf('free')]).toEqual([undefined, { key: 'value' }, { key: 'value' }]);
    expect(feed.snapshot().resources.map(({ metadataOnly }) => metadataOnly)).toEqual([true, undefined, undefined]);
  });

  test('takes events of a copy in the same way', async () => {
    server.watches.push(send(event('MODIFIED', owned(configMap('copy', '9'), byReplicaSet))));
    await watch('named');
    await until(() => changed.length > 0);
    expect(feed.find(idOf('copy'))?.metadataOnly).toBe(true);
    expect(feed.states()[0]?.version).toBe('9');
  });

  test('reads the rest of a copy as soon as a manifest names it, and tells of it', async () => {
    await watch('named');
    server.lists.push(list(objects, '3'));
    await feed.follow(request('named', 'copy'));
    expect(dataOf('copy')).toEqual({ key: 'value' });
    expect(feed.find(idOf('copy'))?.metadataOnly).toBeUndefined();
    await until(() => changed.some(({ name }) => name === 'copy'));
    expect(feed.states()[0]?.lists).toEqual({ first: 1, declared: 1 });
  });

  test('lists nothing anew when other names are declared than it holds copies of', async () => {
    await watch('named');
    await feed.follow(request('named', 'elsewhere'));
    expect(server.count('list')).toBe(1);
  });

  test('reads the rest although the watch breaks at that moment', async () => {
    server.watches.push(sendAndReset(event('MODIFIED', configMap('free', '4'))));
    await watch();
    server.lists.push(list(objects, '4'));
    await feed.follow(request('copy'));
    await until(() => dataOf('copy') !== undefined);
  });
});
