import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLogger } from '../src/log/logger.ts';
import type { Round } from '../src/loop/round.ts';
import { isJsonObject, type JsonValue, objectAt, parseJson } from '../src/resource/json.ts';
import { type Plane, startPlane } from '../tools/plane/start-plane.ts';
import { drawEstate, type Estate } from './estate.ts';
import { fillCluster } from './fill-cluster.ts';
import { describeMachine } from './machine.ts';

/**
 * The daemon beside a real API server: from its start to all verdicts, from a live edit to its verdict, and what it weighs. An edit
 * is timed from before its request is sent until the round that reports it has told its observers; daemon and bench share a process.
 *
 *   node bench/watch.ts [--sizes 1000,10000] [--edits 200]
 */
const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '1000,10000' }, edits: { type: 'string', default: '200' } },
});

async function measure(size: number, edits: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mooring-bench-'));
  const plane = await startPlane({ apiOnly: true });
  try {
    const estate = drawEstate(size);
    mkdirSync(join(dir, 'manifests'));
    for (const { name, text } of estate.files) writeFileSync(join(dir, 'manifests', name), text);
    writeFileSync(
      join(dir, 'mooring.yaml'),
      'sources:\n  - source: ./manifests\nlive:\n  source: "kube:"\nhistory:\n  path: state.sqlite\napi:\n  listen: 127.0.0.1:0\n',
    );
    await fillCluster(plane.kubeconfig, estate);
    await watchEdits(plane, estate, { dir, edits });
  } finally {
    await plane.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function watchEdits(plane: Plane, estate: Estate, at: { dir: string; edits: number }): Promise<void> {
  const rounds = new RoundQueue();
  const started = performance.now();
  await using app = await createApp({
    loaded: await loadConfig({ file: join(at.dir, 'mooring.yaml'), env: {}, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: at.dir, KUBECONFIG: plane.kubeconfig },
    logger: createLogger({ level: 'error', write: () => {} }),
    version: '0.0.0',
    observers: [{ finished: (round) => rounds.push(round) }],
  });
  app.start();
  const first = await rounds.next((round) => round.whole);
  const coldStart = (performance.now() - started) / 1000;
  const { resources, drifted } = first.report.summary;
  const times: number[] = [];
  const judged = app.daemon.judgements;
  const cpu = process.cpuUsage();
  for (let edit = 0; edit < at.edits; edit += 1) times.push(await timeEdit(plane, estate, { rounds, edit }));
  const spent = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  global.gc?.();
  console.log(`\n${resources} resources (${drifted} drifted at first)`);
  console.log(`  process start to all verdicts  ${coldStart.toFixed(2)} s, the import of the program not counted`);
  console.log(
    `  live edit to verdict           p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms of ${at.edits} edits`,
  );
  console.log(
    `  cpu an edit                    ${((spent.user + spent.system) / 1000 / at.edits).toFixed(1)} ms, the bench's own requests included`,
  );
  console.log(`  judgements an edit             ${((app.daemon.judgements - judged) / at.edits).toFixed(2)}`);
  console.log(
    `  resident memory                ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB after collection`,
  );
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
  const seen = at.rounds.next(({ report }) =>
    report.resources.some(
      ({ kind, name, namespace, differences }) =>
        kind === 'ConfigMap' &&
        name === app &&
        namespace === file.namespace &&
        differences.some(({ path: field, live }) => field === 'data.EDITED' && live === `${at.edit}`),
    ),
  );
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

/** Hands each finished round to whoever waits for it. */
class RoundQueue {
  readonly #waiting = new Set<(round: Round) => void>();

  push(round: Round): void {
    for (const hear of this.#waiting) hear(round);
  }

  next(wanted: (round: Round) => boolean): Promise<Round> {
    const { promise, resolve } = Promise.withResolvers<Round>();
    const hear = (round: Round): void => {
      if (!wanted(round)) return;
      this.#waiting.delete(hear);
      resolve(round);
    };
    this.#waiting.add(hear);
    return promise;
  }
}

console.log(describeMachine());
for (const size of values.sizes.split(',').map(Number)) await measure(size, Number(values.edits));
