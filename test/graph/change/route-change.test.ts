import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/resource/json.ts';
import type { Resource } from '../../../src/resource/resource.ts';
import { resource, served } from '../world.ts';
import { changed, radius } from './changes.ts';

type Rule = readonly [host: string, path: string, service: string];

const kinds: Readonly<Record<string, (rules: readonly Rule[]) => Resource>> = {
  Ingress: (rules) =>
    route('networking.k8s.io/v1', 'Ingress', {
      rules: rules.map(([host, path, name]) => ({
        host,
        http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
      })),
    }),
  HTTPRoute: (rules) =>
    route('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      parentRefs: [{ name: 'edge' }],
      hostnames: [...new Set(rules.map(([host]) => host))],
      rules: rules.map(([, value, name]) => ({ matches: [{ path: { value } }], backendRefs: [{ name, port: 80 }] })),
    }),
  VirtualService: (rules) =>
    route('networking.istio.io/v1', 'VirtualService', {
      gateways: ['edge'],
      hosts: [...new Set(rules.map(([host]) => host))],
      http: rules.map(([, prefix, host]) => ({ match: [{ uri: { prefix } }], route: [{ destination: { host } }] })),
    }),
};

function route(apiVersion: string, kind: string, spec: JsonObject): Resource {
  return resource({ apiVersion, kind, metadata: { name: 'front', namespace: 'shop' }, spec });
}

const gateways = ['gateway.networking.k8s.io/v1', 'networking.istio.io/v1'].map((apiVersion) =>
  resource({ apiVersion, kind: 'Gateway', metadata: { name: 'edge', namespace: 'shop' }, spec: {} }),
);
const world = [...gateways, ...served('cart', 80), ...served('pay', 80)];
const both: readonly Rule[] = [
  ['shop.io', '/cart', 'cart'],
  ['shop.io', '/pay', 'pay'],
];

describe.for(Object.keys(kinds))('a changed %s', (kind) => {
  const of = (rules: readonly Rule[]): Resource => kinds[kind]?.(rules) ?? route('v1', kind, {});
  const whys = (after: Resource, path = 'spec'): string[] => {
    const before = of(both);
    return radius([...world, before], changed(before, after, [path])).changes.flatMap(({ reaches }) =>
      reaches.map(({ why }) => why),
    );
  };

  test('a path that is gone answers nobody', () => {
    expect(whys(of(both.slice(0, 1)))).toEqual(['no longer answers for shop.io/pay']);
  });

  test('a path may lead elsewhere', () => {
    const after = of([both[0] ?? ['', '', ''], ['shop.io', '/pay', 'cart']]);
    expect(whys(after)).toEqual(['leads shop.io/pay elsewhere']);
  });

  test('a new path may take from an old one', () => {
    expect(whys(of([...both, ['shop.io', '/cart/new', 'pay']]))).toEqual(['answers for shop.io/cart/new too']);
  });

  test('anything else is told as before', () => {
    expect(whys(of(both), 'spec.other')).toEqual(['its content changed']);
    expect(whys(of(both), 'metadata.labels.x')).toEqual(['only labels or notes changed']);
  });
});

test('what the server fills in leads nowhere else', () => {
  const before = kinds['HTTPRoute']?.(both) ?? route('v1', 'HTTPRoute', {});
  const filled = route('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    parentRefs: [{ name: 'edge' }],
    hostnames: ['shop.io'],
    rules: both.map(([, value, name]) => ({
      backendRefs: [{ weight: 1, kind: 'Service', group: '', port: 80, name }],
      matches: [{ path: { type: 'PathPrefix', value } }],
    })),
  });
  const [change] = radius([...world, before], changed(before, filled, ['spec.rules'])).changes;
  expect(change?.reaches.map(({ why }) => why)).toEqual(['its content changed']);
});
