import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isJsonObject, type JsonValue, objectAt, parseJson } from '../src/resource/json.ts';
import { bundleProgram } from '../tools/bundle.ts';
import { daemonEnvironment, daemonNodeFlags } from '../tools/daemon-node.ts';
import { kubeToolsDir } from '../tools/kube-tools.ts';
import { type Plane, startPlane } from '../tools/plane/start-plane.ts';
import { fillDaemonFolder } from './daemon-folder.ts';
import { drawEstate, type Estate } from './estate.ts';
import { fillCluster } from './fill-cluster.ts';
import { describeMachine } from './machine.ts';
import { processUse } from './run-measured.ts';
import type { RoundSeen } from './watched-daemon.ts';

/**
 * The daemon, bundled and in a process of its own as the image runs it, beside a real API server: from its start to all verdicts,
 * from a live edit to its verdict, and what it weighs. An edit is timed from before its request is sent until the bench has been
 * told of the round that reports it.
 *
 *   node bench/watch.ts [--sizes 1000,10000] [--edits 200] [--rest 20] [--node ARGUMENTS]
 */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000' },
    edits: { type: 'string', default: '200' },
    /** Rest before memory is read, in seconds. */
    rest: { type: 'string', default: '20' },
    /** Arguments for the daemon's Node. */
    node: { type: 'string', default: daemonNodeFlags.join(' ') },
    /** Names as in the sources, for profiling. */
    readable: { type: 'boolean', default: false },
  },
});

async function measure(program: string, size: number, edits: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mooring-bench-'));
  const plane = await startPlane({ apiOnly: true });
  try {
    const estate = drawEstate(size);
    fillDaemonFolder(dir, estate);
    await fillCluster(plane.kubeconfig, estate);
    await watchEdits(program, plane, estate, { dir, edits });
  } finally {
    await plane.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function watchEdits(
  program: string,
  plane: Plane,
  estate: Estate,
  at: { dir: string; edits: number },
): Promise<void> {
  const started = performance.now();
  const child = fork(program, [at.dir], {
    env: {
      ...daemonEnvironment,
      PATH: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`,
      HOME: at.dir,
      KUBECONFIG: plane.kubeconfig,
    },
    execArgv: values.node.split(' ').filter((part) => part !== ''),
  });
  try {
    const rounds = new RoundQueue(child);
    const first = await rounds.next(({ whole }) => whole);
    const coldStart = (performance.now() - started) / 1000;
    const cold = processUse(child.pid ?? 0);
    await sleep(Number(values.rest) * 1000);
    const idle = processUse(child.pid ?? 0);
    const times: number[] = [];
    let judged = first.judgements;
    rounds.stallMs = 0;
    for (let edit = 0; edit < at.edits; edit += 1) times.push(await timeEdit(plane, estate, { rounds, edit }));
    const after = processUse(child.pid ?? 0);
    judged = rounds.judgements - judged;
    times.sort((a, b) => a - b);
    await sleep(Number(values.rest) * 1000);
    const rest = processUse(child.pid ?? 0);
    console.log(`\n${first.resources} resources (${first.drifted} drifted at first)`);
    console.log(`  process start to all verdicts  ${coldStart.toFixed(2)} s, cpu ${cold.cpuSeconds.toFixed(2)} s`);
    console.log(
      `  live edit to verdict           p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms of ${at.edits} edits`,
    );
    console.log(
      `  cpu an edit                    ${(((after.cpuSeconds - idle.cpuSeconds) * 1000) / at.edits).toFixed(1)} ms`,
    );
    console.log(`  judgements an edit             ${(judged / at.edits).toFixed(2)}`);
    console.log(
      `  longest event-loop stall       ${first.stallMs.toFixed(0)} ms until all verdicts, ${rounds.stallMs.toFixed(0)} ms afterwards`,
    );
    console.log(
      `  resident memory                ${idle.residentMiB.toFixed(0)} MiB after ${values.rest} s, ${rest.residentMiB.toFixed(0)} MiB in the end; peak ${rest.peakMiB.toFixed(0)} MiB`,
    );
  } finally {
    child.kill();
  }
}

/** Changes one key of a ConfigMap and waits for the round that reports it. */
async function timeEdit(plane: Plane, estate: Estate, at: { rounds: RoundQueue; edit: number }): Promise<number> {
  const file = estate.files[(at.edit * 7) % estate.files.length];
  if (file === undefined) throw new Error('the estate is empty');
  const app = file.name.replace('.yaml', '');
  const path = `/api/v1/namespaces/${file.namespace}/configmaps/${app}`;
  const now: JsonValue = parseJson(await textOf(plane, 'GET', path));
  const edited = isJsonObject(now) ? { ...now, data: { ...objectAt(now, 'data'), EDITED: `${at.edit}` } } : null;
  const started = performance.now();
  const seen = at.rounds.next(({ marks }) => marks.includes(`${file.namespace}/${app}=${at.edit}`));
  await textOf(plane, 'PUT', path, edited);
  await seen;
  return performance.now() - started;
}

async function textOf(plane: Plane, method: string, path: string, body?: JsonValue): Promise<string> {
  const answer = await plane.request(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  return answer.body;
}

function quantile(sorted: readonly number[], q: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0).toFixed(0);
}

/** Hands each round that the daemon tells of to whoever waits for it. */
class RoundQueue {
  readonly #waiting = new Set<(round: RoundSeen) => void>();
  judgements = 0;
  stallMs = 0;

  constructor(child: ChildProcess) {
    child.on('message', (round: RoundSeen) => {
      this.judgements = round.judgements;
      this.stallMs = Math.max(this.stallMs, round.stallMs);
      for (const hear of this.#waiting) hear(round);
    });
    child.once('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGTERM') return;
      console.error(`the daemon ended: ${code ?? signal}`);
      process.exitCode = 1;
    });
  }

  next(wanted: (round: RoundSeen) => boolean): Promise<RoundSeen> {
    const { promise, resolve } = Promise.withResolvers<RoundSeen>();
    const hear = (round: RoundSeen): void => {
      if (!wanted(round)) return;
      this.#waiting.delete(hear);
      resolve(round);
    };
    this.#waiting.add(hear);
    return promise;
  }
}

console.log(describeMachine());
const folder = mkdtempSync(join(tmpdir(), 'mooring-bench-program-'));
try {
  const program = join(folder, 'daemon.mjs');
  await bundleProgram(join(import.meta.dirname, 'watched-daemon.ts'), program, !values.readable);
  for (const size of values.sizes.split(',').map(Number)) await measure(program, size, Number(values.edits));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
