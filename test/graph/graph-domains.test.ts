import { describe, expect, test } from 'vitest';
import { formatDomains } from '../../src/cli/graph/domains-output.ts';
import { exportGraph, graphDocument } from '../../src/graph/export-graph.ts';
import type { GraphFocus } from '../../src/graph/focus-graph.ts';
import { graphDomains } from '../../src/graph/graph-domains.ts';
import { zonesOf } from '../../src/graph/zones.ts';
import type { JsonObject } from '../../src/resource/json.ts';
import { graphOf, served, workload } from './world.ts';

const calls = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}`]));

/** edge → web → (auth, cart → store): `other` calls auth as well. */
const shop = graphOf(
  served('store', 80),
  served('auth', 80),
  served('cart', 80, { env: calls('store', 'auth') }),
  served('web', 80, { env: calls('auth', 'cart') }),
  served('edge', 80, { env: calls('web') }),
  workload('other', { env: calls('auth') }),
);

describe('a part of the graph', () => {
  const idsOf = (focus: GraphFocus): string[] => graphDocument(shop, focus).nodes.map(({ id }) => id);

  test.each<[string, GraphFocus, string[]]>([
    ['who depends on it', { target: 'auth', depth: 1, direction: 'up' }, ['auth', 'cart', 'other', 'web']],
    ['two edges up', { target: 'auth', depth: 2, direction: 'up' }, ['auth', 'cart', 'edge', 'other', 'web']],
    ['what it depends on', { target: 'service/cart', depth: 9, direction: 'down' }, ['auth', 'cart', 'store']],
    [
      'both, without those that merely share a callee',
      { target: 'other', depth: 2, direction: 'both' },
      ['auth', 'other'],
    ],
  ])('%s', (_what, focus, names) => {
    expect(idsOf(focus).toSorted()).toEqual(names.map((name) => `shop/${name}`));
  });

  test('has the edges between its nodes, and the coverage of the whole', () => {
    const part = graphDocument(shop, { target: 'cart', depth: 1, direction: 'up' });
    expect(part.edges.map(({ from, to }) => `${from} ${to}`)).toEqual(['shop/web shop/cart']);
    expect(part.coverage).toEqual(graphDocument(shop).coverage);
  });

  test('is refused for a name that is none', () => {
    expect(() => exportGraph(shop, 'dot', { target: 'shop/nothing', depth: 1, direction: 'up' })).toThrow(/nothing/);
  });
});

describe('the domains of a graph', () => {
  test('name circles, cut points, shared and single nodes with their callers', () => {
    const graph = graphOf(
      served('a', 80, { env: calls('b', 'hub') }),
      served('b', 80, { env: calls('a', 'hub') }),
      served('hub', 80, { env: calls('far') }),
      served('far', 80),
      workload('c', { env: calls('hub') }),
    );
    const domains = graphDomains(graph);
    expect(domains).toMatchObject({ apiVersion: 'mooring.dev/v1', kind: 'GraphDomains' });
    expect(domains.circles).toEqual([['shop/a', 'shop/b']]);
    expect(domains.cutPoints.map(({ id, callers }) => [id, callers])).toEqual([['shop/hub', 3]]);
    expect(domains.shared.map(({ id }) => id)).toEqual(['shop/hub']);
    expect(domains.single).toEqual(['shop/hub']);
  });

  test('are told on a phone as well, and without what a terminal would obey', () => {
    const graph = graphOf(
      served('auth', 80, { namespace: 'platform' }),
      ...['a', 'b', 'c'].map((name) => workload(name, { env: { AUTH_URL: 'http://auth.platform' } })),
    );
    const [domains] = [graphDomains(graph)];
    const hostile = { ...domains, circles: [['shop/a\u001b[2J', 'shop/b']] };
    const text = formatDomains(hostile, { colour: false, columns: 40 }, 10);
    expect(text).not.toContain('\u001b');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(text).toContain('platform/auth (workload, 3 callers,');
    expect(text).toContain('shop → platform: 3 edges');
  });

  test('say so when there is nothing to say', () => {
    const text = formatDomains(graphDomains(graphOf(workload('a'))), { colour: false, columns: null }, 10);
    expect(text).toContain('No circles, no cut points');
  });
});

describe('zones', () => {
  const zone = (...names: string[]): JsonObject => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: names.map((name) => ({
            matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [name] }],
          })),
        },
      },
    },
  });
  const selected = { nodeSelector: { 'topology.kubernetes.io/zone': 'eu-1a' } };

  test('bind what a selector or a required affinity names, and edges between different ones cross a border', () => {
    const graph = graphOf(
      served('near', 80, { pod: selected }),
      served('far', 80, { pod: zone('eu-1b') }),
      served('both', 80, { pod: zone('eu-1a', 'eu-1b') }),
      served('free', 80),
      workload('web', { pod: selected, env: calls('near', 'far', 'both', 'free') }),
    );
    expect(zonesOf(graph)).toEqual({
      pinned: [
        { id: 'shop/both', zones: ['eu-1a', 'eu-1b'] },
        { id: 'shop/far', zones: ['eu-1b'] },
        { id: 'shop/near', zones: ['eu-1a'] },
        { id: 'shop/web', zones: ['eu-1a'] },
      ],
      borders: [{ from: 'eu-1a', to: 'eu-1b', edges: 1 }],
    });
  });

  test('bind nothing where one of several terms names none, or a preference does', () => {
    const open = zone('eu-1a');
    const terms = [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'NotIn', values: ['x'] }] }];
    const graph = graphOf(
      workload('a', {
        pod: {
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
        },
      }),
      workload('b', {
        pod: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [open] } } },
      }),
    );
    expect(zonesOf(graph)).toEqual({ pinned: [], borders: [] });
  });
});
