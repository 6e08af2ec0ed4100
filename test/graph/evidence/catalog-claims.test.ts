import { expect, test } from 'vitest';
import { buildGraph, updateGraph } from '../../../src/graph/build-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { builtAt, findings, graphOf, lines, pairs, resource, resources, served, service, workload } from '../world.ts';

const shop = [...served('web', 80), ...served('cart', 8080), ...served('orders', 8080)];

/** An entity with what its `spec` and its annotations say. */
function entity(
  kind: string,
  name: string,
  spec: Record<string, string | string[]>,
  annotations: Record<string, string> = {},
) {
  return resource({ apiVersion: 'backstage.io/v1alpha1', kind, metadata: { name, annotations }, spec });
}

test('relations of components become edges that people vouch for, with where they are written', () => {
  const graph = graphOf(
    shop,
    resources(`
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: web }
spec:
  type: service
  dependsOn: [component:default/cart, "resource:ledger", "Component:orders"]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: cart }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: orders, namespace: default }
spec: { dependencyOf: [component:cart] }
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: { name: ledger }
spec: { type: database }
`),
  );
  expect(lines(graph)).toStrictEqual([
    'cart -> orders call ?',
    'web -> resource:default/ledger data ?',
    'web -> cart call ?',
    'web -> orders call ?',
  ]);
  const { edges, nodes } = graphDocument(graph);
  expect(edges.find(({ to }) => to === 'shop/cart')).toMatchObject({
    confidence: 0.7,
    strength: 'unknown',
    evidence: [
      { kind: 'human', what: 'dependsOn component:default/cart of component:default/web', file: 'app.yaml', line: 1 },
    ],
  });
  expect(nodes.find(({ id }) => id === 'resource:default/ledger')).toMatchObject({ role: 'store', name: 'ledger' });
});

test.for([
  ['the label with its id, on the pods', { 'backstage.io/kubernetes-id': 'basket' }, ['web -> cart']],
  [
    'a selector in a namespace',
    { 'backstage.io/kubernetes-label-selector': 'app=cart', 'backstage.io/kubernetes-namespace': 'shop' },
    ['web -> cart'],
  ],
  [
    'an id in another namespace',
    { 'backstage.io/kubernetes-id': 'basket', 'backstage.io/kubernetes-namespace': 'other' },
    [],
  ],
  ['a selector without a namespace', { 'backstage.io/kubernetes-label-selector': 'app=cart' }, []],
  [
    'a selector with more than equality',
    { 'backstage.io/kubernetes-label-selector': 'app in (cart)', 'backstage.io/kubernetes-namespace': 'shop' },
    [],
  ],
] as const)('an entity is what its annotations select: %s', ([, annotations, edges]) => {
  const labelled = workload('cart');
  const body = {
    ...labelled.body,
    metadata: { name: 'cart', namespace: 'shop', labels: { 'backstage.io/kubernetes-id': 'basket' } },
  };
  const graph = graphOf(
    ...served('web', 80),
    { ...labelled, body },
    service('cart', 8080),
    entity('Component', 'web', { dependsOn: ['component:basket'] }),
    entity('Component', 'basket', {}, annotations),
  );
  expect(pairs(graph)).toStrictEqual([...edges]);
  expect(findings(graph)).toHaveLength(edges.length === 0 ? 1 : 0);
});

test('a name that fits several Services is nobody', () => {
  const graph = graphOf(
    ...shop,
    ...served('cart', 80, { namespace: 'other' }),
    entity('Component', 'web', { dependsOn: ['component:cart'] }),
    entity('Component', 'cart', {}),
  );
  expect(pairs(graph)).toStrictEqual([]);
  expect(findings(graph)).toStrictEqual([
    'component:default/web: dependsOn component:cart of component:default/web: what it depends on is nowhere: no Service has its name alone',
  ]);
});

test.for([
  ['openapi', 'web -> orders call http'],
  ['grpc', 'web -> orders call grpc'],
  ['asyncapi', 'web -> orders message ?'],
  ['trpc', 'web -> orders call ?'],
] as const)('who consumes an API (%s) depends on who provides it', ([type, line]) => {
  const graph = graphOf(
    ...shop,
    entity('API', 'placing', { type }),
    entity('Component', 'web', { consumesApis: ['placing'] }),
    entity('Component', 'orders', { providesApis: ['api:default/placing'] }),
  );
  expect(lines(graph)).toStrictEqual([line]);
});

