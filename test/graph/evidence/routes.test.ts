import { describe, expect, test } from 'vitest';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import type { JsonObject } from '../../../src/resource/json.ts';
import { findings, graphOf, lines, pairs, resource, resources, served, service, workload } from '../world.ts';

const apps = [...served('web', 80), ...served('api', 8080)];

function object(apiVersion: string, kind: string, name: string, spec: JsonObject) {
  return resource({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec });
}

describe('what routes say', () => {
  const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', 'edge', { listeners: [] });
  test.each([
    [
      'an Ingress of today',
      [
        object('networking.k8s.io/v1', 'Ingress', 'edge', {
          rules: [{ http: { paths: [{ backend: { service: { name: 'web' } } }] } }],
        }),
      ],
      'ingress/edge -> web route http',
    ],
    [
      'an Ingress of old',
      [object('extensions/v1beta1', 'Ingress', 'edge', { backend: { serviceName: 'web', servicePort: 80 } })],
      'ingress/edge -> web route http',
    ],
    [
      'Gateway API',
      [
        gateway,
        object('gateway.networking.k8s.io/v1', 'GRPCRoute', 'r', {
          parentRefs: [{ name: 'edge' }],
          rules: [{ backendRefs: [{ name: 'api', port: 8080 }] }],
        }),
      ],
      'gateway/edge -> api route grpc',
    ],
    [
      'Gateway API in a mesh',
      [
        object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'r', {
          parentRefs: [{ kind: 'Service', group: '', name: 'web' }],
          rules: [{ backendRefs: [{ name: 'api' }] }],
        }),
      ],
      'web -> api route http',
    ],
    [
      'Istio at the edge',
      [
        object('networking.istio.io/v1', 'Gateway', 'edge', { servers: [] }),
        object('networking.istio.io/v1', 'VirtualService', 'v', {
          hosts: ['*'],
          gateways: ['edge'],
          http: [{ route: [{ destination: { host: 'web' } }] }],
        }),
      ],
      'gateway/edge -> web route http',
    ],
    [
      'Istio in the mesh',
      [
        object('networking.istio.io/v1', 'VirtualService', 'v', {
          hosts: ['web'],
          http: [{ route: [{ destination: { host: 'api.shop.svc.cluster.local' } }] }],
        }),
      ],
      'web -> api route http',
    ],
    [
      'Traefik',
      [
        object('traefik.io/v1alpha1', 'IngressRoute', 'edge', {
          routes: [
            {
              services: [
                { name: 'web', port: 80 },
                { kind: 'TraefikService', name: 'api@internal' },
              ],
            },
          ],
        }),
      ],
      'ingressroute/edge -> web route http',
    ],
    [
      'Contour',
      [object('projectcontour.io/v1', 'HTTPProxy', 'edge', { routes: [{ services: [{ name: 'web' }] }] })],
      'httpproxy/edge -> web route http',
    ],
    [
      'OpenShift',
      [object('route.openshift.io/v1', 'Route', 'edge', { to: { kind: 'Service', name: 'web' } })],
      'route/edge -> web route http',
    ],
  ])('%s', (_name, objects, line) => {
    const graph = graphOf(apps, objects);
    expect(lines(graph, ['route'])).toEqual([line]);
    expect(findings(graph)).toEqual([]);
  });

  test('a TraefikService stands between a route and the Services it spreads over; a mirror is not waited for', () => {
    const graph = graphOf(
      apps,
      served('copy', 80),
      object('traefik.io/v1alpha1', 'IngressRoute', 'edge', {
        routes: [
          {
            services: [
              { kind: 'TraefikService', name: 'spread' },
              { kind: 'TraefikService', name: 'none' },
            ],
          },
        ],
      }),
      object('traefik.io/v1alpha1', 'TraefikService', 'spread', {
        weighted: {
          services: [
            { name: 'web', port: 80 },
            { kind: 'TraefikService', name: 'mirrored' },
          ],
        },
      }),
      object('traefik.io/v1alpha1', 'TraefikService', 'mirrored', {
        mirroring: { name: 'api', port: 8080, mirrors: [{ name: 'copy', port: 80, percent: 10 }] },
      }),
    );
    expect(lines(graph, ['route'])).toEqual([
      'ingressroute/edge -> traefikservice/spread route http',
      'traefikservice/mirrored -> api route http',
      'traefikservice/mirrored -> copy route http',
      'traefikservice/spread -> traefikservice/mirrored route http',
      'traefikservice/spread -> web route http',
    ]);
    expect(findings(graph).join()).toContain('TraefikService none');
  });

  test('a route to a Service that does not exist is a finding', () => {
    const graph = graphOf(
      object('networking.k8s.io/v1', 'Ingress', 'edge', { defaultBackend: { service: { name: 'gone' } } }),
    );
    expect(findings(graph)).toEqual([
      'ingress/edge: routes to Service gone: no Service gone in namespace shop of these manifests',
    ]);
  });

  test('the pods of an Istio gateway carry its routes', () => {
    const pods = workload('istio-ingressgateway', { namespace: 'istio-system' });
    const graph = graphOf(
      pods,
      object('networking.istio.io/v1', 'Gateway', 'edge', { selector: { app: 'istio-ingressgateway' }, servers: [] }),
    );
    expect(pairs(graph, ['route'])).toEqual(['gateway/edge -> istio-system/istio-ingressgateway']);
  });
});

