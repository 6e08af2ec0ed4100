import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/resource/json.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { resource, served, service, workload } from '../world.ts';
import { added, changed, effects, radius, removed, sightings } from './changes.ts';

const callers = [
  workload('web', { env: { CART: 'http://cart:80' } }),
  workload('robot', { env: { CART: 'http://cart:8080' } }),
  workload('other', { env: { CART_HOST: 'cart' } }),
];

function object(kind: string, name: string, body: JsonObject, namespace = 'shop'): Resource {
  const [apiVersion = 'v1', plain = kind] = kind.includes(' ') ? kind.split(' ') : ['v1', kind];
  return resource({ apiVersion, kind: plain, metadata: namespace === '' ? { name } : { name, namespace }, ...body });
}

describe('a workload that changes', () => {
  const before = workload('cart', { port: 80 });
  const deployment = (spec: JsonObject): Resource => {
    const template = {
      metadata: { labels: { app: 'cart' } },
      spec: { containers: [{ name: 'main', image: 'cart:2' }] },
    };
    return resource({ ...before.body, spec: { template, ...spec } });
  };
  const world = [before, service('cart', 80), workload('web', { env: { CART: 'http://cart:80' } })];

  test.for<readonly [string, Resource, string, readonly string[], readonly string[]]>([
    [
      'another image is rolled out and may hurt callers',
      deployment({}),
      'spec.template.spec.containers[name=main].image',
      ['cart live'],
      ['web degrades'],
    ],
    ['no replicas break callers', deployment({ replicas: 0 }), 'spec.replicas', ['cart live'], ['web breaks']],
    ['more replicas reach nobody', deployment({ replicas: 5 }), 'spec.replicas', ['cart never'], []],
    ['labels of the object reach nobody', deployment({}), 'metadata.labels.team', ['cart never'], []],
    ['how it rolls out reaches nobody now', deployment({}), 'spec.strategy.type', ['cart never'], []],
    [
      'a paused rollout waits',
      deployment({ paused: true }),
      'spec.template.spec.containers[name=main].image',
      ['cart restart'],
      ['web degrades'],
    ],
    [
      'pods replaced by hand wait',
      deployment({ updateStrategy: { type: 'OnDelete' } }),
      'spec.template.spec.nodeName',
      ['cart restart'],
      ['web degrades'],
    ],
    [
      'requests and limits may degrade',
      deployment({}),
      'spec.template.spec.containers[name=main].resources.limits.cpu',
      ['cart live'],
      ['web degrades'],
    ],
    [
      'a note on the pods is a restart and little else',
      deployment({}),
      'spec.template.metadata.annotations.x',
      ['cart live'],
      ['web may-degrade'],
    ],
  ])('%s', ([, after, path, seen, hit]) => {
    expect(sightings(world, changed(before, after, [path]))).toEqual(seen);
    expect(effects(world, changed(before, after, [path]))).toEqual(hit);
  });

  test('fewer replicas than before may degrade', () => {
    const [was, is] = [deployment({ replicas: 3 }), deployment({ replicas: 2 })];
    expect(effects(world, changed(was, is, ['spec.replicas']))).toEqual(['web may-degrade']);
  });

  test('pods that lose the label of their Service are lost to its callers', () => {
    const after = deployment({
      template: { metadata: { labels: { app: 'basket' } }, spec: { containers: [{ name: 'c' }] } },
    });
    const [change] = radius(world, changed(before, after, ['spec.template.metadata.labels.app'])).changes;
    expect(change?.reaches[0]?.why).toContain('Service cart no longer selects its pods');
  });

  test('one that is gone breaks its callers', () => {
    expect(effects(world, removed(before))).toEqual(['web breaks']);
    expect(effects(world, added(workload('new')))).toEqual([]);
  });
});

