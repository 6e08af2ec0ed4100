import { describe, expect, test } from 'vitest';
import { formatDomains } from '../../../src/cli/graph/domains-output.ts';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { updateGraph } from '../../../src/graph/build-graph.ts';
import type { DependencyGraph } from '../../../src/graph/dependency-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { graphDomains } from '../../../src/graph/graph-domains.ts';
import { builtAt, findings, graphOf, resources, served, workload } from '../world.ts';

const env = { U: 'http://pay', V: 'http://ads' };
const shop = () => [
  ...served('web', 80, { env }),
  ...served('pay', 80, { env: { D: 'http://bank' } }),
  ...served('bank', 80),
  ...served('ads', 80),
];

/** What is said of the calls between two, as lines. */
function said(graph: DependencyGraph, from: string, to: string): string[] {
  const edges = graphDocument(graph).edges.filter((edge) => edge.from === `shop/${from}` && edge.to === `shop/${to}`);
  return edges.flatMap(({ resilience = [] }) => resilience.map(({ kind, what }) => `${kind}: ${what}`));
}

function object(apiVersion: string, kind: string, name: string, rest: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n${rest}\n`;
}

const istio = 'networking.istio.io/v1';
const virtualService = (rest: string, more = 'hosts: [pay]'): string =>
  object(istio, 'VirtualService', 'pay', `spec: {${more}, http: [{route: [{destination: {host: pay}}], ${rest}}]}`);

describe('what a mesh does to calls', () => {
  test.each<[what: string, yaml: string, lines: string[]]>([
    [
      'a VirtualService in the mesh',
      virtualService('timeout: 2s, retries: {attempts: 3, perTryTimeout: 500ms}'),
      [
        'retries: calls that fail are tried 4 times in all, 500ms each (VirtualService pay)',
        'timeout: calls give up after 2s (VirtualService pay)',
      ],
    ],
    [
      'one that matches some requests',
      virtualService('timeout: 1m30s, match: [{uri: {prefix: /slow}}]'),
      ['timeout: calls give up after 1m30s where its match fits (VirtualService pay)'],
    ],
    ['retries that are switched off, and no limit', virtualService('timeout: 0s, retries: {attempts: 0}'), []],
    [
      'a DestinationRule',
      object(
        istio,
        'DestinationRule',
        'pay',
        'spec: {host: pay.shop.svc.cluster.local, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 3, baseEjectionTime: 1m}, connectionPool: {tcp: {maxConnections: 100}}}, subsets: [{name: v1, trafficPolicy: {outlierDetection: {}}}]}',
      ),
      [
        'breaker: a pod of subset v1 that fails 5 times in a row gets no calls for 30s (DestinationRule pay)',
        'breaker: a pod that fails 3 times in a row gets no calls for 1m (DestinationRule pay)',
        'limit: at most 100 connections, more are refused (DestinationRule pay)',
      ],
    ],
    [
      'a ServiceProfile of Linkerd',
      object(
        'linkerd.io/v1alpha2',
        'ServiceProfile',
        'pay.shop.svc.cluster.local',
        'spec: {routes: [{name: GET /, isRetryable: true, timeout: 300ms}, {name: POST /}]}',
      ),
      [
        'retries: calls that fail are tried again within a budget on route GET / (ServiceProfile pay.shop.svc.cluster.local)',
        'timeout: calls give up after 300ms on route GET / (ServiceProfile pay.shop.svc.cluster.local)',
      ],
    ],
    [
      'a route of the Gateway API on a Service',
      object(
        'gateway.networking.k8s.io/v1',
        'HTTPRoute',
        'pay',
        'spec: {parentRefs: [{kind: Service, group: "", name: pay}], rules: [{timeouts: {request: 5s, backendRequest: 1s}, retry: {codes: [503], attempts: 2}, backendRefs: [{name: pay, port: 80}]}]}',
      ),
      [
        'retries: calls that fail are tried 3 times in all (HTTPRoute pay)',
        'timeout: calls give up after 1s, each try (HTTPRoute pay)',
        'timeout: calls give up after 5s (HTTPRoute pay)',
      ],
    ],
    [
      'a Resiliency of Dapr',
      object(
        'dapr.io/v1alpha1',
        'Resiliency',
        'r',
        'spec: {policies: {timeouts: {general: 5s}, retries: {again: {policy: constant, maxRetries: 4}}, circuitBreakers: {cb: {trip: consecutiveFailures > 5}}}, targets: {apps: {pay: {timeout: general, retry: again, circuitBreaker: cb}, ghost: {timeout: general}}}}',
      ),
      [
        'breaker: no calls for a while when consecutiveFailures > 5 (Resiliency r)',
        'retries: calls that fail are tried 5 times in all (Resiliency r)',
        'timeout: calls give up after 5s (Resiliency r)',
      ],
    ],
  ])('%s', (_what, yaml, lines) => {
    expect(said(graphOf(shop(), resources(yaml)), 'web', 'pay')).toEqual(lines);
    expect(said(graphOf(shop(), resources(yaml)), 'web', 'ads')).toEqual([]);
  });

  test('annotations of a Service tell Linkerd', () => {
    const [deployment, service] = served('pay', 80);
    const annotations = {
      'retry.linkerd.io/http': '5xx',
      'retry.linkerd.io/limit': '2',
      'timeout.linkerd.io/request': '4s',
      'balancer.linkerd.io/failure-accrual': 'consecutive',
    };
    const named = [deployment, service].flatMap((each) =>
      each?.id.kind === 'Service'
        ? { ...each, body: { ...each.body, metadata: { name: 'pay', namespace: 'shop', annotations } } }
        : (each ?? []),
    );
    expect(said(graphOf(workload('web', { env: { U: 'http://pay' } }), named), 'web', 'pay')).toEqual([
      'breaker: a pod that fails 7 times in a row gets no calls for a while (Service pay)',
      'retries: calls that fail are tried 3 times in all (Service pay)',
      'timeout: calls give up after 4s (Service pay)',
    ]);
  });

  test('limits of a gateway are those of its own calls', () => {
    const gateway = object(istio, 'Gateway', 'edge', 'spec: {servers: []}');
    const edge = virtualService('timeout: 9s', 'hosts: ["*"], gateways: [edge]');
    const nginx = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop, annotations: {nginx.ingress.kubernetes.io/proxy-read-timeout: "600", nginx.ingress.kubernetes.io/proxy-next-upstream-tries: "3"}}
spec: {rules: [{http: {paths: [{backend: {service: {name: web}}}]}}]}
`;
    const traefik = `${object('traefik.io/v1alpha1', 'IngressRoute', 'tr', 'spec: {routes: [{middlewares: [{name: again}], services: [{name: ads}]}]}')}---
${object('traefik.io/v1alpha1', 'Middleware', 'again', 'spec: {retry: {attempts: 4}, circuitBreaker: {expression: "NetworkErrorRatio() > 0.3"}}')}`;
    const graph = graphOf(shop(), resources([gateway, edge, nginx, traefik].join('---\n')));
    expect(said(graph, 'web', 'pay')).toEqual([]);
    expect(said(graph, 'gateway/edge', 'pay')).toEqual(['timeout: calls give up after 9s (VirtualService pay)']);
    expect(said(graph, 'ingress/front', 'web')).toEqual([
      'retries: calls that fail are tried 3 times in all (Ingress front)',
      'timeout: calls give up after 600s without an answer (Ingress front)',
    ]);
    expect(said(graph, 'ingressroute/tr', 'ads')).toEqual([
      'breaker: no calls for a while when NetworkErrorRatio() > 0.3 by Middleware again (IngressRoute tr)',
      'retries: calls that fail are tried 4 times in all by Middleware again (IngressRoute tr)',
    ]);
  });

  test('is told where a blast radius rests on it, and changes no figure', () => {
    const plain = blastRadius(graphOf(shop()), 'pay').affected.find(({ id }) => id === 'shop/web');
    const graph = graphOf(shop(), resources(virtualService('timeout: 2s')));
    const limited = blastRadius(graph, 'pay').affected.find(({ id }) => id === 'shop/web');
    expect(limited?.probability).toBe(plain?.probability);
    expect(limited?.evidence.join()).toMatch(/calls give up after 2s \(VirtualService pay\)/);
  });

  test('goes with the object that said it, and comes back', () => {
    const [rule] = resources(virtualService('timeout: 2s'));
    const graph = graphOf(shop());
    if (rule === undefined) throw new Error('no resource');
    updateGraph(graph, { changed: [rule], removed: [], builtAt });
    expect(said(graph, 'web', 'pay')).toHaveLength(1);
    updateGraph(graph, { changed: [], removed: [rule.id], builtAt });
    expect(said(graph, 'web', 'pay')).toEqual([]);
    expect(graph.ledger.guards.size).toBe(0);
  });

  test('a Middleware that comes later is taken in', () => {
    const [route, middleware] = resources(
      `${object('traefik.io/v1alpha1', 'IngressRoute', 'tr', 'spec: {routes: [{middlewares: [{name: again}], services: [{name: ads}]}]}')}---
${object('traefik.io/v1alpha1', 'Middleware', 'again', 'spec: {retry: {attempts: 4}}')}`,
    );
    if (route === undefined || middleware === undefined) throw new Error('no resource');
    const graph = graphOf(shop(), [route]);
    updateGraph(graph, { changed: [middleware], removed: [], builtAt });
    expect(said(graph, 'ingressroute/tr', 'ads')).toHaveLength(1);
  });
});

