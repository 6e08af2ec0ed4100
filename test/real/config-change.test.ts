import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { arrayAt, type JsonValue, parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import { silentLogger } from '../../src/log/logger.ts';
import type { Round } from '../../src/loop/round.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';

/** Somebody edits a ConfigMap by hand on a real API server: what is said of it, and of those who wait for it. */
function deployment(namespace: string, name: string, container: object, pod: object = {}): string {
  const labels = { app: name };
  const spec = { ...pod, containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10', ...container }] };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
}

function manifestsOf(namespace: string): Readonly<Record<string, string>> {
  const key = (name: string) => [{ name: 'V', valueFrom: { configMapKeyRef: { name: 'settings', key: name } } }];
  const volumes = [{ name: 'c', configMap: { name: 'settings' } }];
  const mount = (extra: object) => ({ volumeMounts: [{ name: 'c', mountPath: '/c', ...extra }] });
  return {
    settings: JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace },
      data: { COLOR: 'red', SIZE: '1' },
    }),
    service: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'mounted', namespace },
      spec: { selector: { app: 'mounted' }, ports: [{ port: 80 }] },
    }),
    mounted: deployment(namespace, 'mounted', mount({}), { volumes }),
    'one-file': deployment(namespace, 'one-file', mount({ subPath: 'COLOR' }), { volumes }),
    variable: deployment(namespace, 'variable', { env: key('COLOR') }),
    bystander: deployment(namespace, 'bystander', { env: key('SIZE') }),
    caller: deployment(namespace, 'caller', { env: [{ name: 'FILES_URL', value: 'http://mounted:80' }] }),
  };
}

interface Running {
  readonly app: App;
  readonly round: (fits: (round: Round) => boolean) => Promise<Round>;
}

async function start(folder: string): Promise<Running> {
  const waiting: { fits: (round: Round) => boolean; resolve: (round: Round) => void }[] = [];
  const finished = (round: Round): void => {
    for (const { fits, resolve } of waiting) if (fits(round)) resolve(round);
  };
  const env = {
    MOORING_SCHEDULE: '0 0 1 1 *',
    MOORING_LISTEN: '127.0.0.1:0',
    MOORING_HISTORY: ':memory:',
    MOORING_ALERT_WEBHOOK: 'true',
  };
  const app = await createApp({
    loaded: await loadConfig({ file: null, env: { ...env, MOORING_SOURCE: folder }, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: temporaryFolder(), KUBECONFIG: sharedPlane().kubeconfig },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
    observers: [{ finished }],
  });
  onTestFinished(() => app.stop());
  return { app, round: (fits) => new Promise((resolve) => waiting.push({ fits, resolve })) };
}

async function ask(app: App, path: string): Promise<JsonValue> {
  const response = await fetch(`${app.address}/api/v1/${path}`);
  expect(response.status).toBe(200);
  return parseJson(await response.text());
}

const judged = (round: Round, name: string) => round.report.resources.find((resource) => resource.name === name);

test('a ConfigMap changed by hand: the verdict, whom it reaches, and who waits for a restart', async () => {
  const namespace = await freshNamespace('radius');
  const folder = join(temporaryFolder(), 'manifests');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(manifestsOf(namespace))) writeFileSync(join(folder, `${name}.json`), text);
  await kubectl(['apply', '-f', folder]);
  const { app, round } = await start(folder);
  const first = round(({ whole }) => whole);
  app.start();
  expect((await first).report.summary).toMatchObject({ drifted: 0, undetermined: 0 });

  const drifted = round((one) => judged(one, 'settings')?.verdict === 'drifted');
  await kubectl(['-n', namespace, 'patch', 'configmap', 'settings', '-p', '{"data":{"COLOR":"blue"}}']);
  const found = judged(await drifted, 'settings');
  expect(found?.differences).toMatchObject([
    { path: 'data.COLOR', change: 'changed', desired: 'red', live: 'blue', actor: { class: 'human' } },
  ]);

  const [episode] = arrayAt(await ask(app, 'episodes?state=open'), 'items');
  const onset = stringAt(episode, 'onset', 'notAfter');
  const id = stringAt(episode, 'id') ?? '';
  const radius = await ask(app, `blast-radius?episode=${id}`);
  const reaches = arrayAt(arrayAt(radius, 'changes')[0], 'reaches');
  expect(reaches).toMatchObject([
    { id: `${namespace}/bystander`, sees: 'never', since: null },
    { id: `${namespace}/mounted`, sees: 'live', since: onset },
    { id: `${namespace}/one-file`, sees: 'restart', since: null },
    { id: `${namespace}/variable`, sees: 'restart', since: null },
  ]);
  const affected = arrayAt(radius, 'affected').map((each) => stringAt(each, 'id')?.slice(namespace.length + 1));
  expect(affected).toEqual(['mounted', 'one-file', 'variable', 'caller']);

  // Of the object as a whole everybody who needs it is named, whatever it reads.
  const whole = arrayAt(await ask(app, `blast-radius?of=${namespace}/configmap/settings`), 'affected');
  expect(whole.map((each) => (stringAt(each, 'id') ?? '').slice(namespace.length + 1)).toSorted()).toEqual([
    'bystander',
    'caller',
    'mounted',
    'one-file',
    'variable',
  ]);

  // Down the stream an alert fires: the edit is what changed upstream of it, and what was predicted waits to be judged.
  const alert = { status: 'firing', fingerprint: 'ab12', startsAt: new Date().toISOString() };
  const alerts = [{ ...alert, labels: { alertname: 'Slow', namespace, deployment: 'caller' } }];
  const body = JSON.stringify({ version: '4', alerts });
  const headers = { 'content-type': 'application/json' };
  const taken = await fetch(`${app.address}/hooks/alertmanager`, { method: 'POST', headers, body });
  expect(taken.status).toBe(204);
  for (const question of ['alert=ab12', `of=${namespace}/caller`]) {
    const upstream = await ask(app, `upstream?${question}`);
    expect(arrayAt(upstream, 'changes')).toMatchObject([
      { episode: id, path: 'data.COLOR', effect: 'degrades', through: [`${namespace}/mounted`, `${namespace}/caller`] },
    ]);
  }
  const predictions = await ask(app, 'predictions');
  expect(valueAt(predictions, 'score')).toMatchObject({ waiting: 2, scored: 0 });
  expect(arrayAt(predictions, 'items').map((item) => stringAt(item, 'trigger'))).toEqual(['asked', 'episode']);

  // Whoever waits is restarted by hand; kubectl writes down when, in whole seconds, so it takes one to be told from before.
  await setTimeout(1_100);
  await kubectl(['-n', namespace, 'rollout', 'restart', 'deployment/variable']);
  await vi.waitFor(
    async () => {
      const after = arrayAt(arrayAt(await ask(app, `blast-radius?episode=${id}`), 'changes')[0], 'reaches');
      const restarted = after.find((each) => stringAt(each, 'id') === `${namespace}/variable`);
      expect(restarted).toMatchObject({ sees: 'restart', since: expect.any(String) });
    },
    { timeout: 30_000 },
  );
});
