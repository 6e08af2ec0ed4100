import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDirectoryManifests } from '../../src/collectors/directory-manifests.ts';
import { createKubernetesSource, type KubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { Round } from '../../src/loop/round.ts';
import { type Plane, startPlane } from '../../tools/plane/start-plane.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { run } from '../loop/running-daemon.ts';

/** The whole round over a real API server that this file may kill. */
let plane: Plane;
let live: KubernetesSource;

beforeAll(async () => {
  plane = await startPlane({ apiOnly: true });
  live = await createKubernetesSource({
    kubeconfig: plane.kubeconfig,
    environment: {},
    watch: { staleAfterMs: 1_000, restMs: 200, discoveryMs: 500 },
  });
});

afterAll(async () => {
  await live?.close();
  await plane?.stop();
});

const names = Array.from({ length: 30 }, (_, index) => `settings-${index}`);
const path = '/api/v1/namespaces/default/configmaps';
const manifest = (name: string, mode: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { mode },
});

async function edit(name: string, mode: string): Promise<void> {
  await plane.request('PUT', `${path}/${name}`, manifest(name, mode));
}

const driftedIn = (round: Round): string[] =>
  round.report.resources.filter(({ verdict }) => verdict === 'drifted').map(({ name }) => name);

test('an edit is judged alone; an API server that is killed and started again makes no drift and ends no episode', async () => {
  const git = join(temporaryFolder(), 'git');
  mkdirSync(git);
  for (const name of names) {
    await plane.request('POST', path, manifest(name, 'fast'));
    writeFileSync(join(git, `${name}.json`), JSON.stringify(manifest(name, 'fast')));
  }
  const renderer = { render: () => Promise.reject(new Error('plain files need no renderer')) };
  const manifests = await openDirectoryManifests(git, { renderer, now: () => new Date() });
  const running = run({ live, sources: [{ manifests, namespace: 'default' }] });
  const { daemon, rounds } = running;
  expect((await running.round()).report.summary).toMatchObject({ resources: 30, inSync: 30 });

  const judgements = daemon.judgements;
  const first = running.round((one) => driftedIn(one).length > 0);
  await edit('settings-3', 'slow');
  expect([driftedIn(await first), daemon.judgements - judgements]).toEqual([['settings-3'], 1]);

  const blind = running.round((one) => one.report.summary.undetermined > 0);
  await plane.apiserver.stop('SIGKILL');
  const dark = await blind;
  expect(dark.decisions.map(({ kind }) => kind)).not.toContain('resolve');
  const seeing = running.round(() => daemon.report()?.summary.undetermined === 0);
  plane.apiserver.start();
  await plane.waitUntilReady();
  await seeing;
  expect(daemon.report()?.summary).toMatchObject({ resources: 30, inSync: 29, drifted: 1 });

  const second = running.round((one) => driftedIn(one).includes('settings-7'));
  await edit('settings-7', 'slow');
  await second;
  const ended = running.round((one) => one.decisions.some(({ kind }) => kind === 'resolve'));
  await edit('settings-3', 'fast');
  await ended;
  const told = rounds.flatMap(({ decisions }) =>
    decisions.flatMap(({ kind, episode }) => (kind === 'nothing' ? [] : [`${kind} ${episode.resource.name}`])),
  );
  expect(told).toEqual(['open settings-3', 'open settings-7', 'resolve settings-3']);
});