describe('findings', () => {
  test.each([
    [
      'a DestinationRule for nobody',
      object(istio, 'DestinationRule', 'd', 'spec: {host: gone, trafficPolicy: {outlierDetection: {}}}'),
      /applies to host gone.*no Service gone in namespace shop/,
    ],
    [
      'a ServiceProfile for nobody',
      object('linkerd.io/v1alpha2', 'ServiceProfile', 'gone.shop.svc.cluster.local', 'spec: {routes: []}'),
      /applies to host gone\.shop.*no Service gone/,
    ],
    [
      'a route to nobody',
      object(istio, 'VirtualService', 'v', 'spec: {hosts: [pay], http: [{route: [{destination: {host: gone}}]}]}'),
      /routes to host gone.*no Service gone/,
    ],
    [
      'a fault on purpose',
      virtualService('fault: {abort: {httpStatus: 503, percentage: {value: 12.5}}, delay: {fixedDelay: 7s}}'),
      /injects a fault: 100 % of calls are delayed by 7s on purpose\n.*12\.5 % of calls are answered with 503 on purpose/,
    ],
  ])('%s', (_what, yaml, finding) => {
    expect(findings(graphOf(shop(), resources(yaml))).join('\n')).toMatch(finding);
  });

  test('hosts outside, wildcards and namespaces that the manifests do not know are none', () => {
    const rules = ['api.partner.com', '"*.shop.svc.cluster.local"', 'x.elsewhere.svc.cluster.local'].map(
      (host, index) =>
        object(istio, 'DestinationRule', `d${index}`, `spec: {host: ${host}, trafficPolicy: {outlierDetection: {}}}`),
    );
    expect(findings(graphOf(shop(), resources(rules.join('---\n'))))).toEqual([]);
  });
});

