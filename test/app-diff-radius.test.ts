import { expect, test } from 'vitest';
import { openWorkbench } from '../src/app-workbench.ts';
import { TestRepository } from './git/repository.ts';

const signal = new AbortController().signal;

function deployment(name: string, rest: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, labels: { team: a } }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: main
          image: ${name}:1
          ${rest}
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }
`;
}

const flags = (color: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: flags, namespace: shop }\ndata: { COLOR: ${color}, SIZE: "1" }\n`;
const fromKey = (key: string): string =>
  `env: [{ name: V, valueFrom: { configMapKeyRef: { name: flags, key: ${key} } } }, { name: API, value: "http://api:80" }]`;

function shop(): TestRepository {
  const repository = new TestRepository();
  repository.commit({
    'app/flags.yaml': flags('red'),
    'app/api.yaml': deployment('api', 'args: []'),
    'app/web.yaml': deployment('web', fromKey('COLOR')),
    'app/job.yaml': deployment('job', fromKey('SIZE')),
  });
  return repository;
}

async function radius(repository: TestRepository, range: string, home = repository.path) {
  await using workbench = await openWorkbench({
    configFile: undefined,
    env: { HOME: home, PATH: process.env['PATH'] },
  });
  const sources = { desired: `${repository.path}:app`, live: undefined, namespace: undefined };
  return await workbench.diffRadius(sources, range, signal);
}

test('a changed key reaches those who read it, with the line that says so', async () => {
  const repository = shop();
  const head = repository.commit({ 'app/flags.yaml': flags('blue') });
  const found = await radius(repository, 'HEAD~1..main');
  expect(found.changes).toEqual([
    {
      resource: 'v1/ConfigMap/shop/flags',
      change: 'changed',
      paths: ['data.COLOR'],
      isUnderstood: true,
      unknown: [],
      reaches: [
        expect.objectContaining({ id: 'shop/job', sees: 'never' }),
        expect.objectContaining({ id: 'shop/web', sees: 'restart', since: null }),
      ],
    },
  ]);
  expect(found.affected.map(({ id, sees, evidence }) => [id, sees, evidence[0]])).toEqual([
    ['shop/web', 'restart', expect.stringContaining('(app/web.yaml:12)')],
  ]);
  expect(found.diff.head).toBe(head);
});

test('an object that goes is missed by those who still call it, not by those who stopped in the same change', async () => {
  const repository = shop();
  repository.git('rm', '--quiet', 'app/api.yaml');
  repository.commit({ 'app/job.yaml': deployment('job', 'args: []') });
  const found = await radius(repository, 'HEAD~1..HEAD');
  expect(found.affected.map(({ id, effect }) => [id, effect])).toEqual([['shop/web', 'breaks']]);
});

test('a remark is no change, and a default that is written out is told', async () => {
  const repository = shop();
  repository.commit({
    'app/web.yaml': deployment('web', `${fromKey('COLOR')}\n          terminationMessagePath: /dev/termination-log`),
    'app/flags.yaml': `${flags('red')}# a remark\n`,
  });
  const { changes } = await radius(repository, 'HEAD~1..HEAD');
  expect(changes.flatMap(({ paths }) => paths)).toEqual([
    'spec.template.spec.containers[name=main].terminationMessagePath',
  ]);
});

test('three dots compare with where the branch began, as a pull request does', async () => {
  const repository = shop();
  repository.git('checkout', '--quiet', '-b', 'feature');
  repository.commit({ 'app/flags.yaml': flags('blue') });
  repository.git('checkout', '--quiet', 'main');
  repository.commit({ 'app/api.yaml': deployment('api', 'args: ["-v"]') });
  const resources = async (range: string) => (await radius(repository, range)).changes.map(({ resource }) => resource);
  expect(await resources('main...feature')).toEqual(['v1/ConfigMap/shop/flags']);
  expect(await resources('main..feature')).toEqual(['apps/Deployment/shop/api', 'v1/ConfigMap/shop/flags']);
});

test('a broken document is told and costs the rest nothing', async () => {
  const repository = shop();
  repository.commit({ 'app/flags.yaml': flags('blue'), 'app/broken.yaml': 'kind: {' });
  const { changes, gaps } = await radius(repository, 'HEAD~1..HEAD');
  expect([changes.length, gaps.length]).toEqual([1, 1]);
});

test.for(['main', '..main', '--upload-pack=x..main', 'main..nowhere', 'main..fea ture'])(
  'a range like %j is refused with what to do',
  async (range) => {
    await expect(radius(shop(), range)).rejects.toMatchObject({
      code: 'usage',
      remedy: expect.stringContaining('main..feature'),
    });
  },
);