describe('a NetworkPolicy permits and proves nothing', () => {
  const policy = (spec: JsonObject) => object('networking.k8s.io/v1', 'NetworkPolicy', 'p', spec);
  const allow = policy({
    podSelector: { matchLabels: { app: 'api' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
  });

  test('alone it gives an edge of little confidence that is no call', () => {
    const graph = graphOf(apps, allow);
    expect(pairs(graph)).toEqual([]);
    const [edge] = graphDocument(graph).edges.filter(({ layer }) => layer === 'route');
    expect(edge).toMatchObject({
      from: 'shop/web',
      to: 'shop/api',
      confidence: 0.35,
      evidence: [{ kind: 'permitted' }],
    });
  });

  test('beside a call it is more evidence for the call', () => {
    const graph = graphOf(apps, allow, workload('web', { env: { API_URL: 'http://api:8080' } }));
    const edges = graphDocument(graph).edges.filter(({ layer }) => layer !== 'config');
    expect(edges.map(({ layer, evidence }) => [layer, evidence.map(({ kind }) => kind)])).toEqual([
      ['call', ['declared', 'permitted']],
    ]);
  });

  test('one that selects nothing is a finding', () => {
    const graph = graphOf(apps, policy({ podSelector: { matchLabels: { app: 'apis' } } }));
    expect(findings(graph)).toEqual(['networkpolicy/p: NetworkPolicy p: it selects no pod of these manifests']);
  });

  test('a policy for every pod permits no pair, but everybody depends on it', () => {
    const graph = graphOf(apps, policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }));
    expect(pairs(graph, ['route'])).toEqual([]);
    expect(pairs(graph, ['config'])).toEqual(['api -> networkpolicy/p', 'web -> networkpolicy/p']);
  });
});

