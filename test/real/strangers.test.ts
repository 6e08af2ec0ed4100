import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDirectoryManifests } from '../../src/collectors/directory-manifests.ts';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { Round } from '../../src/loop/round.ts';
import { arrayAt, stringAt, valueAt } from '../../src/resource/json.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { run } from '../loop/running-daemon.ts';
import { freshNamespace, kubectl, kubectlJson, sharedPlane } from './plane-access.ts';

const template = {
  metadata: { labels: { app: 'copies' } },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'registry.example.test/copies:1' }] },
};

const verdictOf = (round: Round, name: string): string | undefined =>
  round.report.resources.find((one) => one.name === name)?.verdict;

test('a Pod of a ReplicaSet is held as metadata until Git declares it, and is judged whole from then on', async () => {
  const namespace = await freshNamespace('strangers');
  const inside = ['-n', namespace];
  const apply = (object: object): Promise<string> =>
    kubectl(['apply', ...inside, '-f', '-'], { input: JSON.stringify(object) });
  await apply({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'copies' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'copies' } }, template },
  });
  const copies = async () => arrayAt(await kubectlJson(['get', 'pods', '-l', 'app=copies', ...inside]), 'items');
  await expect.poll(async () => (await copies()).length, { timeout: 20_000 }).toBe(3);
  const alone = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'alone', namespace },
    spec: { containers: [{ name: 'main', image: 'registry.example.test/alone:1' }] },
  };
  await apply(alone);

  const git = join(temporaryFolder(), 'git');
  mkdirSync(git);
  writeFileSync(join(git, 'alone.json'), JSON.stringify(alone));
  const renderer = { render: () => Promise.reject(new Error('plain files need no renderer')) };
  const manifests = await openDirectoryManifests(git, { renderer, now: () => new Date() });
  const live = await createKubernetesSource({ kubeconfig: sharedPlane().kubeconfig, environment: {} });
  const running = run({ live, sources: [{ manifests, namespace }] });
  const first = await running.round();
  expect(first.report.resources.map(({ name, verdict }) => [name, verdict])).toEqual([['alone', 'in-sync']]);

  const [copy = null] = await copies();
  const name = stringAt(copy, 'metadata', 'name') ?? '';
  const declared = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: valueAt(copy, 'spec') ?? {} };
  const judgements = running.daemon.judgements;
  const next = running.round((one) => verdictOf(one, name) !== undefined);
  writeFileSync(join(git, 'copy.json'), JSON.stringify(declared));
  expect(verdictOf(await next, name)).toBe('in-sync');
  expect(running.daemon.judgements - judgements).toBe(1);

  const edited = running.round((one) => verdictOf(one, name) === 'drifted');
  await kubectl(['set', 'image', ...inside, `pod/${name}`, 'main=registry.example.test/copies:2']);
  const drifted = (await edited).report.resources.find((one) => one.name === name);
  expect(drifted?.differences.map(({ path }) => path)).toEqual(['spec.containers[name=main].image']);
  await live.close();
});
