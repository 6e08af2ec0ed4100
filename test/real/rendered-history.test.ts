import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openWorkbench } from '../../src/app-workbench.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { TestRepository } from '../git/repository.ts';

const { signal } = new AbortController();

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: example/web}
`;

function overlay(tag: string): string {
  return `resources: [../base]\nimages:\n- name: example/web\n  newTag: "${tag}"   # by the pipeline\n`;
}

it('a plan for a rendered source edits what Git says now, however many earlier commits were looked at', async () => {
  const env = { PATH: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`, HOME: temporaryFolder() };
  const repository = new TestRepository();
  const base = { 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': web };
  for (const tag of ['1.0', '1.1', '1.2']) repository.commit({ ...base, 'prod/kustomization.yaml': overlay(tag) });
  const live = join(temporaryFolder(), 'live');
  mkdirSync(live);
  writeFileSync(
    join(live, 'web.yaml'),
    web
      .replace('{name: web}\nspec', '{name: web, namespace: default}\nspec')
      .replace('example/web}', 'example/web:9.9}'),
  );
  await using workbench = await openWorkbench({ env, configFile: undefined });
  const sources = { desired: `${repository.path}#main:prod`, live, namespace: 'default' };
  const plan = await workbench.plan(
    sources,
    { choose: ([report]) => report ?? expect.fail('nothing was judged'), repair: 'adopt' },
    signal,
  );
  expect(plan.refused).toBeNull();
  const [edit] = plan.edits;
  expect(edit?.patch).toContain('-  newTag: "1.2"   # by the pipeline\n+  newTag: "9.9"   # by the pipeline');
  execFileSync('git', ['apply', '--check'], { cwd: repository.path, input: edit?.patch ?? '' });
});
