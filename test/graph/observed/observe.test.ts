import { describe, expect, test } from 'vitest';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { updateGraph } from '../../../src/graph/build-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import type { DependencyGraph } from '../../../src/graph/dependency-graph.ts';
import { type Claimed, observe, type Observed } from '../../../src/graph/observed/observe.ts';
import { createMemory, remember, type TrafficMemory } from '../../../src/graph/observed/traffic-memory.ts';
import type { ObservedCall } from '../../../src/resource/call/observed-call.ts';
import { graphOf, lines, pairs, resources, served, service, workload } from '../world.ts';

interface Told {
  readonly memory: TrafficMemory;
  readonly claimed: Claimed;
}

const told = new WeakMap<DependencyGraph, Told>();

/** One look of the only source, every ten minutes at most a window. */
function look(graph: DependencyGraph, calls: readonly ObservedCall[], at: string): Observed {
  const state: Told = told.get(graph) ?? { memory: createMemory('prom', 600_000), claimed: new Map() };
  told.set(graph, state);
  remember(state.memory, calls, at);
  return observe(graph, state.memory, state.claimed, at);
}

describe('observed traffic in the graph', () => {
  const call = (from: string, to: string, rate = 1): ObservedCall => ({
    from: { namespace: 'shop', name: from },
    to: { namespace: 'shop', name: to },
    protocol: 'http',
    unit: 'requests',
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
    expect(look(graph, [call('web', 'cart', 3), call('cart', 'db')], day(2))).toMatchObject({
      edges: 2,
      aged: 0,
      unresolved: 0,
      restated: 2,
    });
    expect(lines(graph)).toEqual(['cart -> db data postgres', 'web -> cart call http']);
    const { edges, coverage } = graphDocument(graph);
    expect(edges.find(({ to }) => to === 'shop/cart')?.evidence.map(({ kind }) => kind)).toEqual([
      'declared',
      'observed',
    ]);
    expect(coverage.undeclared).toEqual([{ from: 'shop/cart', to: 'shop/db', firstSeen: day(2), lastSeen: day(2) }]);
    expect(coverage.neverObserved).toEqual([]);
    expect(blastRadius(graph, 'db').affected.map(({ id }) => id)).toEqual(['shop/cart', 'shop/web']);
  });

  test('a declared call that is not seen is told after a day of watching its caller, not before', () => {
    const graph = graphOf(served('cart', 80), served('ads', 80), workload('web', { env: { U: 'http://cart' } }));
    const unseen = () => graphDocument(graph).coverage.neverObserved;
    look(graph, [call('web', 'ads')], day(2));
    look(graph, [call('web', 'ads')], '2026-03-03T09:00:00Z');
    expect(unseen()).toEqual([]);
    look(graph, [call('web', 'ads')], day(3));
    expect(unseen()).toEqual([{ from: 'shop/web', to: 'shop/cart', watchedSince: day(2) }]);
  });

  test('what goes quiet stays and ages, what is silent altogether keeps what it said', () => {
    const graph = shop();
    look(graph, [call('cart', 'db')], day(1));
    expect(look(graph, [], day(2))).toMatchObject({ edges: 1, aged: 0 });
    look(graph, [call('web', 'cart')], day(15));
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
    look(graph, calls, day(2));
    expect(pairs(graph)).toEqual(['web -> ads', 'web -> cart']);
    expect(graphDocument(graph).edges.map(({ share }) => share)).toEqual([0.167, 0.833]);
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
    expect(look(graph, [loose('web', 'cart'), loose('web', 'api')], day(2))).toMatchObject({ edges: 1, unresolved: 1 });
    expect(pairs(graph)).toEqual(['web -> cart']);
  });

  test('a renamed node leaves no ghost behind', () => {
    const graph = shop();
    look(graph, [call('cart', 'db')], day(2));
    updateGraph(graph, { changed: [], removed: served('db', 5432).map(({ id }) => id), builtAt: day(3) });
    look(graph, [call('web', 'cart')], day(3));
    expect(graph.nodes.hasNode('shop/db')).toBe(false);
  });

  test('a host outside is a node, nonsense is not', () => {
    const graph = shop();
    const calls = [call('web', 'api.partner.com'), call('web', '\u001b[31mx'), call('web', 'nowhere')];
    expect(look(graph, calls, day(2))).toMatchObject({ edges: 1, unresolved: 2 });
    expect(pairs(graph)).toContain('web -> external:api.partner.com');
  });

  test('a look that brings the same changes no edge', () => {
    const graph = shop();
    const calls = [call('web', 'cart', 3), call('cart', 'db')];
    const at = (minute: number): string => `2026-03-02T10:0${minute}:00Z`;
    expect(look(graph, calls, at(0))).toMatchObject({ restated: 2 });
    expect(look(graph, calls, at(1))).toMatchObject({ restated: 0 });
    expect(look(graph, [call('web', 'cart', 3), call('web', 'db', 3), call('cart', 'db')], at(2))).toMatchObject({
      restated: 1,
    });
  });

  test('addresses are Services and pods of now, and a private one that nobody has is nobody', () => {
    const [pod] = resources(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: cart-7c9d8b6f5-abcde, namespace: shop, ownerReferences: [{controller: true, kind: ReplicaSet, name: cart-7c9d8b6f5, apiVersion: apps/v1, uid: u}]}\nstatus: {podIP: 10.1.2.3, hostIP: 10.0.0.1, phase: Running}\n',
    );
    const graph = graphOf(served('cart', 80), workload('web'), pod === undefined ? [] : [pod]);
    const named = (name: string, alias?: string): ObservedCall => ({
      ...call('web', name),
      to: { namespace: null, name, ...(alias === undefined ? {} : { alias }) },
    });
    const calls = [named('10.1.2.3'), named('10.9.9.9'), named('10.9.9.8', 'api.partner.com')];
    expect(look(graph, calls, day(2))).toMatchObject({ edges: 2, unresolved: 1 });
    expect(pairs(graph)).toEqual(['web -> external:api.partner.com', 'web -> cart']);
  });

  test('bytes and requests make no common share', () => {
    const graph = graphOf(served('cart', 80), served('db', 5432), workload('web'));
    look(
      graph,
      [call('web', 'cart', 3), { ...call('web', 'db', 90_000), unit: 'bytes', metric: 'bytes_total' }],
      day(2),
    );
    expect(graphDocument(graph).edges.map(({ to, share }) => [to, share])).toEqual([
      ['shop/cart', 1],
      ['shop/db', null],
    ]);
  });

  describe('who fails along with its callee', () => {
    const failing = (from: string, to: string, errorShare: number, rate = 1): ObservedCall => ({
      ...call(from, to, rate),
      errorShare,
    });
    const strengthOf = (graph: DependencyGraph, to: string) =>
      graphDocument(graph).edges.find((edge) => edge.from === 'shop/web' && edge.to === to)?.strength;
    const hours = Array.from({ length: 6 }, (_, hour) => ({ hour, at: `2026-03-02T0${hour}:00:00Z` }));
    const world = () => graphOf(served('edge', 80), served('web', 80), served('pay', 80), served('ads', 80));

    test('needs it, who does not does without', () => {
      const graph = world();
      for (const { at } of hours) {
        const calls = [failing('edge', 'web', 0.3), failing('web', 'pay', 0.5), failing('edge', 'ads', 0.9)];
        look(graph, [...calls, failing('web', 'ads', 0)], at);
      }
      const quietly = world();
      for (const { at } of hours) look(quietly, [failing('edge', 'web', 0), failing('web', 'ads', 0.5)], at);
      expect([strengthOf(graph, 'shop/pay'), strengthOf(graph, 'shop/ads'), strengthOf(quietly, 'shop/ads')]).toEqual([
        'hard',
        'unknown',
        'soft',
      ]);
    });

    test('is counted by nodes, so that pods may be others in each window', () => {
      const graph = world();
      for (const { at, hour } of hours)
        look(graph, [failing('edge', 'web', 0.3), failing(`web-6d4cf56db6-x2x7${hour}`, 'pay', 0.5)], at);
      expect(strengthOf(graph, 'shop/pay')).toBe('hard');
    });

    test('is known with the fifth window, not one later', () => {
      const graph = world();
      for (const { at } of hours.slice(0, 5))
        look(graph, [failing('edge', 'web', 0.3), failing('web', 'pay', 0.5)], at);
      expect(strengthOf(graph, 'shop/pay')).toBe('hard');
    });

    test('is not concluded from a handful of calls', () => {
      const graph = world();
      for (const { at } of hours) look(graph, [failing('edge', 'web', 0.3), failing('web', 'pay', 0.5, 0.01)], at);
      const unasked = world();
      for (const { at } of hours) look(unasked, [failing('edge', 'web', 0.5, 0.01), failing('web', 'pay', 0.5)], at);
      expect([strengthOf(graph, 'shop/pay'), strengthOf(unasked, 'shop/pay')]).toEqual(['unknown', 'unknown']);
    });
  });
});
