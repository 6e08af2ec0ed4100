import { expect, onTestFinished, test } from 'vitest';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import {
  configMap,
  event,
  json,
  list,
  type ScriptedServer,
  startScriptedServer,
  status,
  until,
} from './scripted-server.ts';

const kinds = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'example.dev/v1', kind: 'Widget' },
];

async function watchCluster(): Promise<{ readonly server: ScriptedServer; watch(): Promise<KubernetesFeed> }> {
  const server = await startScriptedServer();
  onTestFinished(() => server.close());
  return {
    server,
    async watch() {
      const source = await createKubernetesSource({
        kubeconfig: server.kubeconfig,
        environment: {},
        random: () => 0,
        watch: { staleAfterMs: 50, restMs: 20, discoveryMs: 100, answerMs: 300 },
      });
      const feed = await source.watch({ declared: kinds, evidence: [] }, () => {}, new AbortController().signal);
      onTestFinished(async () => {
        await feed.stop();
        await source.close();
      });
      return feed;
    },
  };
}

const phases = (feed: KubernetesFeed): string[] => feed.states().map(({ phase }) => phase);

test('a cluster whose lists are never answered holds up no list and no watch of another one', async () => {
  const [sick, well] = [await watchCluster(), await watchCluster()];
  // Every turn of its own budget is taken, for as long as the test lasts.
  sick.server.lists.push(...kinds.map(() => () => undefined));
  const blocked = sick.watch();
  await until(() => sick.server.count('list') >= kinds.length);

  const feed = await well.watch();
  expect(phases(feed)).toEqual(['synced', 'synced', 'synced']);
  well.server.open[0]?.write(event('ADDED', configMap('a', '9')));
  await until(() => feed.snapshot().resources.length === 1);
  sick.server.lists.push(...kinds.map(() => list([], '1')));
  await sick.server.close();
  void blocked.catch(() => undefined);
});

test('a cluster that refuses everything is stale by itself; the other stays synced and is asked no more than before', async () => {
  const [sick, well] = [await watchCluster(), await watchCluster()];
  const [failing, healthy] = [await sick.watch(), await well.watch()];
  const asked = well.server.count('list');
  for (const path of ['/api/v1/configmaps', '/api/v1/secrets', '/apis/example.dev/v1/widgets']) {
    sick.server.routes.set(path, json(503, status(503, 'ServiceUnavailable')));
  }
  for (const response of sick.server.open.slice()) response.destroy();
  await until(() => phases(failing).every((phase) => phase === 'stale'));
  expect(phases(healthy)).toEqual(['synced', 'synced', 'synced']);
  expect(well.server.count('list')).toBe(asked);
  expect(failing.snapshot().gaps.length).toBeGreaterThanOrEqual(kinds.length);
  expect(healthy.snapshot().gaps.map(({ what }) => what)).not.toContain('configmaps');
});
