import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph, updateGraph } from '../../src/graph/build-graph.ts';
import { blastRadius } from '../../src/graph/blast-radius.ts';
import { graphDocument } from '../../src/graph/export-graph.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { builtAt, configMap, graphOf, pairs, resource, served, service, workload } from './world.ts';

const later = '2026-03-01T11:00:00Z';

/** Generated cases need longer than a hand-written one on a busy machine. */
const slow = 120_000;

describe('an update changes what changed', () => {
  test('an address that appears and goes', () => {
    const graph = graphOf(served('api', 80), workload('web'));
    updateGraph(graph, { changed: [workload('web', { env: { U: 'http://api' } })], removed: [], builtAt: later });
    expect(pairs(graph)).toEqual(['web -> api']);
    updateGraph(graph, { changed: [workload('web')], removed: [], builtAt: later });
    expect(pairs(graph)).toEqual([]);
    expect(blastRadius(graph, 'shop/api').affected).toEqual([]);
  });

  test('a Service that comes later is found by those who named it before', () => {
    const graph = graphOf(workload('api'), workload('web', { env: { U: 'http://api' } }));
    expect(pairs(graph)).toEqual([]);
    updateGraph(graph, { changed: [service('api', 80)], removed: [], builtAt: later });
    expect(pairs(graph)).toEqual(['web -> api']);
    updateGraph(graph, { changed: [], removed: [service('api', 80).id], builtAt: later });
    expect(pairs(graph)).toEqual([]);
  });

  test('an edit of a ConfigMap reaches its readers', () => {
    const web = workload('web', { container: { envFrom: [{ configMapRef: { name: 'c' } }] } });
    const graph = graphOf(served('a', 80), served('b', 80), configMap('c', { U: 'http://a' }), web);
    updateGraph(graph, { changed: [configMap('c', { U: 'http://b' })], removed: [], builtAt: later });
    expect(pairs(graph)).toEqual(['web -> b']);
  });

  test('a second Service renames the node, edges follow', () => {
    const graph = graphOf(
      workload('api-v1'),
      service('api', 80, { target: 'api-v1' }),
      workload('web', { env: { U: 'http://api' } }),
    );
    expect(pairs(graph)).toEqual(['web -> api']);
    updateGraph(graph, { changed: [service('api-old', 80, { target: 'api-v1' })], removed: [], builtAt: later });
    expect(pairs(graph)).toEqual(['web -> api-v1']);
  });

  test('the first sight of an edge stays', () => {
    const graph = graphOf(served('api', 80), workload('web', { env: { U: 'http://api' } }));
    updateGraph(graph, {
      changed: [workload('web', { env: { U: 'http://api', X: '1' } })],
      removed: [],
      builtAt: later,
    });
    expect(graphDocument(graph).edges[0]).toMatchObject({ firstSeen: builtAt, lastSeen: later });
  });

  test('the work is that of the change, not of the graph', () => {
    const chain = Array.from({ length: 400 }, (_, at) =>
      served(`s${at}`, 80, { env: { NEXT: `http://s${at + 1}` } }),
    ).flat();
    const graph = graphOf(chain);
    updateGraph(graph, { changed: [workload('s7', { env: { NEXT: 'http://s9' } })], removed: [], builtAt: later });
    expect(graph.work.sources).toBeLessThanOrEqual(4);
    expect(graph.work.edges).toBeLessThanOrEqual(8);
    expect(graph.work.nodes).toBeLessThanOrEqual(4);
  });
});

/** Resources that interact in every way: Services, selectors, ConfigMaps, address books, names that collide. */
const names = ['a', 'b', 'c'] as const;
const anyResource: fc.Arbitrary<Resource> = fc.oneof(
  fc
    .record({
      name: fc.constantFrom(...names),
      host: fc.constantFrom('a', 'b', 'c', 'a.lab', 'x'),
      port: fc.constantFrom(':80', ''),
      kind: fc.constantFrom('Deployment', 'StatefulSet', 'Job'),
    })
    .map(({ name, host, port, kind }) => workload(name, { kind, env: { U: `http://${host}${port}` } })),
  fc
    .record({ name: fc.constantFrom(...names), map: fc.constantFrom('m', 'n') })
    .map(({ name, map }) => workload(name, { container: { envFrom: [{ configMapRef: { name: map } }] } })),
  fc
    .record({
      name: fc.constantFrom(...names),
      target: fc.constantFrom(...names),
      namespace: fc.constantFrom('shop', 'lab'),
    })
    .map(({ name, target, namespace }) => service(name, 80, { target, namespace })),
  fc
    .record({ name: fc.constantFrom('m', 'n'), hosts: fc.subarray(['a', 'b', 'c', 'd', 'e']) })
    .map(({ name, hosts }) =>
      configMap(name, Object.fromEntries(hosts.map((host) => [`${host.toUpperCase()}_URL`, `http://${host}`]))),
    ),
  fc.constantFrom(...names).map((name) =>
    resource({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p', namespace: 'shop' },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: name } } }] }] },
    }),
  ),
  fc.constantFrom('d', 'e').map((name) => service(name, 80)),
  fc
    .record({
      name: fc.constantFrom(...names),
      side: fc.constantFrom('IN_TOPIC', 'OUT_TOPIC'),
      topic: fc.constantFrom('t', 'u'),
    })
    .map(({ name, side, topic }) => workload(name, { env: { BROKER: 'kafka://d:80', [side]: topic } })),
);

test(
  'after any sequence of updates the graph is what a fresh build of the same resources gives',
  () => {
    const step = fc.record({
      changed: fc.array(anyResource, { maxLength: 3 }),
      removed: fc.array(anyResource, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const graph = buildGraph([], { builtAt });
        const held = new Map<string, Resource>();
        for (const { changed, removed } of steps) {
          const gone = removed.filter(({ id }) => !changed.some((other) => keyOf(other) === keyOf({ id })));
          for (const one of gone) held.delete(keyOf(one));
          for (const one of changed) held.set(keyOf(one), one);
          updateGraph(graph, { changed, removed: gone.map(({ id }) => id), builtAt });
        }
        const fresh = buildGraph([...held.values()], { builtAt });
        expect(graphDocument(graph)).toEqual(graphDocument(fresh));
        for (const id of fresh.nodes.nodes())
          expect(blastRadius(graph, id).affected).toEqual(blastRadius(fresh, id).affected);
      }),
      { numRuns: 200 },
    );
  },
  slow,
);

function keyOf({ id }: Pick<Resource, 'id'>): string {
  return `${id.kind}/${id.namespace}/${id.name}`;
}
