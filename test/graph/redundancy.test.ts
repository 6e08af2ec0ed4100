import { expect, test } from 'vitest';
import { blastRadius } from '../../src/graph/blast-radius.ts';
import { graphOf, resource, served, service, workload } from './world.ts';

const object = (apiVersion: string, kind: string, name: string, spec: Record<string, never> | object) =>
  resource(JSON.parse(JSON.stringify({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec })));

test('each dependant says what it has to fall back on', () => {
  const graph = graphOf(
    served('db', 5432, { image: 'postgres:16', port: 5432 }),
    workload('cart', { env: { DB: 'postgres://db:5432/x' } }),
    workload('lone', { env: { DB: 'postgres://db:5432/x' } }),
    object('policy/v1', 'PodDisruptionBudget', 'cart', {
      minAvailable: '50%',
      selector: { matchLabels: { app: 'cart' } },
    }),
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'cart', {
      minReplicas: 2,
      maxReplicas: 9,
      scaleTargetRef: { kind: 'Deployment', name: 'cart' },
    }),
  );
  const radius = blastRadius(graph, 'shop/db');
  expect(radius.affected.map(({ id, redundancy }) => [id, redundancy])).toEqual([
    [
      'shop/cart',
      { replicas: 1, providers: 1, disruptionBudget: 'cart: minAvailable 50%', autoscaler: 'cart: 2 to 9' },
    ],
    ['shop/lone', { replicas: 1, providers: 1, disruptionBudget: null, autoscaler: null }],
  ]);
  expect(radius.redundancy).toMatchObject({ replicas: 1, providers: 1 });
});

test('a Service that leads to several workloads has several providers, and what runs nothing has none', () => {
  const member = (name: string) => {
    const template = { metadata: { labels: { tier: 'web' } }, spec: { containers: [{ name: 'c' }] } };
    return resource({ ...workload(name).body, spec: { replicas: 2, template } });
  };
  const graph = graphOf(
    member('v1'),
    member('v2'),
    service('web', 80, { spec: { selector: { tier: 'web' } } }),
    workload('robot', { env: { U: 'https://api.partner.com' } }),
  );
  expect(blastRadius(graph, 'service/web').redundancy).toMatchObject({ replicas: 4, providers: 2 });
  expect(blastRadius(graph, 'external:api.partner.com').redundancy).toBeNull();
});

test('an answer holds it as plain JSON, a budget without bounds included', () => {
  const graph = graphOf(
    served('db', 5432),
    workload('cart', { env: { DB: 'postgres://db:5432/x' } }),
    object('policy/v1', 'PodDisruptionBudget', 'all', { selector: {} }),
  );
  const written: unknown = JSON.parse(JSON.stringify(blastRadius(graph, 'shop/db')));
  expect(written).toMatchObject({
    affected: [{ redundancy: { disruptionBudget: 'all: sets no bound' }, share: null }],
  });
});
