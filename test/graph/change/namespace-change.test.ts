import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/resource/json.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { resource, served, workload } from '../world.ts';
import { added, changed, effects, radius, removed, sightings } from './changes.ts';

/** `name` has its namespace before a slash, where the kind has one. */
function object(apiVersion: string, kind: string, name: string, body: JsonObject): Resource {
  const [first = '', second] = name.split('/');
  const metadata = second === undefined ? { name: first } : { name: second, namespace: first };
  return resource({ metadata, ...body, apiVersion, kind });
}

function space(name: string, labels: Readonly<Record<string, string>>): Resource {
  return object('v1', 'Namespace', name, { metadata: { name, labels: { ...labels } } });
}

const web = workload('web', { env: { CART: 'http://cart:80' } });

describe('a namespace that changes', () => {
  test('one that is gone takes all that is in it', () => {
    const far = workload('far', { namespace: 'edge', env: { CART: 'http://cart.shop:80' } });
    expect(sightings([...served('cart', 80), web, far], removed(space('shop', {})))).toEqual(['cart live', 'web live']);
    expect(effects([...served('cart', 80), far], removed(space('shop', {})))).toContain('edge/far breaks');
  });

  test('policies select it by its labels, so other labels cut calls from it', () => {
    const far = workload('far', { namespace: 'edge', env: { CART: 'http://cart.shop:80' } });
    const policy = object('networking.k8s.io/v1', 'NetworkPolicy', 'shop/cart', {
      spec: {
        podSelector: { matchLabels: { app: 'cart' } },
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { zone: 'dmz' } } }] }],
      },
    });
    const world = [...served('cart', 80), far, policy];
    const [dmz, lan] = [space('edge', { zone: 'dmz' }), space('edge', { zone: 'lan' })];
    expect(effects(world, changed(dmz, lan, ['metadata.labels.zone']))).toEqual(['edge/far breaks']);
    expect(effects(world, changed(lan, dmz, ['metadata.labels.zone']))).toEqual([]);
    expect(effects(world, changed(dmz, space('edge', { zone: 'dmz', a: 'b' }), ['metadata.labels.a']))).toEqual([]);
  });

  test('labels of pod security and of meshes are looked at when a pod is made', () => {
    const label = 'pod-security.kubernetes.io/enforce';
    const change = changed(space('shop', {}), space('shop', { [label]: 'restricted' }), [`metadata.labels."${label}"`]);
    expect(sightings([web], change)).toEqual(['web next-start']);
    expect(effects([web], added(space('shop', {})))).toEqual([]);
  });
});

describe('what new pods are asked for', () => {
  const quota = (pods: string): Resource => object('v1', 'ResourceQuota', 'shop/q', { spec: { hard: { pods } } });

  test('a quota may refuse new pods of its namespace only', () => {
    const world = [web, workload('far', { namespace: 'edge' })];
    expect(sightings(world, changed(quota('9'), quota('1'), ['spec.hard.pods']))).toEqual(['web next-start']);
    expect(sightings(world, added(quota('1')))).toEqual(['web next-start']);
    expect(sightings(world, removed(quota('1')))).toEqual([]);
  });

  test('a range of limits changes what new pods get', () => {
    const range = object('v1', 'LimitRange', 'shop/l', { spec: { limits: [] } });
    expect(sightings([web], removed(range))).toEqual(['web next-start']);
  });

  test('a class that is gone refuses new pods that name it', () => {
    const world = [workload('fast', { pod: { priorityClassName: 'high', runtimeClassName: 'gvisor' } }), web];
    const high = object('scheduling.k8s.io/v1', 'PriorityClass', 'high', { value: 1000 });
    expect(sightings(world, removed(high))).toEqual(['fast next-start']);
    const [runc, kata] = ['runc', 'kata'].map((handler) =>
      object('node.k8s.io/v1', 'RuntimeClass', 'gvisor', { handler }),
    );
    if (runc === undefined || kata === undefined) throw new Error('two classes');
    expect(sightings(world, changed(runc, kata, ['handler']))).toEqual(['fast next-start']);
  });

  test('the default priority is that of everybody who names none', () => {
    const preset = (isDefault: boolean): Resource =>
      object('scheduling.k8s.io/v1', 'PriorityClass', 'usual', { value: 10, globalDefault: isDefault });
    expect(sightings([web], changed(preset(true), preset(false), ['globalDefault']))).toEqual(['web next-start']);
  });
});

test('what a webhook decides is said to be unknown', () => {
  const hook = (failurePolicy: string): Resource =>
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'guard', {
      webhooks: [{ name: 'a.b', failurePolicy }],
    });
  const [change] = radius([web], changed(hook('Ignore'), hook('Fail'), ['webhooks[name=a.b].failurePolicy'])).changes;
  expect(change?.unknown).toEqual([expect.stringContaining('decided by its program')]);
});

test('a version of a kind that is no longer served is missed by who asks for it', () => {
  const definition = (...names: string[]): Resource =>
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'clusters.postgresql.cnpg.io', {
      spec: {
        group: 'postgresql.cnpg.io',
        names: { kind: 'Cluster' },
        versions: ['v1', 'v2'].map((name) => ({ name, served: names.includes(name) })),
      },
    });
  const db = object('postgresql.cnpg.io/v1', 'Cluster', 'shop/pg', { spec: {} });
  const change = changed(definition('v1', 'v2'), definition('v2'), ['spec.versions[name=v1].served']);
  expect(sightings([db], change).map((line) => line.split(' ')[1])).toEqual(['live']);
});