describe('what people say', () => {
  const says = (text: string) => workload('web', { annotations: { 'mooring.dev/depends-on': text } });

  test('names with strengths', () => {
    const graph = graphOf(
      served('api', 80),
      served('db', 5432, { image: 'postgres:16' }),
      says('api=soft, db; api.partner.com=hard'),
    );
    expect(lines(graph)).toEqual([
      'web -> external:api.partner.com call ?',
      'web -> api call ?',
      'web -> db data postgres',
    ]);
    expect(graphDocument(graph).edges.map(({ strength }) => strength)).toEqual(['hard', 'soft', 'unknown']);
  });

  test('a human strength overrules a guess', () => {
    const init = [{ name: 'w', image: 'busybox', command: ['nc', '-z', 'api', '80'] }];
    const web = workload('web', {
      annotations: { 'mooring.dev/depends-on': 'api=soft' },
      pod: { initContainers: init },
    });
    expect(graphDocument(graphOf(served('api', 80), web)).edges[0]).toMatchObject({ strength: 'soft' });
  });

  test.each(['nobody', 'api=maybe', '(a+)+$'.repeat(3), '\u001b[31mapi', '../../x'])('%j is a finding', (text) => {
    const graph = graphOf(served('api', 80), says(text));
    expect(pairs(graph)).toEqual([]);
    expect(findings(graph)).toHaveLength(1);
  });

  test('names of other namespaces, and workers that no Service stands before', () => {
    const graph = graphOf(
      served('api', 80),
      served('ads', 80, { namespace: 'marketing' }),
      workload('worker'),
      workload('cleaner', { namespace: 'marketing' }),
      says('marketing/ads=soft, worker=async, marketing/cleaner, shop/api'),
    );
    expect(pairs(graph).map((pair) => pair.replace('web -> ', ''))).toEqual([
      'marketing/ads',
      'marketing/cleaner',
      'api',
      'worker',
    ]);
    expect(findings(graph)).toEqual([]);
  });

  test('an unknown importance is a finding', () => {
    const graph = graphOf(workload('web', { annotations: { 'mooring.dev/criticality': 'urgent hunter2' } }));
    expect(findings(graph).join()).toMatch(/criticality: what it says is none of critical, high, medium, low/);
    expect(findings(graph).join()).not.toContain('hunter2');
  });

  test('what stands on the live object alone makes nothing softer, and says so', () => {
    const edgeOf = (text: string) => {
      const web = { ...says(text), liveAnnotations: ['mooring.dev/depends-on'] };
      return graphDocument(graphOf(served('api', 80), web)).edges[0];
    };
    expect(edgeOf('api=soft')).toMatchObject({ strength: 'unknown', confidence: 0.7 });
    expect(edgeOf('api=hard')).toMatchObject({ strength: 'hard', confidence: 0.7 });
    expect(edgeOf('api')?.evidence[0]?.what).toBe(
      'annotation mooring.dev/depends-on on the live object only, not in Git',
    );
  });

  test('a megabyte of names is cut', () => {
    expect(findings(graphOf(says('a,'.repeat(500_000)))).length).toBeLessThanOrEqual(100);
  });
});

describe('configuration objects', () => {
  test('what a workload mounts or reads, hard unless optional', () => {
    const yaml = `
apiVersion: v1
kind: ConfigMap
metadata: { name: flags, namespace: shop }
---
apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: shop }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly, namespace: shop }
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: web
          containers:
            - name: main
              image: shop/nightly
              envFrom: [{ configMapRef: { name: flags } }, { secretRef: { name: keys, optional: true } }]
              env: [{ name: X, valueFrom: { configMapKeyRef: { name: gone, key: x } } }]
`;
    const graph = graphOf(resources(yaml));
    expect(graphDocument(graph).edges.map(({ to, strength }) => [to, strength])).toEqual([
      ['shop/configmap/flags', 'hard'],
      ['shop/secret/keys', 'soft'],
      ['shop/serviceaccount/web', 'hard'],
    ]);
    expect(findings(graph)).toEqual([
      'nightly: env X from ConfigMap gone: no ConfigMap gone in namespace shop of these manifests',
    ]);
  });

  test('Flux says what is applied after what', () => {
    const flux = (name: string, dependsOn: JsonObject[]) =>
      object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', name, { dependsOn });
    expect(pairs(graphOf(flux('apps', [{ name: 'infra' }]), flux('infra', [])), ['config'])).toEqual([
      'kustomization/apps -> kustomization/infra',
    ]);
  });

  test('a Service nobody stands behind is still a place', () => {
    expect(pairs(graphOf(service('api', 80), workload('web', { env: { U: 'http://api' } })))).toEqual(['web -> api']);
  });
});
