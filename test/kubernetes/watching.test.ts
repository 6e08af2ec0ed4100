import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LiveFeed } from '../../src/collectors/live-source.ts';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import { valueAt } from '../../src/resource/json.ts';
import type { ResourceId } from '../../src/resource/resource-id.ts';
import {
  bookmark,
  configMap,
  event,
  hold,
  json,
  list,
  type ScriptedServer,
  send,
  sendAndEnd,
  sendAndReset,
  startScriptedServer,
  status,
  until,
} from './scripted-server.ts';

const configMaps = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };

let server: ScriptedServer;
let source: KubernetesSource;
let feed: KubernetesFeed | undefined;
let changed: ResourceId[];
let faults: string[];

beforeEach(async () => {
  server = await startScriptedServer();
  changed = [];
  faults = [];
});

afterEach(async () => {
  await feed?.stop();
  feed = undefined;
  await source.close();
  await server.close();
});

/** Pauses are as short as the back-off allows; nothing becomes stale unless a test says so. */
async function watch(
  options: { staleAfterMs?: number; silenceMs?: number; onChange?: () => void } = {},
): Promise<KubernetesFeed> {
  source = await createKubernetesSource({
    kubeconfig: server.kubeconfig,
    environment: {},
    random: () => 0,
    watch: { staleAfterMs: 60_000, restMs: 20, discoveryMs: 600_000, ...options },
    onFault: (what) => faults.push(what),
  });
  const { signal } = new AbortController();
  feed = await source.watch(
    configMaps,
    (ids) => {
      changed.push(...ids);
      options.onChange?.();
    },
    signal,
  );
  return feed;
}

function held(of: LiveFeed): Record<string, unknown> {
  return Object.fromEntries(
    of.snapshot().resources.map(({ id, body }) => [id.name, valueAt(body, 'metadata', 'resourceVersion')]),
  );
}

function versionsWatchedFrom(): (string | null)[] {
  return server.seen.filter(({ kind }) => kind === 'watch').map(({ url }) => url.searchParams.get('resourceVersion'));
}

