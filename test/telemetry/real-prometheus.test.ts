import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openCalls } from '../../src/app-call-sources.ts';
import { observeOnce } from '../../src/app-observe-once.ts';
import type { CallReading } from '../../src/collectors/call-source.ts';
import { observedSchema } from '../../src/config/config-schema.ts';
import type { DependencyGraph } from '../../src/graph/dependency-graph.ts';
import { graphDocument } from '../../src/graph/export-graph.ts';
import { observe } from '../../src/graph/observed/observe.ts';
import { createMemory, remember } from '../../src/graph/observed/traffic-memory.ts';
import { graphOf, resources, served, workload } from '../graph/world.ts';
import { dialectEdges, dialectSeries } from './dialect-series.ts';
import { startFakeExporter } from './fake-exporter.ts';
import { startPrometheus } from './prometheus-process.ts';

const { signal } = new AbortController();
const callers = ['tempo', 'rare', 'istio', 'linkerd', 'hubble', 'caretta', 'beyla', 'obi', 'coroot'];
const cartPod = `apiVersion: v1
kind: Pod
metadata:
  name: cart-7c9d8b6f5-abcde
  namespace: shop
  ownerReferences: [{controller: true, kind: ReplicaSet, name: cart-7c9d8b6f5, apiVersion: apps/v1, uid: u}]
status: {podIP: 10.1.2.3, hostIP: 10.0.0.1, phase: Running}
`;

function shop(): DependencyGraph {
  return graphOf(served('cart', 80), served('db', 5432), ...callers.map((name) => workload(name)), resources(cartPod));
}

function edgesOf(graph: DependencyGraph): readonly string[] {
  const short = (id: string): string => id.replace(/^shop\//, '');
  return graphDocument(graph)
    .edges.map(({ from, to }) => `${short(from)} -> ${short(to)}`)
    .toSorted();
}

/** Looks until Prometheus has scraped enough to tell every call. */
async function lookUntil(
  read: () => Promise<CallReading>,
  isEnough: (reading: CallReading) => boolean,
): Promise<CallReading> {
  for (;;) {
    const reading = await read();
    if (isEnough(reading)) return reading;
    await sleep(200);
  }
}

test('every producer of metrics tells its call, and no other; an outage takes nothing away', async () => {
  await using exporter = await startFakeExporter();
  exporter.show(dialectSeries);
  await using prometheus = await startPrometheus([exporter.address]);
  const config = observedSchema.parse({ name: 'main', url: prometheus.url, timeout: '5s' });
  // A window as short as no configuration may ask for, so that rates come within seconds.
  await using opened = openCalls({ ...config, window: 8_000 }, null, {});
  const { source } = opened;
  const reading = await lookUntil(
    () => source.read(signal),
    (each) => each.kind === 'read' && each.calls.length >= dialectEdges.length,
  );
  if (reading.kind === 'failed') throw new Error(reading.why);
  expect(Object.keys(reading.producers).toSorted()).toEqual([
    'caretta',
    'coroot',
    'flows',
    'hubble',
    'istio',
    'linkerd',
    'service-graph',
  ]);
  expect(reading.skipped).toMatchObject({ 'told in both directions': 2, 'between clusters': 1 });

  const graph = shop();
  const memory = createMemory(source.name, opened.window);
  const claimed = new Map<string, string>();
  remember(memory, reading.calls, '2026-03-01T10:00:00Z');
  observe(graph, memory, claimed, '2026-03-01T10:00:00Z');
  expect(edgesOf(graph)).toEqual(dialectEdges);
  const errorShares = reading.calls
    .filter(({ to }) => to.name === 'cart')
    .filter(({ from }) => /istio|tempo/.test(from.name));
  for (const { errorShare } of errorShares) expect(errorShare).toBeCloseTo(0.25, 1);

  await prometheus.kill();
  expect(await source.read(signal)).toMatchObject({ kind: 'failed', problem: 'unreachable' });
  observe(graph, memory, claimed, '2026-03-15T10:00:00Z');
  expect(edgesOf(graph)).toEqual(dialectEdges);
  const [aged] = graphDocument(graph).edges;
  expect(aged).toMatchObject({ confidence: 0.49, lastSeen: '2026-03-01T10:00:00Z' });

  await prometheus.start();
  await lookUntil(
    () => source.read(signal),
    (each) => each.kind === 'read' && each.calls.length > 0,
  );
});

test('a graph of manifests takes in what a server tells, whatever it is called, and says what it did not', async () => {
  await using exporter = await startFakeExporter();
  exporter.show(dialectSeries.filter(({ metric }) => metric === 'traces_service_graph_connection_info'));
  await using prometheus = await startPrometheus([exporter.address]);
  const graph = shop();
  await lookUntil(
    async () => {
      await observeOnce(graph, [prometheus.url], {}, signal);
      return { kind: 'read', calls: [], skipped: {}, producers: {} };
    },
    () => edgesOf(graph).length > 0,
  );
  expect(edgesOf(graph)).toEqual(['rare -> cart']);
  await prometheus.kill();
  const alone = shop();
  await observeOnce(alone, [prometheus.url.replace('http://', 'http://reader:pa%20ss@')], {}, signal);
  const { notSeen } = graphDocument(alone).coverage;
  expect(notSeen.find((sentence) => sentence.startsWith('traffic of'))).toMatch(/cannot be reached.*ECONNREFUSED/);
  expect(JSON.stringify(notSeen)).not.toMatch(/pa ss|pa%20ss|reader/);
});
