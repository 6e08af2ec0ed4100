import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/resource/json.ts';
import { odd } from './hostile-texts.ts';

/** Objects that have the shape that readers expect, with something else at any place. */
export interface Shape {
  readonly apiVersion: string;
  readonly kind: string;
  readonly annotations: JsonObject;
  readonly spec: JsonValue;
}

const wrong: fc.Arbitrary<JsonValue> = fc.oneof(
  odd,
  fc.constantFrom<JsonValue>(null, true, -1, 1e21, '', 'web', [], {}, [null], { a: [] }, ['web', 7]),
);
/** Mostly what belongs there. */
function maybe(right: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc.oneof({ weight: 24, arbitrary: right }, { weight: 1, arbitrary: wrong });
}
function one(...values: readonly JsonValue[]): fc.Arbitrary<JsonValue> {
  return maybe(fc.constantFrom(...values));
}
function list(item: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return maybe(fc.array(item, { maxLength: 3 }));
}
function members(shape: Readonly<Record<string, fc.Arbitrary<JsonValue>>>): fc.Arbitrary<JsonValue> {
  const entries = Object.entries(shape).map(([key, value]) =>
    fc.option(value, { nil: undefined }).map((held) => (held === undefined ? [] : [[key, held] as const])),
  );
  return maybe(fc.tuple(...entries).map((held) => Object.fromEntries(held.flat())));
}

const name = one('web', 'cart', 'ads', 'nobody', 'Web', 'ads@internal');
const namespace = one('shop', 'marketing', 'nowhere');
const host = one(
  'web',
  'cart.shop',
  'ads.shop.svc.cluster.local',
  '*',
  '*.shop.svc.cluster.local',
  'api.partner.com',
  'gone',
);
const weight = one(0, 1, 90, -5, 1e9);
const duration = one('1s', '0s', '1m30s', '999999999h', '500ms', '1.5', 'never');
const count = one(0, 1, 3, 10_000, '3');
const labels = members({ app: one('web', 'cart'), 'kubernetes.io/metadata.name': namespace });
const selector = members({
  matchLabels: labels,
  matchExpressions: list(members({ key: name, operator: one('In', 'Exists'), values: list(name) })),
});
const reference = members({
  name,
  namespace,
  kind: one('Service', 'Service', 'Service', 'Gateway', 'TraefikService', 'Middleware'),
  group: one('', 'gateway.networking.k8s.io'),
  port: count,
  weight,
});
const destination = members({ destination: members({ host, port: members({ number: count }), subset: name }), weight });
const policy = members({
  outlierDetection: members({ consecutive5xxErrors: count, baseEjectionTime: duration }),
  connectionPool: members({ tcp: members({ maxConnections: count }), http: members({ http2MaxRequests: count }) }),
});
const peers = list(
  members({
    podSelector: selector,
    namespaceSelector: selector,
    ipBlock: members({ cidr: one('10.0.0.0/8', '::/0', '300.1.1.1/99') }),
  }),
);
const ports = list(members({ port: one(80, 'http', 99_999), endPort: count, protocol: one('TCP', 'UDP') }));
const entityName = one(
  'component:default/web',
  'component:cart',
  'api:default/a',
  ':::',
  'resource:x/y/z',
  'Component:WEB',
);

