/**
 * `node bench/rollback/plans.ts [--files 5000] [--commits 8000] [--plans 40] [--naive 1]`: the plan of a repair, proof included, in a
 * repository of many applications, beside the naive way in the same run: clone, edit with a library, render every application to see that
 * nothing else has changed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';
import { compareOnce } from '../../src/app-audit.ts';
import { graphOfSides } from '../../src/app-graph.ts';
import { inputsOf } from '../../src/app-inputs.ts';
import { planFor, sidesOf } from '../../src/app-plan.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { describeMachine } from '../machine.ts';
import { type ApplicationRepository, makeRepository } from './application-repository.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '5000' },
    commits: { type: 'string', default: '8000' },
    plans: { type: 'string', default: '40' },
    naive: { type: 'string', default: '1' },
  },
});

const { signal } = new AbortController();
const work = mkdtempSync(join(tmpdir(), 'mooring-bench-plans-'));
const env = { PATH: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`, HOME: work };
const repository = await makeRepository(Number(values.files), Number(values.commits));
try {
  console.log(describeMachine());
  console.log(`${repository.files} files, ${repository.commits} commits, ${repository.applications.length} overlays`);
  const step = Math.max(1, Math.floor(repository.applications.length / Number(values.plans)));
  const chosen = repository.applications.filter((_, index) => index % step === 0).slice(0, Number(values.plans));
  const adopted = await repeat(chosen, (app) => plan(app, 'adopt'));
  const reverted = await repeat(chosen, (app) => plan(app, 'revert'));
  show(
    'adopt: plan with proof',
    adopted.map(({ plan: time }) => time),
  );
  show(
    'revert: plan with proof',
    reverted.map(({ plan: time }) => time),
  );
  show(
    'read, render, compare, adopt',
    adopted.map(({ all }) => all),
  );
  const naives = await repeat(chosen.slice(0, Number(values.naive)), naive);
  show('naive: clone, edit, render all', naives);
  const best = median(adopted.map(({ all }) => all));
  console.log(
    `ratio to everything Mooring did: ${(median(naives) / best).toFixed(0)}; to the plan alone: ${(median(naives) / median(adopted.map(({ plan: time }) => time))).toFixed(0)}`,
  );
} finally {
  rmSync(repository.directory, { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
}

async function repeat<T>(apps: readonly string[], once: (app: string) => T | Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const app of apps) results.push(await once(app));
  return results;
}

interface Times {
  /** Milliseconds of the plan alone, as in a daemon that has read everything. */
  readonly plan: number;
  /** With opening, reading, rendering and comparing the source. */
  readonly all: number;
}

/** Somebody put another image live. */
async function plan(app: string, repair: 'adopt' | 'revert'): Promise<Times> {
  const live = join(work, app);
  mkdirSync(live, { recursive: true });
  const rendered = kustomize(checkedOut(repository, app), 'prod');
  writeFileSync(join(live, 'live.yaml'), rendered.replace(/image: (.*):1\.\d+/, 'image: $1:9.9'));
  const begun = performance.now();
  await using inputs = await inputsOf(
    { sources: [], repositories: [], live: { source: '', readSecrets: false }, rules: [], engines: {} },
    env,
  );
  const request = { desired: `${repository.directory}#main:apps/${app}/prod`, live, namespace: app };
  const desired = await inputs.desired(request, signal);
  const [placed] = desired;
  if (placed === undefined) throw new Error('no source');
  const places = desired.map(({ source, ...place }) => ({ ...place, manifests: source.manifests }));
  const opened = await inputs.live(request);
  const comparison = await compareOnce(
    { desired: places, live: opened, rules: [], admission: null, now: () => new Date() },
    signal,
  );
  const report = comparison.report.resources.find(({ kind }) => kind === 'Deployment');
  if (report === undefined) throw new Error(`${app} has no Deployment`);
  const graph = graphOfSides(comparison, new Date().toISOString());
  const start = performance.now();
  const { plan: found } = await planFor(
    {
      ...sidesOf(comparison, report),
      report,
      source: placed.source,
      base: comparison.desired[0]?.revision ?? null,
      graph,
      cluster: null,
      repair,
      sanctionedManagers: [],
      dryRun: null,
    },
    signal,
  );
  const end = performance.now();
  if (found.refused !== null || found.proof.render !== 'ok')
    throw new Error(`${app}: ${found.refused?.why ?? found.proof.render}`);
  return { plan: end - start, all: end - begun };
}

function naive(app: string): number {
  const start = performance.now();
  const clone = mkdtempSync(join(work, 'clone-'));
  execFileSync('git', ['clone', '--quiet', `file://${repository.directory}`, clone]);
  const before = repository.applications.map((each) => kustomize(join(clone, 'apps', each), 'prod'));
  const file = join(clone, 'apps', app, 'prod', 'kustomization.yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  document.setIn(['images', 0, 'newTag'], '9.9');
  writeFileSync(file, document.toString());
  const after = repository.applications.map((each) => kustomize(join(clone, 'apps', each), 'prod'));
  if (after.filter((text, index) => text !== before[index]).length !== 1)
    throw new Error('another application changed');
  rmSync(clone, { recursive: true, force: true });
  return performance.now() - start;
}

function kustomize(folder: string, overlay: string): string {
  return execFileSync('kubectl', ['kustomize', join(folder, overlay)], { env, encoding: 'utf8' });
}

/** One application, outside of what is timed. */
function checkedOut({ directory }: ApplicationRepository, app: string): string {
  const target = mkdtempSync(join(work, 'app-'));
  const archive = execFileSync('git', ['--git-dir', directory, 'archive', 'main', `apps/${app}`]);
  execFileSync('tar', ['-x', '-C', target], { input: archive });
  return join(target, 'apps', app);
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function show(name: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
  console.log(`${name.padEnd(34)} p50 ${median(times).toFixed(0)} ms   p99 ${p99.toFixed(0)} ms   of ${times.length}`);
}
