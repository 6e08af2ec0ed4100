import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bundleProgram } from '../tools/bundle.ts';
import { daemonEnvironment, daemonNodeFlags } from '../tools/daemon-node.ts';
import { findFreePorts } from '../tools/plane/free-ports.ts';
import { type Plane, startPlane } from '../tools/plane/start-plane.ts';
import { fillDaemonFolder } from './daemon-folder.ts';
import { drawEstate, type Estate } from './estate.ts';
import { createObjects, fillCluster, sendEach } from './fill-cluster.ts';
import { describeMachine } from './machine.ts';
import { processUse } from './run-measured.ts';
import { drawStrangers } from './strangers.ts';

/**
 * The daemon in a large cluster: `managed` objects in ten kinds that Git declares, beside nodes and pods up to `objects` in all. Time
 * until it is synced, what it weighs, the longest stall of its event loop, and what it costs while the status of managed objects is
 * written as fast as the API server takes it; beside informers of @kubernetes/client-node on the same kinds in the same run, and
 * beside kube-state-metrics where its program is given (Go module k8s.io/kube-state-metrics/v2).
 *
 *   node bench/large.ts [--objects 100000] [--managed 20000] [--seconds 30] [--kube-state-metrics PROGRAM]
 */
const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '100000' },
    managed: { type: 'string', default: '20000' },
    /** How long statuses are written. */
    seconds: { type: 'string', default: '30' },
    /** How many a second, if the API server takes that many. */
    rate: { type: 'string', default: '1000' },
    'kube-state-metrics': { type: 'string' },
  },
});

interface Way {
  readonly name: string;
  readonly start: () => ChildProcess;
  /** Resolves when everything is known, with the longest stall until then where it can be told, in milliseconds. */
  readonly synced: (child: ChildProcess) => Promise<number | null>;
}

console.log(describeMachine());
const dir = mkdtempSync(join(tmpdir(), 'mooring-bench-'));
const plane = await startPlane({ apiOnly: true });
try {
  const estate = drawEstate(Number(values.managed));
  fillDaemonFolder(dir, estate);
  await fillCluster(plane.kubeconfig, estate);
  await createObjects(
    plane.kubeconfig,
    drawStrangers(Number(values.objects) - Number(values.managed), estate.namespaces),
  );
  console.log(`\n${values.objects} objects, ${values.managed} of them managed, in ten kinds`);
  for (const way of await waysOf(plane)) await measure(way, plane, estate);
} finally {
  await plane.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function waysOf({ kubeconfig }: Plane): Promise<readonly Way[]> {
  const program = join(dir, 'daemon.mjs');
  await bundleProgram(join(import.meta.dirname, 'watched-daemon.ts'), program);
  const env = { PATH: process.env['PATH'], HOME: dir, KUBECONFIG: kubeconfig };
  return [
    {
      name: 'mooring, all verdicts',
      start: () => fork(program, [dir], { env: { ...env, ...daemonEnvironment }, execArgv: [...daemonNodeFlags] }),
      synced: async (child) => {
        const { stallMs } = await messageOf(child, ({ whole }) => whole === true);
        return typeof stallMs === 'number' ? stallMs : null;
      },
    },
    {
      name: 'makeInformer, objects only',
      start: () => fork(join(import.meta.dirname, 'informers.ts'), [kubeconfig], { env }),
      synced: async (child) => {
        await messageOf(child, ({ objects }) => typeof objects === 'number');
        return null;
      },
    },
    ...(values['kube-state-metrics'] === undefined
      ? []
      : [await kubeStateMetrics(values['kube-state-metrics'], kubeconfig)]),
  ];
}

const watchedResources =
  'configmaps,cronjobs,deployments,horizontalpodautoscalers,ingresses,networkpolicies,poddisruptionbudgets,serviceaccounts,services,statefulsets';

async function kubeStateMetrics(program: string, kubeconfig: string): Promise<Way> {
  const [port = 0, telemetry = 0] = await findFreePorts(2);
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--resources=${watchedResources}`,
    '--host=127.0.0.1',
    `--port=${port}`,
    '--telemetry-host=127.0.0.1',
    `--telemetry-port=${telemetry}`,
  ];
  return {
    name: 'kube-state-metrics, its metrics of the same kinds',
    start: () => spawn(program, args, { stdio: 'ignore' }),
    // It opens the watch of a kind when it has taken in its list.
    synced: async () => {
      for (;;) {
        await sleep(50);
        const page = await fetch(`http://127.0.0.1:${telemetry}/metrics`).then(
          (answer) => answer.text(),
          () => '',
        );
        const watched = page.match(/^kube_state_metrics_watch_total\{.*result="success".*\} [1-9]/gm) ?? [];
        if (watched.length >= watchedResources.split(',').length) return null;
      }
    },
  };
}

async function measure(way: Way, { kubeconfig }: Plane, estate: Estate): Promise<void> {
  const started = performance.now();
  const child = way.start();
  const use = (): ReturnType<typeof processUse> => processUse(child.pid ?? 0);
  try {
    const stall = await way.synced(child);
    const seconds = (performance.now() - started) / 1000;
    const atFirst = use();
    await sleep(20_000);
    const idle = use();
    const { count, took } = await writeStatuses(kubeconfig, estate);
    const busy = use();
    const share = ((busy.cpuSeconds - idle.cpuSeconds) / took) * 100;
    console.log(`  ${way.name}`);
    console.log(`    synced after               ${seconds.toFixed(2)} s, cpu ${atFirst.cpuSeconds.toFixed(2)} s`);
    if (stall !== null) console.log(`    longest event-loop stall   ${stall.toFixed(0)} ms`);
    console.log(
      `    resident                   ${mib(idle.residentMiB)} at rest, ${mib(busy.residentMiB)} after the writes, peak ${mib(busy.peakMiB)}`,
    );
    console.log(
      `    cpu                        ${share.toFixed(0)} % of a core at ${(count / took).toFixed(0)} status writes a second`,
    );
  } finally {
    child.kill();
  }
}

type Message = Readonly<Record<string, unknown>>;

function messageOf(child: ChildProcess, isWanted: (message: Message) => boolean): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>();
  child.on('message', (message: Message) => {
    if (isWanted(message)) resolve(message);
  });
  child.once('exit', (code, signal) => reject(new Error(`it ended too soon: ${code ?? signal}`)));
  return promise;
}

/** Status writes of Deployments, spread over the time; fewer when the API server is slower. */
async function writeStatuses(kubeconfig: string, estate: Estate): Promise<{ count: number; took: number }> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let count = 0;
  function* turns(): Generator<number> {
    while (elapsed() < Number(values.seconds)) yield count++;
  }
  await sendEach(kubeconfig, turns(), async (turn, send) => {
    const wait = turn / Number(values.rate) - elapsed();
    if (wait > 0) await sleep(wait * 1000);
    const file = estate.files[turn % estate.files.length];
    if (file === undefined) return;
    const path = `/apis/apps/v1/namespaces/${file.namespace}/deployments/${file.name.replace('.yaml', '')}/status`;
    const body = { status: { observedGeneration: turn + 1 } };
    await send({ path, method: 'PATCH', contentType: 'application/merge-patch+json', body });
  });
  return { count, took: elapsed() };
}

function mib(value: number): string {
  return `${value.toFixed(0)} MiB`;
}
