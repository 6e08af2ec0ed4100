import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import {
  type Answer,
  bookmark,
  configMap,
  event,
  json,
  list,
  type ScriptedServer,
  send,
  startScriptedServer,
  until,
} from './scripted-server.ts';

const configMaps = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };

let server: ScriptedServer;
let source: KubernetesSource;
let feed: KubernetesFeed | undefined;
let changed: string[];
let faults: string[];

beforeEach(async () => {
  server = await startScriptedServer();
  changed = [];
  faults = [];
  setByMs = 0;
});

afterEach(async () => {
  await feed?.stop();
  feed = undefined;
  await source.close();
  await server.close();
});

let setByMs = 0;

async function watch(floor: string, pastMs = 600_000, auditMs = 600_000): Promise<KubernetesFeed> {
  source = await createKubernetesSource({
    kubeconfig: server.kubeconfig,
    environment: {},
    random: () => 0,
    floorOf: () => floor,
    clock: () => new Date(Date.now() + setByMs),
    watch: { staleAfterMs: 60_000, restMs: 20, discoveryMs: 600_000, pastMs, auditMs },
    onFault: (what, error) => faults.push(`${what}: ${error instanceof Error ? error.message : ''}`),
  });
  feed = await source.watch(
    configMaps,
    (ids) => changed.push(...ids.map(({ name }) => name)),
    new AbortController().signal,
  );
  return feed;
}

/** As a real server says it; there is no other word for it than the cause. */
const denial: Answer = json(504, {
  kind: 'Status',
  status: 'Failure',
  reason: 'Timeout',
  code: 504,
  message: 'Timeout: Too large resource version: 100, current: 12',
  details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
});

function repeat<T>(times: number, value: T): T[] {
  return Array.from({ length: times }, () => value);
}

function held(): Record<string, unknown> {
  return Object.fromEntries(feed?.snapshot().resources.map(({ id }) => [id.name, id.namespace]) ?? []);
}

describe('a list older than what an earlier run has seen', () => {
  test('is refused however often it comes while the server still has what was seen', async () => {
    server.lists.push(...repeat(8, list([configMap('old', '5')], '10')), list([configMap('new', '101')], '101'));
    const watched = await watch('100', 0);
    expect(watched.states()[0]).toMatchObject({ phase: 'partial', objects: 0 });
    expect(watched.snapshot().gaps).toMatchObject([
      { why: expect.stringMatching('older state .10. than was seen before .100.') },
    ]);
    await until(() => watched.states()[0]?.phase === 'synced');
    expect(held()).toEqual({ new: 'shop' });
    expect(watched.states()[0]?.lists).toMatchObject({ 'older-than-seen': 8 });
  });

  test('is believed when the server itself denies what was seen, three times in a row, and that is reported', async () => {
    server.lists.push(...repeat(4, list([configMap('restored', '5')], '12')));
    server.pasts.push(...repeat(3, denial));
    const watched = await watch('100');
    await until(() => watched.states()[0]?.phase === 'synced');
    expect(held()).toEqual({ restored: 'shop' });
    expect(watched.states()[0]).toMatchObject({ version: '12', lists: { 'history-went-back': 1 } });
    expect(faults).toEqual([expect.stringMatching(/^the history of configmaps went back: .*100.*12/)]);
  });

  test('is not believed after denials that a better answer interrupts', async () => {
    server.lists.push(...repeat(5, list([configMap('old', '5')], '12')), list([], '100'));
    server.pasts.push(denial, denial, list([], '100'), denial, denial);
    const watched = await watch('100');
    await until(() => watched.states()[0]?.phase === 'synced');
    expect(held()).toEqual({});
    expect(faults).toEqual([]);
  });

  test('that nobody explains is believed when the patience ends: a server whose versions begin anew is not blind for ever', async () => {
    server.lists.push(...repeat(60, list([configMap('fresh', '2')], '3')));
    server.pasts.push(...repeat(60, list([], '3')));
    const watched = await watch('100', 300);
    expect(watched.states()[0]).toMatchObject({ phase: 'partial' });
    await until(() => watched.states()[0]?.phase === 'synced');
    expect(held()).toEqual({ fresh: 'shop' });
  });
});

describe('versions that go back under a watch', () => {
  test('show in two bookmarks: everything is listed, and equal versions prove nothing then', async () => {
    server.lists.push(list([configMap('same', '90')], '100'), ...repeat(4, list([configMap('same', '90')], '91')));
    server.watches.push(send(bookmark('40'), bookmark('41')));
    server.pasts.push(...repeat(3, denial));
    const watched = await watch('');
    await until(() => watched.states()[0]?.version === '91');
    expect(watched.states()[0]?.lists).toMatchObject({ 'older-bookmarks': 1, 'history-went-back': 1 });
    await until(() => changed.includes('same'));
  });

  test('are not seen in one old bookmark between newer ones, which is a replay', async () => {
    server.lists.push(list([], '100'));
    server.watches.push(send(bookmark('101'), bookmark('40'), bookmark('102'), bookmark('40'), bookmark('103')));
    const watched = await watch('');
    await until(() => watched.states()[0]?.version === '103');
    expect(server.count('list')).toBe(1);
  });
});

describe('F25 a wall clock that is set by an hour under a watch', () => {
  test.for([3_600_000, -3_600_000])(
    '(%d ms) ends no watch, makes nothing stale and lists nothing anew',
    async (jump) => {
      server.lists.push(list([configMap('a', '5')], '7'));
      const watched = await watch('');
      setByMs = jump;
      server.open.at(-1)?.write(event('MODIFIED', configMap('a', '8')));
      await until(() => watched.states()[0]?.version === '8');
      expect(watched.states()[0]).toMatchObject({ phase: 'synced', relists: 0, restarts: {} });
      expect(server.count('watch')).toBe(1);
    },
  );
});

describe('an audit', () => {
  test('does not call wrong what is deleted while it reads its second list', async () => {
    const young = configMap('young', '15');
    const toWatch = (...lines: readonly string[]): void => {
      for (const line of lines) server.open.at(-1)?.write(line);
    };
    const later = (act: () => void): void => void setTimeout(act, 60);
    server.lists.push(
      list([], '10'),
      (request, response) => {
        list([young], '20')(request, response);
        later(() => toWatch(event('ADDED', young), bookmark('20')));
      },
      (request, response) => {
        toWatch(event('DELETED', configMap('young', '25')));
        later(() => list([young], '22')(request, response));
      },
    );
    const watched = await watch('', 600_000, 100);
    await until(() => watched.states()[0]?.auditedAt !== null);
    expect(faults).toEqual([]);
    expect(watched.states()[0]).toMatchObject({ auditDifferences: 0 });
  });
});
