import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/resource/resource.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { graphOf, pairs, resource, served, service, workload } from '../world.ts';

function nodes(...parts: (Resource | readonly Resource[])[]): Record<string, readonly string[]> {
  const listed = graphDocument(graphOf(...parts)).nodes.filter(({ role }) => role !== 'config');
  return Object.fromEntries(listed.map(({ id, resources }) => [id, resources]));
}

describe('which resources are one node', () => {
  test('a Service and the one workload behind it, named after the Service', () => {
    expect(nodes(workload('web-v1'), service('web', 80, { target: 'web-v1' }))).toEqual({
      'shop/web': ['apps/Deployment/shop/web-v1', 'v1/Service/shop/web'],
    });
  });

  test('two Services of one workload leave it its own name', () => {
    expect(
      nodes(
        workload('redis'),
        service('redis-a', 6379, { target: 'redis' }),
        service('redis-b', 6379, { target: 'redis' }),
      ),
    ).toEqual({
      'shop/redis': ['apps/Deployment/shop/redis', 'v1/Service/shop/redis-a', 'v1/Service/shop/redis-b'],
    });
  });

  test('a Service with several workloads is a node that leads to each', () => {
    const spec = { selector: { tier: 'web' } };
    const member = (name: string): Resource => {
      const body = workload(name).body;
      return resource({
        ...body,
        spec: {
          template: { metadata: { labels: { tier: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
        },
      });
    };
    const graph = graphOf(member('web'), member('web-canary'), service('web', 80, { spec }));
    expect(pairs(graph, ['route'])).toEqual(['web -> deployment/web', 'web -> web-canary']);
  });

  test('a hook job with the labels of the server is not behind its Service', () => {
    const job = workload('web', { kind: 'Job' });
    expect(Object.keys(nodes(workload('web'), job, service('web', 80)))).toEqual(['shop/web', 'shop/job/web']);
  });

  test('equal names in two namespaces are two nodes, and a host means the own one', () => {
    const graph = graphOf(
      served('api', 80),
      served('api', 80, { namespace: 'lab' }),
      workload('web', { namespace: 'lab', env: { API_URL: 'http://api' } }),
    );
    expect(pairs(graph)).toEqual(['lab/web -> lab/api']);
  });

  test('Pods and ReplicaSets with a controller are left to it', () => {
    const owned = resource({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: 'web-5d',
        namespace: 'shop',
        ownerReferences: [{ controller: true, kind: 'Deployment', name: 'web' }],
      },
      spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c' }] } } },
    });
    expect(nodes(workload('web'), service('web', 80), owned)).toEqual({
      'shop/web': ['apps/Deployment/shop/web', 'v1/Service/shop/web'],
    });
  });

  test('a manifest without a namespace finds the one Service of a name elsewhere, one with a namespace does not', () => {
    const bare = resource({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: workload('web', { env: { U: 'http://api' } }).body['spec'] ?? {},
    });
    expect(pairs(graphOf(bare, served('api', 80)))).toEqual(['default/web -> api']);
    expect(pairs(graphOf(workload('web', { namespace: 'lab', env: { U: 'http://api' } }), served('api', 80)))).toEqual(
      [],
    );
  });
});

describe('what a node is', () => {
  test.each<[string, string, number | undefined]>([
    ['store', 'postgres:16', 5432],
    ['store', 'docker.io/bitnami/redis@sha256:00', undefined],
    ['store', 'shop/rs-mysql-db:1', 3306],
    ['broker', 'rabbitmq:3-management', 5672],
    ['monitoring', 'prom/prometheus:v3', 9090],
    ['monitoring', 'quay.io/prometheuscommunity/postgres-exporter:1', 9187],
    ['monitoring', 'mongo-express:1', 8081],
    ['workload', 'shop/kafka-consumer:1', 8080],
    ['workload', 'nginx:1', 80],
    ['workload', 'shop/redis-migrate:1', undefined],
    ['gateway', 'traefik:v3', 80],
  ])('%s: %s', (role, image, port) => {
    const [node] = graphDocument(graphOf(workload('x', { image, ...(port === undefined ? {} : { port }) }))).nodes;
    expect(node?.role).toBe(role);
  });

  test('an unknown image is a store when it listens like one and is called like one', () => {
    const [node] = graphDocument(graphOf(workload('user-db', { image: 'shop/thing:1', port: 27017 }))).nodes;
    expect(node?.role).toBe('store');
  });

  test('annotations give owner and tier', () => {
    const annotations = { 'mooring.dev/owner': 'team-a', 'mooring.dev/tier': '1' };
    expect(graphDocument(graphOf(workload('x', { annotations }))).nodes[0]).toMatchObject({
      owner: 'team-a',
      tier: '1',
    });
  });
});

describe('host names', () => {
  const headless = [
    workload('kafka', { kind: 'StatefulSet', image: 'apache/kafka:4', port: 9092 }),
    service('kafka-headless', 9092, { target: 'kafka', spec: { clusterIP: 'None' } }),
  ];
  test.each([
    'kafka-0.kafka-headless:9092',
    'kafka-1.kafka-headless.shop:9092',
    'kafka-2.kafka-headless.shop.svc.cluster.local:9092',
  ])('%s is a pod of the set', (host) => {
    expect(pairs(graphOf(headless, workload('web', { env: { BROKERS: host } })))).toEqual(['web -> kafka-headless']);
  });

  test('what an operator makes of an object belongs to the object', () => {
    const cluster = resource({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'orders', namespace: 'shop' },
    });
    expect(pairs(graphOf(cluster, workload('web', { env: { U: 'postgres://u@orders-rw:5432/x' } })))).toEqual([
      'web -> orders',
    ]);
  });

  test('an ExternalName leads on to its host', () => {
    const legacy = service('legacy', 80, {
      spec: { type: 'ExternalName', externalName: 'db.partner.com', selector: {} },
    });
    const graph = graphOf(legacy, workload('web', { env: { U: 'http://legacy' } }));
    expect(pairs(graph, ['call', 'route'])).toEqual(['legacy -> external:db.partner.com', 'web -> legacy']);
  });

  test('hand-written Endpoints lead outside', () => {
    const endpoints = resource({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'db', namespace: 'shop' },
      subsets: [{ addresses: [{ ip: '10.1.2.3' }] }],
    });
    const graph = graphOf(
      service('db', 5432, { spec: { selector: {} } }),
      endpoints,
      workload('web', { env: { U: 'postgres://db:5432/x' } }),
    );
    expect(pairs(graph, ['data', 'route'])).toEqual(['db -> external:10.1.2.3', 'web -> db']);
  });

  test('the host of an Ingress leads to the Ingress', () => {
    const ingress = resource({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'front', namespace: 'shop' },
      spec: { rules: [{ host: 'shop.partner.com', http: { paths: [{ backend: { service: { name: 'api' } } }] } }] },
    });
    const graph = graphOf(ingress, served('api', 80), workload('web', { env: { U: 'https://shop.partner.com/v1' } }));
    expect(pairs(graph, ['call', 'route'])).toEqual(['ingress/front -> api', 'web -> ingress/front']);
  });
});
