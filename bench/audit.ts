import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatJson, objectAt, parseJson } from '../src/resource/json.ts';
import { bundleWhenStale } from '../tools/bundle.ts';
import { kubeToolsDir } from '../tools/kube-tools.ts';
import { type Plane, startPlane } from '../tools/plane/start-plane.ts';
import { drawEstate, type Estate } from './estate.ts';
import { fillCluster } from './fill-cluster.ts';
import { describeMachine } from './machine.ts';
import { type Measured, runMeasured } from './run-measured.ts';

/**
 * `mooring audit` of a whole estate on a real API server, as a process from start to end, beside `kubectl diff --server-side` of
 * the same files on the same server in the same run. Five resources are edited by hand, so that both have something to find.
 *
 *   node bench/audit.ts [--sizes 1000,10000] [--runs 3] [--keep]
 */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000' },
    runs: { type: 'string', default: '3' },
    'without-kubectl': { type: 'boolean', default: false },
    /** Leaves the plane and the files until interrupted, to profile by hand. */
    keep: { type: 'boolean', default: false },
  },
});
const root = dirname(import.meta.dirname);

console.log(describeMachine());
await bundleWhenStale((line) => console.log(line));
// What the image runs; a copy, so that an edit of the sources meanwhile changes nothing.
const program = join(mkdtempSync(join(tmpdir(), 'mooring-bundle-')), 'mooring.mjs');
copyFileSync(join(root, 'dist', 'mooring.mjs'), program);
process.once('exit', () => rmSync(dirname(program), { recursive: true, force: true }));
for (const size of values.sizes.split(',').map(Number)) await measure(size);

async function measure(size: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mooring-bench-'));
  const plane = await startPlane({ apiOnly: true });
  try {
    const estate = drawEstate(size);
    for (const { name, text } of estate.files) writeFileSync(join(dir, name), text);
    await fillCluster(plane.kubeconfig, estate);
    await editByHand(plane, estate);
    console.log(
      `\n${size} resources in ten kinds, ${estate.files.length} files, ${estate.namespaces.length} namespaces`,
    );
    const audits = await repeat(Number(values.runs), () => audit(plane, dir));
    const best = fastest(audits);
    report('mooring audit', best, audits);
    if (!values['without-kubectl']) {
      const diff = await kubectlDiff(plane, dir);
      report('kubectl diff --server-side', diff, [diff]);
      console.log(`  ratio                        ${(diff.seconds / best.seconds).toFixed(1)} times faster`);
    }
    if (values.keep) await untilInterrupted(plane, dir);
  } finally {
    await plane.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function environmentOf(plane: Plane): Readonly<Record<string, string | undefined>> {
  const path = `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`;
  return { PATH: path, HOME: plane.dir, KUBECONFIG: plane.kubeconfig, KUBECACHEDIR: join(plane.dir, 'kubectl-cache') };
}

async function editByHand(plane: Plane, estate: Estate): Promise<void> {
  for (const { name, namespace } of estate.files.slice(0, 5)) {
    const app = name.replace('.yaml', '');
    const args = ['-n', namespace, 'set', 'image', `deployment/${app}`, `main=example.test/edited:1`];
    const { code, stderr } = await runMeasured('kubectl', args, environmentOf(plane));
    if (code !== 0) throw new Error(`cannot edit ${app}: ${stderr}`);
  }
}

async function audit(plane: Plane, dir: string): Promise<Measured> {
  const args = ['audit', '--desired', dir, '--live', 'kube:', '-o', 'json'];
  const run = await runMeasured(process.execPath, [program, ...args], environmentOf(plane));
  const summary = run.code === 1 ? objectAt(parseJson(run.stdout), 'summary') : undefined;
  if (summary?.['differences'] !== 5)
    throw new Error(`the audit found ${formatJson(summary)}, code ${run.code}: ${run.stderr}`);
  return run;
}

async function kubectlDiff(plane: Plane, dir: string): Promise<Measured> {
  const args = ['diff', '--server-side', '--force-conflicts', '-f', dir];
  const run = await runMeasured('kubectl', args, environmentOf(plane));
  const found = run.stdout.match(/^diff /gm)?.length ?? 0;
  if (run.code !== 1 || found !== 5) throw new Error(`kubectl found ${found}, code ${run.code}: ${run.stderr}`);
  return run;
}

async function repeat(runs: number, once: () => Promise<Measured>): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (let run = 0; run < runs; run += 1) measured.push(await once());
  return measured;
}

function fastest(runs: readonly Measured[]): Measured {
  const [best] = runs.toSorted((a, b) => a.seconds - b.seconds);
  if (best === undefined) throw new Error('nothing was measured');
  return best;
}

function report(what: string, best: Measured, runs: readonly Measured[]): void {
  const all = runs.map(({ seconds }) => seconds.toFixed(2)).join(', ');
  const { seconds, cpuSeconds, peakMiB } = best;
  console.log(
    `  ${what.padEnd(28)} ${seconds.toFixed(2)} s, cpu ${cpuSeconds.toFixed(2)} s, peak ${peakMiB.toFixed(0)} MiB (runs: ${all})`,
  );
}

async function untilInterrupted(plane: Plane, dir: string): Promise<void> {
  console.log(`  KUBECONFIG=${plane.kubeconfig} bin/mooring audit --desired ${dir} --live kube: -o json`);
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGINT', () => resolve());
  process.once('SIGTERM', () => resolve());
  const waiting = setInterval(() => {}, 60_000);
  await promise;
  clearInterval(waiting);
}
