import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { graphDocument } from '../../src/graph/export-graph.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { startFakeExporter } from './fake-exporter.ts';
import { startPrometheus } from './prometheus-process.ts';

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: ${name}, image: "example/${name}:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
---
`;
}

/** A daemon on a folder of manifests that asks this Prometheus. */
async function startDaemon(place: string, prometheus: string): Promise<App> {
  writeFileSync(
    join(place, 'mooring.yaml'),
    `sources: [{ source: ./desired }]
live: { source: ./live }
history: { path: state.sqlite }
api: { listen: "127.0.0.1:0" }
observed: [{ name: main, url: "${prometheus}", window: 1m, interval: 5s }]
`,
  );
  const app = await createApp({
    loaded: await loadConfig({ file: join(place, 'mooring.yaml'), env: {}, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: place, MOORING_CACHE: join(place, 'cache') },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
  });
  app.start();
  return app;
}

function edgeIn({ daemon }: App) {
  return daemon.graph === null ? undefined : graphDocument(daemon.graph).edges.find(({ to }) => to === 'shop/cart');
}

async function metricsOf({ address }: App): Promise<string> {
  return await (await fetch(`${address}/metrics`)).text();
}

test('a daemon learns calls from a real Prometheus, and knows them after a restart without it', async () => {
  const place = temporaryFolder();
  for (const side of ['desired', 'live']) {
    mkdirSync(join(place, side));
    writeFileSync(join(place, side, 'shop.yaml'), deployment('web') + deployment('cart'));
  }
  await using exporter = await startFakeExporter();
  const labels = { client: 'web', server: 'cart', connection_type: '' };
  exporter.show([{ metric: 'traces_service_graph_request_total', labels, rate: 5 }]);
  await using prometheus = await startPrometheus([exporter.address]);

  const first = await startDaemon(place, prometheus.url);
  await vi.waitFor(() => expect(edgeIn(first)).toMatchObject({ from: 'shop/web', layer: 'call', share: 1 }), 60_000);
  const seen = edgeIn(first);
  expect(await metricsOf(first)).toMatch(/mooring_traffic_source_up\{source="prometheus main"\} 1/);
  await prometheus.kill();
  await first.stop();

  const second = await startDaemon(place, prometheus.url);
  onTestFinished(() => second.stop());
  await vi.waitFor(
    async () => expect(await metricsOf(second)).toMatch(/mooring_traffic_reads_total\{[^}]*unreachable[^}]*\} [1-9]/),
    60_000,
  );
  await vi.waitFor(() => expect(edgeIn(second)).toMatchObject({ firstSeen: seen?.firstSeen }), 20_000);
  await vi.waitFor(
    async () => expect(await metricsOf(second)).toMatch(/mooring_traffic_edges\{[^}]*aged[^}]*\} 1/),
    20_000,
  );
  const answer = await fetch(`${second.address}/api/v1/graph`);
  expect(await answer.text()).toMatch(/traffic of prometheus main: .*cannot be reached.*goes on to count/);
});