/** What each kind looks like, by apiVersion and kind. */
const specs: readonly (readonly [string, string, fc.Arbitrary<JsonValue>])[] = [
  [
    'networking.istio.io/v1',
    'VirtualService',
    members({
      hosts: list(host),
      gateways: list(one('mesh', 'edge', 'shop/edge', '/', 'a/b/c')),
      http: list(
        members({
          route: list(destination),
          mirror: members({ host }),
          mirrors: list(destination),
          timeout: duration,
          retries: members({ attempts: count, perTryTimeout: duration }),
          fault: members({
            abort: members({ httpStatus: count, percentage: members({ value: weight }) }),
            delay: members({ fixedDelay: duration }),
          }),
          match: list(members({ uri: members({ prefix: one('/') }) })),
        }),
      ),
      tcp: list(members({ route: list(destination) })),
    }),
  ],
  [
    'networking.istio.io/v1',
    'DestinationRule',
    members({ host, trafficPolicy: policy, subsets: list(members({ name, trafficPolicy: policy })) }),
  ],
  ['networking.istio.io/v1', 'Gateway', members({ selector: labels, servers: list(members({ hosts: list(host) })) })],
  [
    'networking.istio.io/v1',
    'ServiceEntry',
    members({ hosts: list(host), endpoints: list(members({ address: host })) }),
  ],
  [
    'gateway.networking.k8s.io/v1',
    'HTTPRoute',
    members({
      parentRefs: list(reference),
      rules: list(
        members({
          backendRefs: list(reference),
          filters: list(members({ requestMirror: members({ backendRef: reference }) })),
          timeouts: members({ request: duration, backendRequest: duration }),
          retry: members({ attempts: count }),
        }),
      ),
    }),
  ],
  [
    'traefik.io/v1alpha1',
    'IngressRoute',
    members({ routes: list(members({ services: list(reference), middlewares: list(reference) })) }),
  ],
  [
    'traefik.io/v1alpha1',
    'TraefikService',
    members({
      weighted: members({ services: list(reference) }),
      mirroring: members({ name, mirrors: list(reference) }),
    }),
  ],
  [
    'traefik.io/v1alpha1',
    'Middleware',
    members({
      retry: members({ attempts: count }),
      circuitBreaker: members({ expression: one('x > 1') }),
      inFlightReq: members({ amount: count }),
    }),
  ],
  [
    'networking.k8s.io/v1',
    'Ingress',
    members({
      defaultBackend: members({ service: members({ name }) }),
      rules: list(
        members({
          host,
          http: members({ paths: list(members({ backend: members({ service: members({ name }) }) })) }),
        }),
      ),
    }),
  ],
  [
    'networking.k8s.io/v1',
    'NetworkPolicy',
    members({
      podSelector: selector,
      policyTypes: list(one('Ingress', 'Egress')),
      ingress: list(members({ from: peers, ports })),
      egress: list(members({ to: peers, ports })),
    }),
  ],
  [
    'linkerd.io/v1alpha2',
    'ServiceProfile',
    members({ routes: list(members({ name, isRetryable: one(true, false, 'true'), timeout: duration })) }),
  ],
  [
    'dapr.io/v1alpha1',
    'Resiliency',
    members({
      policies: members({
        timeouts: members({ t: duration }),
        retries: members({ r: members({ maxRetries: count }) }),
        circuitBreakers: members({ c: members({ trip: one('x > 5') }) }),
      }),
      targets: members({
        apps: members({
          web: members({ timeout: one('t', '__proto__'), retry: one('r'), circuitBreaker: one('c') }),
          cart: members({ timeout: one('constructor') }),
        }),
      }),
    }),
  ],
  [
    'backstage.io/v1alpha1',
    'Component',
    members({
      type: one('service'),
      owner: one('team'),
      system: one('shop'),
      dependsOn: list(entityName),
      dependencyOf: list(entityName),
      consumesApis: list(entityName),
      providesApis: list(entityName),
    }),
  ],
  ['backstage.io/v1alpha1', 'Resource', members({ type: one('database'), dependencyOf: list(entityName) })],
];

const annotations = fc.dictionary(
  fc.constantFrom(
    'nginx.ingress.kubernetes.io/proxy-read-timeout',
    'nginx.ingress.kubernetes.io/proxy-next-upstream-tries',
    'retry.linkerd.io/http',
    'retry.linkerd.io/limit',
    'timeout.linkerd.io/request',
    'backstage.io/kubernetes-id',
    'backstage.io/kubernetes-label-selector',
    'mooring.dev/criticality',
    'mooring.dev/tier',
  ),
  fc.oneof(fc.constantFrom('5', '5xx', '2s', 'high', 'app=web', '-1', '9'.repeat(40)), odd),
  { maxKeys: 3 },
);

/** Routing objects, policies and entities of a catalogue. */
export const hostileShape: fc.Arbitrary<Shape> = fc.oneof(
  ...specs.map(([apiVersion, kind, spec]) =>
    fc.record({ apiVersion: fc.constant(apiVersion), kind: fc.constant(kind), annotations, spec }),
  ),
);