describe('a Service that changes', () => {
  const before = service('cart', 80, { spec: { ports: [{ port: 80 }, { port: 8080 }] } });
  const world = [workload('cart', { port: 80 }), before, ...callers];
  const with_ = (spec: JsonObject): Resource => service('cart', 80, { spec });

  test('a port that is gone breaks those who call it, not those who call another', () => {
    const after = with_({ ports: [{ port: 8080 }] });
    const change = changed(before, after, ['spec.ports[port=80,protocol=TCP]']);
    expect(sightings(world, change)).toEqual(['other live', 'robot never', 'web live']);
    expect(effects(world, change)).toEqual(['web breaks', 'other degrades']);
  });

  test('a port that leads elsewhere may break those who call it', () => {
    const after = with_({ ports: [{ port: 80, targetPort: 9999 }, { port: 8080 }] });
    expect(effects(world, changed(before, after, ['spec.ports[port=80,protocol=TCP].targetPort']))).toEqual([
      'web degrades',
      'other degrades',
    ]);
  });

  test('a new port reaches nobody', () => {
    const after = with_({ ports: [{ port: 80 }, { port: 8080 }, { port: 9090 }] });
    expect(effects(world, changed(before, after, ['spec.ports[port=9090,protocol=TCP]']))).toEqual([]);
  });

  test('a selector that finds no pods breaks every caller', () => {
    const after = with_({ selector: { app: 'cartt' }, ports: [{ port: 80 }, { port: 8080 }] });
    expect(effects(world, changed(before, after, ['spec.selector.app']))).toEqual([
      'robot breaks',
      'web breaks',
      'other breaks',
    ]);
  });

  test('labels reach nobody, and a Service that is gone breaks its callers', () => {
    expect(sightings(world, changed(before, before, ['metadata.labels.x']))).toEqual(['cart never']);
    expect(effects(world, removed(before))).toContain('web breaks');
  });
});

describe('a NetworkPolicy that changes', () => {
  const policy = (ingress: JsonObject[], extra: JsonObject = {}): Resource =>
    object('networking.k8s.io/v1 NetworkPolicy', 'cart', {
      spec: { podSelector: { matchLabels: { app: 'cart' } }, ingress, ...extra },
    });
  const from = (app: string, ports?: JsonObject[]): JsonObject => ({
    from: [{ podSelector: { matchLabels: { app } } }],
    ...(ports === undefined ? {} : { ports }),
  });
  const world = [
    ...served('cart', 80, { port: 80 }),
    callers[0] ?? workload('web'),
    workload('mobile', { env: { CART: 'http://cart:80' } }),
  ];

  test('a caller that is let in no more is cut off, the others are not', () => {
    const [was, is] = [policy([from('web'), from('mobile')]), policy([from('mobile')])];
    const change = changed(was, is, ['spec.ingress[0]']);
    expect(sightings(world, change)).toEqual(['web live']);
    expect(effects(world, change)).toEqual(['web breaks']);
  });

  test('a new policy cuts off whom it does not name, and a removed one lets them in', () => {
    expect(effects(world, added(policy([from('mobile')])))).toEqual(['web breaks']);
    expect(effects(world, removed(policy([from('mobile')])))).toEqual([]);
    const [change] = radius(world, removed(policy([from('mobile')]))).changes;
    expect(change?.reaches[0]?.why).toBe('NetworkPolicy cart now lets shop/web → shop/cart through');
  });

  test('another policy that lets the call in still counts', () => {
    const other = object('networking.k8s.io/v1 NetworkPolicy', 'open', { spec: { podSelector: {}, ingress: [{}] } });
    expect(effects([...world, other], added(policy([])))).toEqual([]);
  });

  test('the port of the pod counts, ranges and names too', () => {
    for (const ports of [[{ port: 80 }], [{ port: 70, endPort: 90 }], [{}]])
      expect(effects(world, added(policy([from('web', ports), from('mobile')])))).toEqual([]);
    for (const ports of [[{ port: 443 }], [{ port: 'admin' }], [{ port: 80, protocol: 'UDP' }]])
      expect(effects(world, added(policy([from('web', ports), from('mobile')])))).toEqual(['web breaks']);
  });

  test('a policy of egress cuts what its pods call', () => {
    const out = object('networking.k8s.io/v1 NetworkPolicy', 'web', {
      spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: [] },
    });
    expect(effects(world, added(out))).toEqual(['web breaks']);
  });

  test('another namespace is judged by its labels', () => {
    const far = workload('far', { namespace: 'edge', env: { CART: 'http://cart.shop:80' } });
    const space = object('Namespace', 'edge', { metadata: { name: 'edge', labels: { zone: 'dmz' } } }, '');
    const peer = (zone: string): Resource => policy([{ from: [{ namespaceSelector: { matchLabels: { zone } } }] }]);
    expect(effects([...served('cart', 80), far, space], added(peer('dmz')))).toEqual([]);
    expect(effects([...served('cart', 80), far, space], added(peer('lan')))).toEqual(['edge/far breaks']);
  });
});