test('references to nothing are findings', () => {
  const graph = graphOf(
    ...shop,
    entity('API', 'lonely', { type: 'grpc' }),
    entity('Component', 'web', {
      dependsOn: ['component:gone', 'not a reference', 'nonsense:x'],
      consumesApis: ['lonely', 'missing'],
      providesApis: ['absent'],
    }),
  );
  expect(pairs(graph)).toStrictEqual([]);
  expect(
    findings(graph).map((line) => line.replace(/^component:default\/web: | of component:default\/web/g, '')),
  ).toStrictEqual([
    'consumesApis lonely: nobody in these catalogues provides it',
    'consumesApis missing: no such entity in these catalogues',
    'dependsOn component:gone: no such entity in these catalogues',
    'dependsOn nonsense:x: no such entity in these catalogues',
    'dependsOn not a reference: no such entity in these catalogues',
    'providesApis absent: no such entity in these catalogues',
  ]);
});

test('owner, tier, lifecycle and system are facts of the node, and what a manifest says of owner and tier counts first', () => {
  const facts = { owner: 'group:default/shop-team', lifecycle: 'production', system: 'shop' };
  const graph = graphOf(
    ...served('web', 80),
    ...served('cart', 8080, { annotations: { 'mooring.dev/owner': 'basket-crew' } }),
    entity('Component', 'web', facts, { 'mooring.dev/tier': '1' }),
    entity('Component', 'cart', facts),
  );
  const node = (id: string): unknown => graphDocument(graph).nodes.find((each) => each.id === id);
  const catalog = { entity: 'component:default/web', lifecycle: 'production', system: 'shop' };
  expect(node('shop/web')).toMatchObject({ owner: 'shop-team', tier: '1', catalog });
  expect(node('shop/cart')).toMatchObject({ owner: 'basket-crew', tier: null });
  updateGraph(graph, { changed: [entity('Component', 'web', { owner: 'other-team' })], removed: [], builtAt });
  expect(node('shop/web')).toMatchObject({ owner: 'other-team', tier: null });
  updateGraph(graph, { changed: [], removed: [entity('Component', 'web', {}).id], builtAt });
  expect(node('shop/web')).not.toHaveProperty('catalog');
  expect(node('shop/web')).toMatchObject({ owner: null });
});

test('what comes and goes one by one ends as what is there at once', () => {
  const parts = [
    ...shop,
    entity('API', 'placing', { type: 'grpc' }),
    entity('Component', 'web', { consumesApis: ['placing'], dependsOn: ['resource:ledger'], owner: 'a' }),
    entity('Component', 'orders', { providesApis: ['placing'], dependsOn: ['component:cart'] }),
    entity(
      'Component',
      'cart',
      {},
      { 'backstage.io/kubernetes-label-selector': 'app=cart', 'backstage.io/kubernetes-namespace': 'shop' },
    ),
    entity('Resource', 'ledger', { type: 'database' }),
  ];
  const whole = graphDocument(graphOf(parts));
  for (const order of [parts, parts.toReversed(), [...parts.slice(5), ...parts.slice(0, 5)]]) {
    const graph = buildGraph([], { builtAt });
    for (const part of order) updateGraph(graph, { changed: [part], removed: [], builtAt });
    expect(graphDocument(graph)).toStrictEqual(whole);
    for (const { id } of parts.slice(6)) updateGraph(graph, { changed: [], removed: [id], builtAt });
    expect(graphDocument(graph)).toStrictEqual(graphDocument(graphOf(parts.slice(0, 6))));
  }
});

test('an entity never makes its namespace one of the cluster, nor is it a node', () => {
  const graph = graphOf(
    entity('Component', 'web', {}),
    entity('System', 'shop', {}),
    workload('a', { env: { X_URL: 'http://b.default' } }),
  );
  expect(graphDocument(graph).nodes.map(({ id }) => id)).toStrictEqual(['shop/a', 'default/b']);
});