describe('a watch', () => {
  test('asks for bookmarks, a limited time and the version of the list, under a name of its own', async () => {
    server.lists.push(list([configMap('a', '5')], '7'));
    await watch();
    const request = server.seen.find(({ kind }) => kind === 'watch');
    expect(request?.url.searchParams.get('resourceVersion')).toBe('7');
    expect(request?.url.searchParams.get('allowWatchBookmarks')).toBe('true');
    expect(Number(request?.url.searchParams.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300);
    expect(request?.headers['user-agent']).toMatch(/^mooring\//);
  });

  test('delivers additions, changes and deletions as keys, and holds the objects', async () => {
    server.lists.push(list([configMap('a', '5'), configMap('b', '6')], '7'));
    server.watches.push(
      send(
        event('MODIFIED', configMap('a', '8')),
        event('DELETED', configMap('b', '9')),
        event('ADDED', configMap('c', '10')),
      ),
    );
    const feed = await watch();
    await until(() => changed.length === 3);
    expect(held(feed)).toEqual({ a: '8', c: '10' });
    expect(changed.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('the first list is no news; only what follows it is', async () => {
    server.lists.push(list([configMap('a', '5')], '7'));
    await watch();
    server.open.at(-1)?.write(event('ADDED', configMap('b', '8')));
    await until(() => changed.length > 0);
    expect(changed.map(({ name }) => name)).toEqual(['b']);
  });

  test.each([
    ['503', json(503, status(503, 'ServiceUnavailable'))],
    ['500 with an HTML page', json(500, '<html>bad gateway</html>')],
    ['429 with Retry-After', json(429, status(429, 'TooManyRequests'), { 'retry-after': '0.05' })],
    ['a connection reset', (_request: unknown, response: { destroy(): unknown }) => void response.destroy()],
    ['200 with an empty body, closed at once', sendAndEnd()],
  ])('survives %s and resumes from the same version without a list', async (_what, fault) => {
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(fault, fault, send(event('MODIFIED', configMap('a', '8'))));
    const feed = await watch();
    await until(() => held(feed)['a'] === '8');
    expect(server.count('list')).toBe(1);
    expect(versionsWatchedFrom()).toEqual(['7', '7', '7']);
    expect(feed.states()[0]).toMatchObject({ phase: 'synced', relists: 0 });
  });

  test.each([
    ['as a status', json(410, status(410, 'Expired'))],
    ['inside the stream', send(event('ERROR', status(410, 'Expired')))],
  ])('lists again after 410 %s, swaps the snapshot and derives deletions', async (_what, expired) => {
    server.lists.push(
      list([configMap('a', '5'), configMap('b', '6')], '7'),
      list([configMap('a', '5'), configMap('c', '20')], '30'),
    );
    server.watches.push(sendAndReset(), expired);
    const feed = await watch();
    await until(() => server.count('watch') === 3);
    expect(held(feed)).toEqual({ a: '5', c: '20' });
    expect(feed.states()[0]).toMatchObject({ phase: 'synced', relists: 1, restarts: { broken: 1, expired: 1 } });
    await until(() => changed.length > 0);
    expect(new Set(changed.map(({ name }) => name))).toEqual(new Set(['b', 'c']));
  });

  test('resumes from the last bookmark', async () => {
    server.lists.push(list([], '7'));
    server.watches.push(sendAndReset(bookmark('40')));
    await watch();
    await until(() => server.count('watch') === 2);
    expect(versionsWatchedFrom()).toEqual(['7', '40']);
  });

  test('an event cut in the middle is not applied; it comes again after the reconnect', async () => {
    const whole = event('DELETED', configMap('a', '9'));
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(
      sendAndReset(event('ADDED', configMap('b', '8')), whole.slice(0, whole.length / 2)),
      send(whole),
    );
    const feed = await watch();
    await until(() => held(feed)['a'] === undefined);
    expect(versionsWatchedFrom()).toEqual(['7', '8']);
    expect(held(feed)).toEqual({ b: '8' });
  });

  test('a stream that ends in good order inside an event counts as broken, not as closed', async () => {
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(sendAndEnd('{"type":"DELETED","object":{"metadata":{"name":"a"'));
    const feed = await watch();
    await until(() => server.count('watch') === 2);
    expect(held(feed)).toEqual({ a: '5' });
    expect(feed.states()[0]).toMatchObject({ restarts: { broken: 1 } });
  });

  test('characters split between chunks arrive whole, and U+2028 ends no line', async () => {
    const text = Buffer.from(event('ADDED', configMap('a', '8', { data: { key: 'é€😀\u2028end' } })));
    server.lists.push(list([], '7'));
    server.watches.push((request, response) => {
      hold(request, response);
      let at = 0;
      const next = (): void => {
        if (at < text.length) response.write(text.subarray(at, (at += 7)), () => setImmediate(next));
      };
      next();
    });
    const feed = await watch();
    await until(() => feed.snapshot().resources.length === 1);
    expect(valueAt(feed.snapshot().resources[0]?.body, 'data', 'key')).toBe('é€😀\u2028end');
  });

  test('a line that is no event makes it read the same version once more, and a second one makes it list', async () => {
    const garbage = send('this is no event\n');
    server.lists.push(list([configMap('a', '5')], '7'), list([configMap('a', '9')], '9'));
    server.watches.push(garbage, garbage);
    const feed = await watch();
    await until(() => held(feed)['a'] === '9' && server.count('watch') === 3);
    expect(versionsWatchedFrom()).toEqual(['7', '7', '9']);
  });

  test('silence longer than allowed is taken for a dead connection', async () => {
    server.lists.push(list([], '7'));
    await watch({ silenceMs: 50 });
    await until(() => server.count('watch') >= 2);
    expect(feed?.states()[0]).toMatchObject({ phase: 'synced', relists: 0 });
  });
});

describe('objects', () => {
  test('a new uid under the same name is another object', async () => {
    server.lists.push(list([configMap('a', '5', { uid: 'one' })], '7'));
    server.watches.push(send(event('MODIFIED', configMap('a', '9', { uid: 'two' }))));
    const feed = await watch();
    await until(() => changed.length === 1);
    expect(feed.states()[0]).toMatchObject({ recreated: 1 });
    expect(valueAt(feed.snapshot().resources[0]?.body, 'metadata', 'uid')).toBe('two');
  });

  test('events that are older than what is held are dropped and counted, and do not raise the dead', async () => {
    server.lists.push(list([configMap('a', '5'), configMap('b', '6')], '7'));
    server.watches.push(
      send(
        event('MODIFIED', configMap('a', '9')),
        event('DELETED', configMap('b', '10')),
        event('MODIFIED', configMap('a', '8')),
        event('ADDED', configMap('b', '6')),
        event('ADDED', configMap('end', '11')),
      ),
    );
    const feed = await watch();
    await until(() => 'end' in held(feed));
    expect(held(feed)).toEqual({ a: '9', end: '11' });
    expect(feed.states()[0]).toMatchObject({ outdated: 2 });
  });

  test('versions are compared as numbers, not as texts', async () => {
    server.lists.push(list([configMap('a', '99')], '99'));
    server.watches.push(send(event('MODIFIED', configMap('a', '100'))));
    const feed = await watch();
    await until(() => held(feed)['a'] === '100');
    expect(feed.states()[0]).toMatchObject({ outdated: 0 });
  });

  test('an object without a name is set aside, counted and shown as a gap; the others go on', async () => {
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(send(event('ADDED', { metadata: {} }), event('ADDED', configMap('b', '8'))));
    const feed = await watch();
    await until(() => 'b' in held(feed));
    expect(feed.states()[0]).toMatchObject({ poisoned: 1, phase: 'synced' });
    expect(feed.snapshot().gaps.map(({ what }) => what)).toEqual(['1 of configmaps']);
  });

  test('a consumer that throws is survived and reported', async () => {
    server.lists.push(list([], '7'));
    server.watches.push(send(event('ADDED', configMap('a', '8'))));
    const feed = await watch({
      onChange: () => {
        throw new Error('a consumer of changes');
      },
    });
    await until(() => faults.length === 1);
    server.open.at(-1)?.write(event('ADDED', configMap('b', '9')));
    await until(() => 'b' in held(feed) && faults.length === 2);
  });
});

describe('phases', () => {
  test('a kind whose watch stays down becomes stale, is a gap, and is synced again afterwards', async () => {
    const down = json(503, status(503, 'ServiceUnavailable'));
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(sendAndReset(), ...Array.from({ length: 100 }, () => down));
    const feed = await watch({ staleAfterMs: 10 });
    await until(() => feed.states()[0]?.phase === 'stale');
    expect(feed.snapshot().gaps).toMatchObject([{ what: 'configmaps', scope: { group: '', kind: 'ConfigMap' } }]);
    expect(feed.snapshot().gaps[0]?.partial).toBeUndefined();
    server.watches.length = 0;
    await until(() => feed.states()[0]?.phase === 'synced');
    expect(feed.snapshot().gaps).toEqual([]);
    // Both turns are worth another look at everything of the kind: the objects held, and an id without a name for the rest.
    await until(() => changed.length >= 4);
    expect(changed.map(({ name }) => name)).toEqual(['a', '', 'a', '']);
  });

  test('rights that are taken away and given back', async () => {
    const forbidden = json(403, status(403, 'Forbidden'));
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(sendAndReset(), forbidden);
    const feed = await watch();
    await until(() => changed.some(({ name }) => name === ''));
    await until(() => feed.states()[0]?.phase === 'synced');
    expect(server.count('list')).toBe(1);
  });

  test('a list that may be read and a watch that may not is never called synced', async () => {
    server.lists.push(list([configMap('a', '5')], '7'));
    server.watches.push(...Array.from({ length: 50 }, () => json(403, status(403, 'Forbidden'))));
    const feed = await watch();
    expect(feed.states()[0]).toMatchObject({ phase: 'forbidden', objects: 1 });
    expect(feed.snapshot().gaps).toMatchObject([{ what: 'configmaps' }]);
  });

  test('a first list that fails leaves the kind partial, and is tried until it succeeds', async () => {
    server.lists.push(json(500, status(500, 'InternalError')), list([configMap('a', '5')], '7'));
    const feed = await watch();
    await until(() => feed.states()[0]?.phase === 'synced');
    expect(held(feed)).toEqual({ a: '5' });
    await until(() => changed.length > 0);
  });

  test('a list older than what was seen is refused, and the next one is taken', async () => {
    server.lists.push(
      list([configMap('a', '5')], '50'),
      list([configMap('old', '3')], '10'),
      list([configMap('new', '60')], '60'),
    );
    server.watches.push(json(410, status(410, 'Expired')));
    const feed = await watch();
    await until(() => 'new' in held(feed));
    expect(changed.map(({ name }) => name)).not.toContain('old');
  });
});
