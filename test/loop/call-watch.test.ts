import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { CallReading, CallSource } from '../../src/collectors/call-source.ts';
import type { DependencyGraph } from '../../src/graph/dependency-graph.ts';
import { graphDocument } from '../../src/graph/export-graph.ts';
import { openStore } from '../../src/history/store.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { CallWatch } from '../../src/loop/estate/call-watch.ts';
import type { TrafficLog } from '../../src/loop/estate/traffic-log.ts';
import { callMetrics } from '../../src/metrics/call-metrics.ts';
import type { ObservedCall } from '../../src/resource/call/observed-call.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { graphOf, served, workload } from '../graph/world.ts';

const call: ObservedCall = {
  from: { namespace: 'shop', name: 'web' },
  to: { namespace: 'shop', name: 'cart' },
  protocol: 'http',
  unit: 'requests',
  rate: 3,
  errorShare: null,
  metric: 'test_total',
};
const seen: CallReading = { kind: 'read', calls: [call], skipped: {}, producers: {} };
const down: CallReading = {
  kind: 'failed',
  problem: 'unreachable',
  why: 'prom:9090 cannot be reached',
  retryAfterMs: null,
};
const first = '2026-03-01T10:00:00.000Z';

function shop(): DependencyGraph {
  return graphOf(served('cart', 80), workload('web'));
}

interface Scene {
  readonly watch: CallWatch;
  readonly looks: readonly CallReading[];
}

/** A watch of one source that answers as `answer` says at the time, at the time that `now` says. */
function watching(
  log: TrafficLog,
  graph: () => DependencyGraph | null,
  world: { answer: CallReading; now: string },
): Scene {
  const looks: CallReading[] = [];
  const source: CallSource = { name: 'prometheus main', read: () => Promise.resolve(world.answer) };
  const watch = new CallWatch({
    sources: [{ source, window: 600_000, interval: 5 }],
    graph,
    log,
    clock: () => new Date(world.now),
    random: () => 0,
    logger: silentLogger,
    looked: (_name, reading) => void looks.push(reading),
  });
  watch.start();
  return { watch, looks };
}

function edgeIn(graph: DependencyGraph) {
  return graphDocument(graph).edges.find(({ to }) => to === 'shop/cart');
}

