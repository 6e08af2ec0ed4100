import { expect, test } from 'vitest';
import { arrayAt, type JsonValue, parseJson, stringAt, valueAt } from '../../src/resource/json.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runMooring } from './run-mooring.ts';
import { TestRepository } from '../git/repository.ts';
import { createAccount } from './service-account.ts';

const caller = (host: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'example.test/web', env: [{ name: 'DB_HOST', value: host }] }] },
    },
  },
});
const store = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'pg' },
  spec: { selector: { app: 'pg' }, ports: [{ port: 5432 }] },
};

async function apply(namespace: string, object: object): Promise<void> {
  await kubectl(['apply', '-n', namespace, '-f', '-'], { input: JSON.stringify(object) });
}

async function graphAs(environment: Readonly<Record<string, string>>): Promise<JsonValue> {
  const { stdout, stderr, code } = await runMooring(['graph', 'export', '--live', 'kube:'], environment);
  expect([code, stderr]).toEqual([0, '']);
  return parseJson(stdout);
}

const edgesFrom = (graph: JsonValue, id: string): readonly (string | undefined)[] =>
  arrayAt(graph, 'edges')
    .filter((edge) => stringAt(edge, 'from') === id)
    .map((edge) => stringAt(edge, 'to'));

test('the graph of a cluster needs no manifests, and names what it was not allowed to read', async () => {
  const [shop, data] = [await freshNamespace('shop'), await freshNamespace('data')];
  await apply(data, store);
  await apply(shop, caller(`pg.${data}:5432`));
  const graph = await graphAs({});
  expect(edgesFrom(graph, `${shop}/web`)).toEqual([`${data}/pg`]);
  expect(JSON.stringify(valueAt(graph, 'coverage', 'notSeen'))).not.toContain('not read');

  using account = await createAccount('graph');
  await account.grant([{ group: 'apps', resources: ['deployments'], verbs: ['list'] }]);
  const part = await graphAs({ KUBECONFIG: account.kubeconfig });
  expect(edgesFrom(part, `${shop}/web`)).toHaveLength(1);
  expect(JSON.stringify(valueAt(part, 'coverage', 'notSeen'))).toMatch(/not read: .*services.* \(.*forbidden/i);
});

test('a proposed change reaches callers that no manifest declares, and says what of the cluster was not read', async () => {
  const [shop, data] = [await freshNamespace('shop'), await freshNamespace('data')];
  await apply(data, store);
  await apply(shop, caller(`pg.${data}:5432`));
  const declared = (port: number): string =>
    JSON.stringify({ ...store, metadata: { name: 'pg', namespace: data }, spec: { ...store.spec, ports: [{ port }] } });
  const repository = new TestRepository();
  repository.commit({ 'pg.json': declared(5432) });
  repository.commit({ 'pg.json': declared(5433) });
  const radiusAs = async (environment: Readonly<Record<string, string>>): Promise<JsonValue> => {
    const sources = ['--desired', repository.path, '--live', 'kube:', '-o', 'json'];
    const { stdout, stderr, code } = await runMooring(
      ['blast-radius', '--diff', 'HEAD~1..HEAD', ...sources],
      environment,
    );
    expect([code, stderr]).toEqual([0, '']);
    return parseJson(stdout);
  };
  const radius = await radiusAs({});
  expect(arrayAt(radius, 'affected').map((each) => [stringAt(each, 'id'), stringAt(each, 'effect')])).toEqual([
    [`${shop}/web`, 'breaks'],
  ]);

  using account = await createAccount('diff');
  await account.grant([{ group: '', resources: ['services'], verbs: ['list'] }]);
  const part = await radiusAs({ KUBECONFIG: account.kubeconfig });
  expect(arrayAt(part, 'affected')).toEqual([]);
  expect(JSON.stringify(valueAt(part, 'coverage', 'notSeen'))).toMatch(/not read: .*deployments/);
});
