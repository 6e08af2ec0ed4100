import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createKubernetesSource } from '../src/kubernetes/kubernetes-live-source.ts';
import { isJsonObject, parseJson } from '../src/resource/json.ts';
import { startPlane } from '../tools/plane/start-plane.ts';
import { drawEstate } from './estate.ts';
import { fillCluster } from './fill-cluster.ts';
import { startInformers } from './informers.ts';
import { describeMachine } from './machine.ts';
import { runMeasured } from './run-measured.ts';

/**
 * A cluster of ten kinds listed once, and listed and watched, beside makeInformer of @kubernetes/client-node with typed lists,
 * each in a process of its own on the same real API server.
 *
 *   node bench/kubernetes-list.ts [--size 10000] [--runs 3]
 */
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '3' },
    child: { type: 'string' },
    kubeconfig: { type: 'string' },
  },
});

const kinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
];

/** What one way of reading cost, from the end of the imports. */
interface Cost {
  readonly objects: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly longestBlockMs: number;
  readonly importMs: number;
  readonly heapMiB: number;
  readonly rssMiB: number;
}

const ways: Readonly<Record<string, (kubeconfig: string) => Promise<number>>> = {
  'mooring, read once': readOnce,
  'mooring, list and watch': listAndWatch,
  makeInformer: startInformers,
};

/** Held so that the collector does not free what is being measured. */
const kept: unknown[] = [];

if (values.child === undefined) await compareWays(Number(values.size), Number(values.runs));
else await measureWay(values.child, values.kubeconfig ?? '');

async function compareWays(size: number, runs: number): Promise<void> {
  console.log(describeMachine());
  const plane = await startPlane({ apiOnly: true });
  try {
    await fillCluster(plane.kubeconfig, drawEstate(size));
    console.log(`\n${size} objects; best of ${runs} by cpu\n`);
    for (const way of Object.keys(ways)) {
      const costs: Cost[] = [];
      for (let run = 0; run < runs; run += 1) costs.push(await runWay(way, plane.kubeconfig));
      const [best] = costs.toSorted((a, b) => a.cpuMs - b.cpuMs);
      if (best !== undefined) console.log(`${way.padEnd(26)} ${describeCost(best)}`);
    }
  } finally {
    await plane.stop();
  }
}

async function runWay(way: string, kubeconfig: string): Promise<Cost> {
  const args = ['--expose-gc', import.meta.filename, '--child', way, '--kubeconfig', kubeconfig];
  const { stdout, stderr, code } = await runMeasured(process.execPath, args, process.env);
  const cost = code === 0 ? parseJson(stdout) : null;
  if (!isJsonObject(cost)) throw new Error(`${way} failed: ${stderr}`);
  const figure = (name: string): number => Number(cost[name]);
  return {
    objects: figure('objects'),
    wallMs: figure('wallMs'),
    cpuMs: figure('cpuMs'),
    longestBlockMs: figure('longestBlockMs'),
    importMs: figure('importMs'),
    heapMiB: figure('heapMiB'),
    rssMiB: figure('rssMiB'),
  };
}

function describeCost(cost: Cost): string {
  const { objects, wallMs, cpuMs, longestBlockMs, importMs, heapMiB, rssMiB } = cost;
  const round = (value: number): string => String(Math.round(value)).padStart(5);
  return `${objects} objects, wall ${round(wallMs)} ms, cpu ${round(cpuMs)} ms, longest block ${round(longestBlockMs)} ms, import ${round(importMs)} ms, heap ${round(heapMiB)} MiB, resident ${round(rssMiB)} MiB`;
}

async function measureWay(name: string, kubeconfig: string): Promise<void> {
  const way = ways[name];
  if (way === undefined) throw new Error(`no way is called ${name}`);
  const beforeImport = performance.now();
  if (way === startInformers) await import('@kubernetes/client-node');
  // Our own modules are imported already; what they took is the time since the process began.
  const importMs = way === startInformers ? performance.now() - beforeImport : beforeImport;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const objects = await way(kubeconfig);
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const longestBlockMs = delay.max / 1e6;
  globalThis.gc?.();
  await sleep(200);
  const { heapUsed, rss } = process.memoryUsage();
  const cost: Cost = {
    objects,
    wallMs,
    cpuMs: (user + system) / 1_000,
    longestBlockMs,
    importMs,
    heapMiB: heapUsed / 2 ** 20,
    rssMiB: rss / 2 ** 20,
  };
  process.stdout.write(JSON.stringify(cost), () => process.exit(0));
}

async function readOnce(kubeconfig: string): Promise<number> {
  const source = await createKubernetesSource({ kubeconfig, environment: {} });
  const snapshot = await source.read({ declared: kinds, evidence: [] }, new AbortController().signal);
  kept.push(snapshot);
  return snapshot.resources.length;
}

async function listAndWatch(kubeconfig: string): Promise<number> {
  const source = await createKubernetesSource({ kubeconfig, environment: {} });
  const feed = await source.watch({ declared: kinds, evidence: [] }, () => {}, new AbortController().signal);
  kept.push(feed);
  return feed.snapshot().resources.length;
}
