import { expect, test } from 'vitest';
import type { LiveRequest } from '../../src/collectors/live-source.ts';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import { stringAt } from '../../src/resource/json.ts';
import { configMap, event, list, startScriptedServer, until } from './scripted-server.ts';

const [pages, pageSize] = [200, 500];
const nameOf = (index: number): string => `c${index}`;
const request: LiveRequest = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };

test('F27: of 100,000 objects each is held once, and a thousand updates at once are told key by key, the last of each', async () => {
  const server = await startScriptedServer();
  for (let page = 0; page < pages; page += 1) {
    const items = Array.from({ length: pageSize }, (_, index) => configMap(nameOf(page * pageSize + index), '5'));
    server.lists.push(list(items, '7', page + 1 < pages ? { continue: `${page + 1}` } : {}));
  }
  const told: string[][] = [];
  const source = await createKubernetesSource({ kubeconfig: server.kubeconfig, environment: {}, random: () => 0 });
  const feed = await source.watch(
    request,
    (ids) => told.push(ids.map(({ name }) => name)),
    new AbortController().signal,
  );
  try {
    expect(feed.snapshot().resources.length).toBe(pages * pageSize);
    expect(feed.states()).toMatchObject([{ phase: 'synced', objects: pages * pageSize, relists: 0 }]);
    // Ten rounds over a hundred keys, in one piece: nobody needs to hear of a state that is past already.
    const updates = Array.from({ length: 1_000 }, (_, index) =>
      event('MODIFIED', configMap(nameOf((index % 100) * 777), `${100 + index}`, { data: { round: `${index}` } })),
    );
    server.open.at(-1)?.write(updates.join(''));
    const last = { group: '', kind: 'ConfigMap', namespace: 'shop', name: nameOf(99 * 777) };
    await until(() => stringAt(feed.find(last)?.body, 'data', 'round') === '999');
    await until(() => new Set(told.flat()).size === 100);
    for (const ids of told) expect(new Set(ids).size).toBe(ids.length);
    expect(told.flat().length).toBeLessThanOrEqual(1_000);
    expect(feed.states()).toMatchObject([{ events: 1_000, objects: pages * pageSize }]);
  } finally {
    await feed.stop();
    await source.close();
    await server.close();
  }
});
