import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inputsOf } from '../src/app-inputs.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';

const { signal } = new AbortController();

const application = (name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: https://git.example.com/shop.git, path: ${name} }
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: default, namespace: argocd }
spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] }
`;

test('a daemon without sources follows what Argo CD declares, and is told only when that changes', async () => {
  const folder = temporaryFolder();
  await writeFile(join(folder, 'web.yaml'), application('web'));
  const config = {
    sources: [],
    repositories: [],
    live: { source: folder, readSecrets: false },
    rules: [],
    engines: {},
  };
  const inputs = await inputsOf(config, { PATH: process.env['PATH'], HOME: folder });
  onTestFinished(() => inputs[Symbol.asyncDispose]());
  const supply = await inputs.supply(signal);
  const names = (): readonly string[] => supply.current.slice(1).map(({ source }) => source.manifests.name);
  const before = names();
  expect(before).toHaveLength(1);
  expect(await supply.renew(signal)).toBeNull();

  await writeFile(join(folder, 'api.yaml'), application('api').split('---')[0] ?? '');
  expect(await supply.renew(signal)).toHaveLength(3);
  expect(names()).toEqual(expect.arrayContaining([...before]));

  await rm(join(folder, 'api.yaml'));
  expect(await supply.renew(signal)).toHaveLength(2);
  expect(names()).toEqual(before);
});