describe('traffic in the daemon', () => {
  test('outlives a restart during an outage of its source, with its age, and the outage is told', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    const clock = (): Date => new Date(first);
    {
      await using store = openStore({ path, clock });
      const graph = shop();
      const { watch } = watching(store.traffic, () => graph, { answer: seen, now: first });
      await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
      await vi.waitFor(() => expect(edgeIn(graph)).toMatchObject({ confidence: 0.98, share: 1, firstSeen: first }));
      expect(graphDocument(graph).coverage.notSeen.join()).not.toMatch(/no traffic was observed/);
    }
    await using store = openStore({ path, clock });
    const graph = shop();
    const world: { answer: CallReading; now: string } = { answer: down, now: '2026-03-15T10:00:00.000Z' };
    const { watch, looks } = watching(store.traffic, () => graph, world);
    await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
    await vi.waitFor(() => expect(looks.length).toBeGreaterThan(0));
    await vi.waitFor(() =>
      expect(edgeIn(graph)).toMatchObject({ confidence: 0.49, firstSeen: first, lastSeen: first }),
    );
    await vi.waitFor(() =>
      expect(graphDocument(graph).coverage.notSeen).toContain(
        `traffic of prometheus main: prom:9090 cannot be reached; what it told until ${first} goes on to count, and fades`,
      ),
    );
    expect(watch.states()).toMatchObject([{ isUp: false, readAt: first, fresh: 0, aged: 1 }]);
    expect(callMetrics(watch.states())).toContainEqual(
      expect.objectContaining({ name: 'mooring_traffic_source_up', value: 0 }),
    );
    world.answer = seen;
    await vi.waitFor(
      () => expect(edgeIn(graph)).toMatchObject({ confidence: 0.98, firstSeen: first, lastSeen: world.now }),
      5000,
    );
    expect(watch.states()).toMatchObject([{ isUp: true, fresh: 1, aged: 0 }]);
  });

  test('is taken in again when the graph is built anew, and waits for the first one', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date(first) });
    let graph: DependencyGraph | null = null;
    const { watch, looks } = watching(store.traffic, () => graph, { answer: seen, now: first });
    await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
    expect(looks).toEqual([]);
    for (const next of [shop(), shop()]) {
      graph = next;
      await vi.waitFor(() => expect(edgeIn(next)).toMatchObject({ share: 1 }), 5000);
    }
  });

  test('a source that tells nothing takes nothing away', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date(first) });
    const graph = shop();
    const world = { answer: seen, now: first };
    const { watch } = watching(store.traffic, () => graph, world);
    await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
    await vi.waitFor(() => expect(edgeIn(graph)).toBeDefined());
    world.answer = { ...seen, calls: [] };
    await vi.waitFor(() => expect(graphDocument(graph).coverage.notSeen.join()).toMatch(/it tells of no call/));
    expect(edgeIn(graph)).toMatchObject({ confidence: 0.98 });
  });

  test('a graph that is built anew has it with the next round, however long the server wants to be left alone', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date(first) });
    let graph = shop();
    const world: { answer: CallReading; now: string } = { answer: seen, now: first };
    const { watch, looks } = watching(store.traffic, () => graph, world);
    await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
    await vi.waitFor(() => expect(edgeIn(graph)).toBeDefined());
    world.answer = { ...down, retryAfterMs: 3_600_000 };
    await vi.waitFor(() => expect(looks.at(-1)).toMatchObject({ kind: 'failed' }));
    graph = shop();
    watch.wake();
    await vi.waitFor(() => expect(edgeIn(graph)).toBeDefined());
  });

  test('counts no window twice over restarts, and goes on counting', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    const failing = (from: string, to: string): ObservedCall => ({
      ...call,
      from: { namespace: 'shop', name: from },
      to: { namespace: 'shop', name: to },
      errorShare: 0.5,
    });
    const calls = [failing('edge', 'web'), failing('web', 'cart')];
    const world: { answer: CallReading; now: string } = { answer: { ...seen, calls }, now: '' };
    let counted = 0;
    for (const hour of ['10', '11', '12', '13']) {
      const at = (minute: string): string => `2026-03-01T${hour}:${minute}:00.000Z`;
      world.now = at('00');
      await using store = openStore({ path, clock: () => new Date(world.now) });
      const graph = graphOf(served('cart', 80), served('web', 80), served('edge', 80));
      const { watch, looks } = watching(store.traffic, () => graph, world);
      await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
      await vi.waitFor(() => expect(looks.length).toBeGreaterThan(1));
      world.now = at('10');
      await vi.waitFor(async () => {
        const { movements } = await store.traffic.load('prometheus main');
        const bad = [...movements.values()].map(({ badWindows }) => badWindows);
        expect(bad).toEqual([counted + 1]);
      });
      counted += 1;
    }
  });

  test('forgets a source that left the configuration', async () => {
    await using store = openStore({ path: ':memory:', clock: () => new Date(first) });
    const graph = shop();
    const kept = { ...call, firstSeen: first, lastSeen: first };
    await store.traffic.keepCalls('prometheus old', new Map([['key', kept]]), []);
    await store.traffic.keepMovements(
      'prometheus old',
      new Map([['key', { badWindows: 1, failedAlong: 1, lastBad: first }]]),
    );
    const { watch, looks } = watching(store.traffic, () => graph, { answer: seen, now: first });
    await using _closed = { [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() };
    await vi.waitFor(() => expect(looks.length).toBeGreaterThan(0));
    expect(await store.traffic.load('prometheus old')).toEqual({ calls: new Map(), movements: new Map() });
    expect((await store.traffic.load('prometheus main')).calls.size).toBe(1);
  });
});