describe('several backends', () => {
  const weighted = (one: string, other: string): string =>
    object(
      istio,
      'VirtualService',
      'v',
      `spec: {hosts: [web], http: [{route: [{destination: {host: pay}${one}}, {destination: {host: ads}${other}}]}]}`,
    );
  const strengths = (yaml: string): Record<string, string> =>
    Object.fromEntries(
      graphDocument(graphOf(served('web', 80), served('pay', 80), served('ads', 80), resources(yaml)))
        .edges.filter(({ layer }) => layer === 'route')
        .map(({ to, strength }) => [to, strength]),
    );

  test('the one that gets most is needed', () => {
    expect(strengths(weighted(', weight: 90', ', weight: 10'))).toMatchObject({
      'shop/pay': 'hard',
      'shop/ads': 'soft',
    });
    expect(strengths(weighted('', ''))).toMatchObject({ 'shop/pay': 'soft', 'shop/ads': 'soft' });
    expect(strengths(weighted(', weight: 100', ', weight: 0'))).toMatchObject({
      'shop/pay': 'hard',
      'shop/ads': 'soft',
    });
  });

  test('nobody waits for a mirror', () => {
    const graph = graphOf(
      served('web', 80),
      served('pay', 80),
      served('ads', 80),
      resources(virtualService('mirror: {host: ads}')),
    );
    expect(graphDocument(graph).edges.find(({ to, layer }) => to === 'shop/ads' && layer === 'route')?.strength).toBe(
      'async',
    );
    expect(blastRadius(graph, 'ads').affected.filter(({ probability }) => probability > 0.05)).toEqual([]);
  });
});

describe('limits together', () => {
  const retry = (host: string, timeout: string): string =>
    object(
      istio,
      'VirtualService',
      host,
      `spec: {hosts: [${host}], http: [{timeout: ${timeout}, retries: {attempts: 3}, route: [{destination: {host: ${host}}}]}]}`,
    );

  test('retries multiply, and a caller gives up before what stands behind its callee', () => {
    const graph = graphOf(shop(), resources([retry('pay', '2s'), retry('bank', '1s')].join('---\n')));
    const domains = graphDomains(graph);
    expect(domains.resilience).toEqual({
      retryChains: [{ path: ['shop/web', 'shop/pay', 'shop/bank'], calls: 16 }],
      timeoutInversions: [{ caller: 'shop/web', callee: 'shop/pay', behind: 'shop/bank', waits: 2000, needs: 4000 }],
    });
    expect(formatDomains(domains, { colour: false, columns: 100 }, 10)).toContain(
      `Retries that multiply: calls to the last for one of the first
  16: shop/web → shop/pay → shop/bank

Timeouts that end before those behind them
  shop/web waits 2 s for shop/pay, which may wait 4 s for shop/bank
`,
    );
  });

  test('circles and meshes of everybody with everybody come to an end', () => {
    const names = Array.from({ length: 24 }, (_, index) => `s${index}`);
    const all = Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}`]));
    const rules = names.map((name) => retry(name, '1s')).join('---\n');
    const graph = graphOf(
      workload('root', { env: { U: 'http://s0' } }),
      ...names.map((name) => served(name, 80, { env: all })),
      resources(rules),
    );
    expect(graphDomains(graph).resilience.retryChains).toHaveLength(1);
  });
});