describe('what is neither content nor program', () => {
  const app = workload('app', { pod: { serviceAccountName: 'runner' } });
  const account = (body: JsonObject): Resource => object('ServiceAccount', 'runner', body);

  test('an account is looked at when a pod is made; one that is gone is missed at once', () => {
    const change = changed(account({}), account({ imagePullSecrets: [{ name: 'x' }] }), ['imagePullSecrets']);
    expect(sightings([app], change)).toEqual(['app next-start']);
    expect(sightings([app, account({})], removed(account({})))).toEqual(['app live']);
  });

  test('rights reach those who run as a subject of the role', () => {
    const role = (verbs: string[]): Resource =>
      object('rbac.authorization.k8s.io/v1 Role', 'reader', {
        rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
      });
    const binding = object('rbac.authorization.k8s.io/v1 RoleBinding', 'b', {
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'runner' }],
    });
    const world = [app, account({}), binding, workload('bystander')];
    expect(sightings(world, changed(role(['get', 'list']), role(['get']), ['rules[0].verbs[list]']))).toEqual([
      'app live',
    ]);
    expect(sightings(world, removed(binding))).toEqual(['app live']);
  });

  test('a StorageClass reaches new volumes only', () => {
    const claim = (name: string, bound: boolean): Resource =>
      object('PersistentVolumeClaim', name, {
        spec: { storageClassName: 'fast', ...(bound ? { volumeName: 'pv1' } : {}) },
      });
    const mounting = (name: string): Resource =>
      workload(name, { pod: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: name } }] } });
    const templated = resource({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'shop' },
      spec: {
        volumeClaimTemplates: [{ spec: { storageClassName: 'fast' } }],
        template: { spec: { containers: [{ name: 'c' }] } },
      },
    });
    const fast = (value: string): Resource =>
      object('storage.k8s.io/v1 StorageClass', 'fast', { reclaimPolicy: value }, '');
    const world = [templated, claim('bound', true), mounting('bound'), claim('open', false), mounting('open')];
    expect(sightings(world, changed(fast('Delete'), fast('Retain'), ['reclaimPolicy']))).toEqual([
      'bound never',
      'db next-start',
      'open next-start',
    ]);
  });

  test('scaling and budgets take away redundancy and break nobody', () => {
    const scaler = (max: number): Resource =>
      object('autoscaling/v2 HorizontalPodAutoscaler', 'app', {
        spec: { maxReplicas: max, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' } },
      });
    const budget = object('policy/v1 PodDisruptionBudget', 'app', {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'app' } } },
    });
    expect(effects([app], changed(scaler(9), scaler(2), ['spec.maxReplicas']))).toEqual(['app may-degrade']);
    expect(effects([app, budget], removed(budget))).toEqual(['app may-degrade']);
  });

  test('a definition that is gone takes its objects with it', () => {
    const definition = object(
      'apiextensions.k8s.io/v1 CustomResourceDefinition',
      'clusters.postgresql.cnpg.io',
      { spec: { group: 'postgresql.cnpg.io', names: { kind: 'Cluster' } } },
      '',
    );
    const cluster = object('postgresql.cnpg.io/v1 Cluster', 'db', {});
    const user = workload('api', { env: { DSN: 'postgres://db-rw:5432/x' } });
    expect(effects([cluster, user, definition], removed(definition))).toEqual(['db breaks', 'api breaks']);
  });

  test('what a kind means to others is said to be unknown where it is', () => {
    const [change] = radius(
      [app],
      changed(object('example.org/v1 Thing', 'x', {}), object('example.org/v1 Thing', 'x', {}), ['spec.a']),
    ).changes;
    expect(change?.unknown).toEqual(['nothing is known of who depends on a Thing']);
  });
});
