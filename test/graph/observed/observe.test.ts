import { describe, expect, test } from 'vitest';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { updateGraph } from '../../../src/graph/build-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { observe } from '../../../src/graph/observed/observe.ts';
import type { ObservedCall } from '../../../src/resource/call/observed-call.ts';
import { graphOf, lines, pairs, served, service, workload } from '../world.ts';

describe('observed traffic in the graph', () => {
  const call = (from: string, to: string, rate = 1): ObservedCall => ({
    from: { namespace: 'shop', name: from },
    to: { namespace: 'shop', name: to },
    protocol: 'http',
    rate,
    errorShare: null,
    metric: 'test_total',
  });
  const shop = () =>
    graphOf(
      served('cart', 80),
      served('db', 5432, { image: 'postgres:16', port: 5432 }),
      workload('web', { env: { U: 'http://cart' } }),
    );
  const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}T10:00:00Z`;

  test('it joins declared evidence, and adds what no manifest says', () => {
    const graph = shop();
    expect(observe(graph, { source: 'prom', calls: [call('web', 'cart', 3), call('cart', 'db')], at: day(2) })).toEqual(
      { edges: 2, aged: 0, unresolved: 0 },
    );
    expect(lines(graph)).toEqual(['cart -> db data postgres', 'web -> cart call http']);
    const { edges, coverage } = graphDocument(graph);
    expect(edges.find(({ to }) => to === 'shop/cart')?.evidence.map(({ kind }) => kind)).toEqual([
      'declared',
      'observed',
    ]);
    expect(coverage.undeclared).toEqual([{ from: 'shop/cart', to: 'shop/db' }]);
    expect(coverage.neverObserved).toEqual([]);
    expect(blastRadius(graph, 'db').affected.map(({ id }) => id)).toEqual(['shop/cart', 'shop/web']);
  });

  test('what goes quiet stays and ages, what is silent altogether keeps what it said', () => {
    const graph = shop();
    observe(graph, { source: 'prom', calls: [call('cart', 'db')], at: day(1) });
    expect(observe(graph, { source: 'prom', calls: [], at: day(2) })).toMatchObject({ edges: 0, aged: 1 });
    observe(graph, { source: 'prom', calls: [call('web', 'cart')], at: day(15) });
    const edge = graphDocument(graph).edges.find(({ to }) => to === 'shop/db');
    expect(edge).toMatchObject({ confidence: 0.49, share: 0, firstSeen: '2026-03-01T10:00:00Z', lastSeen: day(1) });
  });

  test('pods, workloads and Services are the same node; the share is of the caller', () => {
    const graph = graphOf(
      workload('web-v1'),
      service('web', 80, { target: 'web-v1' }),
      served('cart', 80),
      served('ads', 80),
    );
    const calls = [call('web-v1-6d4cf56db6-x2x7q', 'cart', 3), call('web-v1', 'cart', 2), call('web', 'ads', 1)];
    observe(graph, { source: 'prom', calls, at: day(2) });
    expect(pairs(graph)).toEqual(['web -> ads', 'web -> cart']);
    expect(graphDocument(graph).edges.map(({ share }) => share)).toEqual([0.25, 0.75]);
  });

  test('a name without a namespace counts when one node has it', () => {
    const graph = graphOf(
      served('cart', 80),
      served('api', 80),
      served('api', 80, { namespace: 'lab' }),
      workload('web'),
    );
    const loose = (from: string, to: string): ObservedCall => ({
      ...call(from, to),
      from: { namespace: null, name: from },
      to: { namespace: null, name: to },
    });
    expect(
      observe(graph, { source: 'prom', calls: [loose('web', 'cart'), loose('web', 'api')], at: day(2) }),
    ).toMatchObject({ edges: 1, unresolved: 1 });
    expect(pairs(graph)).toEqual(['web -> cart']);
  });

  test('a renamed node leaves no ghost behind', () => {
    const graph = shop();
    observe(graph, { source: 'prom', calls: [call('cart', 'db')], at: day(2) });
    updateGraph(graph, { changed: [], removed: served('db', 5432).map(({ id }) => id), builtAt: day(3) });
    observe(graph, { source: 'prom', calls: [call('web', 'cart')], at: day(3) });
    expect(graph.nodes.hasNode('shop/db')).toBe(false);
  });

  test('a host outside is a node, nonsense is not', () => {
    const graph = shop();
    const calls = [call('web', 'api.partner.com'), call('web', '\u001b[31mx'), call('web', 'nowhere')];
    expect(observe(graph, { source: 'prom', calls, at: day(2) })).toMatchObject({ edges: 1, unresolved: 2 });
    expect(pairs(graph)).toContain('web -> external:api.partner.com');
  });
});
