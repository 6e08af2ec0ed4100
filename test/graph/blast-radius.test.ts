import { bfsFromNode } from 'graphology-traversal';
import { describe, expect, test } from 'vitest';
import { blastRadius } from '../../src/graph/blast-radius.ts';
import type { DependencyGraph } from '../../src/graph/dependency-graph.ts';
import { configMap, graphOf, resource, served, service, workload } from './world.ts';

function effects(graph: DependencyGraph, target: string): Record<string, string> {
  return Object.fromEntries(
    blastRadius(graph, target).affected.map(({ id, effect }) => [id.replace('shop/', ''), effect]),
  );
}

describe('who breaks when something fails', () => {
  const shop = graphOf(
    served('db', 5432, { image: 'postgres:16', port: 5432 }),
    served('cart', 80, { env: { DB: 'postgres://db:5432/x' } }),
    served('ads', 80),
    served('mailer', 80),
    served('rabbit', 5672, { image: 'rabbitmq:3', port: 5672 }),
    workload('worker', { env: { Q: 'amqp://rabbit:5672' } }),
    workload('web', { env: { CART: 'http://cart:80', ADS_URL: 'http://ads' } }),
    service('web', 80, { spec: { type: 'LoadBalancer' } }),
    workload('robot', { env: { WEB_URL: 'http://web:80' } }),
  );

  test('callers of callers break when every step is likely hard', () => {
    expect(effects(shop, 'db')).toEqual({ cart: 'breaks', web: 'breaks', robot: 'breaks' });
  });

  test('what callers often do without degrades them', () => {
    expect(effects(shop, 'ads')).toEqual({ web: 'degrades', robot: 'degrades' });
  });

  test('a broker that is gone degrades, it does not break', () => {
    expect(effects(shop, 'rabbit')).toEqual({ worker: 'degrades' });
  });

  test('each dependant tells probability, path, evidence and the users behind it', () => {
    const { affected, entryPoints } = blastRadius(shop, 'deployment/cart');
    expect(entryPoints).toEqual(['shop/web']);
    expect(affected[0]).toMatchObject({
      id: 'shop/web',
      distance: 1,
      path: ['shop/cart', 'shop/web'],
      users: ['shop/web'],
    });
    expect(affected[0]?.evidence).toEqual([
      'web → cart: env CART = http://cart:80 (app.yaml:1); strength unknown; most calls turn out to be hard',
    ]);
    expect(affected.every(({ probability }, at) => probability <= (affected[at - 1]?.probability ?? 1))).toBe(true);
  });

  test('the inbound walk of graphology-traversal reaches the same nodes', () => {
    shop.nodes.forEachNode((id) => {
      const reached = new Set<string>();
      bfsFromNode(shop.nodes, id, (key) => void reached.add(key), { mode: 'inbound' });
      reached.delete(id);
      const walked = blastRadius(shop, id, { leastProbability: 0.001 }).affected.map((entry) => entry.id);
      expect(new Set(walked)).toEqual(reached);
    });
  });

  test('a soft edge that a person declared does not break its caller', () => {
    const graph = graphOf(
      served('pay', 80),
      workload('web', { annotations: { 'mooring.dev/depends-on': 'pay=soft' } }),
    );
    expect(effects(graph, 'pay')).toEqual({ web: 'degrades' });
  });

  test('configuration, stores and hosts outside have a blast radius too', () => {
    const web = workload('web', {
      env: { PAY: 'https://api.partner.com' },
      container: { envFrom: [{ configMapRef: { name: 'flags' } }] },
    });
    const graph = graphOf(configMap('flags', { X: '1' }), web);
    expect(effects(graph, 'configmap/flags')).toEqual({ web: 'breaks' });
    expect(effects(graph, 'external:api.partner.com')).toEqual({ web: 'breaks' });
  });

  test('readers of a ConfigMap see a change by themselves or after a restart, by the way they read it', () => {
    const volumes = [{ name: 'c', configMap: { name: 'flags' } }];
    const mount = (extra: Record<string, string>) => ({ volumeMounts: [{ name: 'c', mountPath: '/c', ...extra }] });
    const graph = graphOf(
      configMap('flags', { X: '1' }),
      workload('mounted', { pod: { volumes }, container: mount({}) }),
      workload('one-file', { pod: { volumes }, container: mount({ subPath: 'X' }) }),
      workload('env', { container: { envFrom: [{ configMapRef: { name: 'flags' } }] } }),
      workload('both', {
        pod: { volumes },
        container: { ...mount({}), envFrom: [{ configMapRef: { name: 'flags' } }] },
      }),
    );
    const seen = blastRadius(graph, 'cm/flags').affected.map(({ id, sees }) => [id, sees]);
    expect(Object.fromEntries(seen)).toEqual({
      'shop/mounted': 'live',
      'shop/one-file': 'restart',
      'shop/env': 'restart',
      'shop/both': 'restart',
    });
    expect(blastRadius(shop, 'db').affected[0]?.sees).toBeNull();
  });

  test('one of several workloads behind a Service does not take the Service down', () => {
    const member = (name: string) =>
      resource({
        ...workload(name).body,
        spec: { template: { metadata: { labels: { tier: 'web' } }, spec: { containers: [{ name: 'c' }] } } },
      });
    const graph = graphOf(
      member('v1'),
      member('v2'),
      service('web', 80, { spec: { selector: { tier: 'web' } } }),
      workload('robot', { env: { U: 'http://web' } }),
    );
    expect(effects(graph, 'deployment/v1')).toEqual({ web: 'degrades', robot: 'degrades' });
  });

  test('a cycle ends, and nobody is in its own blast radius', () => {
    const graph = graphOf(served('a', 80, { env: { U: 'http://b' } }), served('b', 80, { env: { U: 'http://a' } }));
    expect(effects(graph, 'a')).toEqual({ b: 'breaks' });
  });

  test('telemetry that fails breaks nobody', () => {
    const graph = graphOf(
      served('collector', 4317, { image: 'otel/opentelemetry-collector:1' }),
      workload('web', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' } }),
    );
    expect(effects(graph, 'collector')).toEqual({ web: 'may-degrade' });
  });

  test('the list is cut at its limit and says how many are left', () => {
    const callers = Array.from({ length: 30 }, (_, at) => workload(`c${at}`, { env: { U: 'http://api' } }));
    const radius = blastRadius(graphOf(served('api', 80), callers), 'api', { limit: 10 });
    expect([radius.affected.length, radius.unlisted]).toEqual([10, 20]);
  });

  test('the age of the graph is the time since it was built', () => {
    expect(blastRadius(shop, 'db', { now: '2026-03-01T10:00:12Z' }).graphAge).toBe('PT12S');
    expect(blastRadius(shop, 'db').graphAge).toBe('PT0S');
  });
});
