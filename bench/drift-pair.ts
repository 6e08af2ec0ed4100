import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { diff } from 'json-diff-ts';
import { parseManifests } from '../src/collectors/parse-manifests.ts';
import { DriftSession } from '../src/drift/drift-session.ts';
import { formatJson, isJsonObject, type JsonObject, objectAt, parseJson } from '../src/resource/json.ts';
import type { Resource } from '../src/resource/resource.ts';
import { formatResourceId } from '../src/resource/resource-id.ts';
import { describeMachine } from './machine.ts';

/**
 * One declared object against the live one as a real API server returns it: from two parsed trees to judged differences, for ten
 * kinds, unchanged and with one and fifty changes, beside json-diff-ts on the same two trees as they are. Each sample has fresh
 * trees, so that nothing is remembered of an earlier one.
 *
 *   node --expose-gc bench/drift-pair.ts [--samples 2000]
 */
const { values } = parseArgs({ options: { samples: { type: 'string', default: '2000' } } });
const fixtures = join(dirname(import.meta.dirname), 'test', 'fixtures');
const samples = Number(values.samples);
const readAt = '2026-01-01T00:00:00Z';
/** Argo CD's engine in Go on ten kinds, structured mode, the same for unchanged objects; measured on the same kind of machine. */
const argoMicroseconds = 282;

const kinds = [
  ['workloads', 'Deployment', 'rich'],
  ['workloads', 'StatefulSet', 'rich'],
  ['workloads', 'DaemonSet', 'minimal'],
  ['workloads', 'CronJob', 'rich'],
  ['network', 'Service', 'balancer'],
  ['network', 'Ingress', 'rich'],
  ['network', 'NetworkPolicy', 'rich'],
  ['network', 'HorizontalPodAutoscaler', 'rich'],
  ['configuration', 'ConfigMap', 'web'],
  ['configuration', 'Role', 'rich'],
] as const;

const scenarios = [
  { name: 'unchanged', changes: 0 },
  { name: 'one change', changes: 1 },
  { name: 'fifty changes', changes: 50 },
] as const;

interface Pair {
  readonly desired: Resource;
  readonly live: Resource;
}

interface Row {
  readonly kind: string;
  readonly judged: readonly number[];
  readonly naive: readonly number[];
}

console.log(`${describeMachine()}, ${samples} samples of each`);
for (const { name, changes } of scenarios) {
  const rows = kinds.map(([file, kind, object]) => measure(pairOf(file, kind, object), changes));
  print(name, rows, changes);
}

function pairOf(file: string, kind: string, name: string): Pair {
  const find = (folder: string): Resource => {
    const { resources } = parseManifests(readFileSync(join(fixtures, folder, `${file}.yaml`), 'utf8'), file);
    const found = resources.find(({ id }) => id.kind === kind && id.name === name);
    if (found === undefined) throw new Error(`no ${kind} ${name} in ${folder}/${file}.yaml`);
    return found;
  };
  return { desired: find('builtin-kinds'), live: find('read-back/server-side') };
}

function measure(pair: Pair, changes: number): Row {
  const texts = {
    desired: formatJson(withChanges(pair.desired.body, 0)),
    live: formatJson(withChanges(pair.live.body, changes)),
  };
  const key = formatResourceId(pair.live.id);
  const [judged, naive]: [number[], number[]] = [[], []];
  const warmUp = Math.min(500, samples);
  for (let sample = -warmUp; sample < samples; sample += 1) {
    const [desired, live] = [treeOf(texts.desired), treeOf(texts.live)];
    const session = new DriftSession({ defaultNamespace: pair.live.id.namespace });
    session.setLive({ source: '', readAt, gaps: [], openApi: [], resources: [{ ...pair.live, body: live }] });
    const resources = [{ ...pair.desired, id: pair.live.id, body: desired }];
    session.setDesired([{ source: '', readAt, gaps: [], unstable: [], revision: null, resources }]);
    const started = performance.now();
    const report = session.judge(key, readAt);
    const between = performance.now();
    diff(desired, live);
    const ended = performance.now();
    if (report?.differences.length !== changes)
      throw new Error(`${key}: ${report?.differences.length} differences instead of ${changes}`);
    if (sample < 0) continue;
    judged.push((between - started) * 1000);
    naive.push((ended - between) * 1000);
  }
  return { kind: pair.live.id.kind, judged: judged.sort(ascending), naive: naive.sort(ascending) };
}

function treeOf(text: string): JsonObject {
  const tree = parseJson(text);
  if (!isJsonObject(tree)) throw new Error('the fixture is no object');
  return tree;
}

/** Labels by another hand beside one that both sides have: a change that every kind can have, as many times as wanted. */
function withChanges(body: JsonObject, changes: number): JsonObject {
  const metadata = objectAt(body, 'metadata') ?? {};
  const added = Object.fromEntries(
    Array.from({ length: changes }, (_, index) => [`example.test/by-hand-${index}`, `value-${index}`]),
  );
  return { ...body, metadata: { ...metadata, labels: { present: 'yes', ...objectAt(metadata, 'labels'), ...added } } };
}

function print(name: string, rows: readonly Row[], changes: number): void {
  console.log(`\n${name.padEnd(26)}  mooring p50   p99      json-diff-ts p50   p99   µs`);
  for (const { kind, judged, naive } of rows) {
    console.log(
      `  ${kind.padEnd(24)} ${cell(quantile(judged, 0.5))} ${cell(quantile(judged, 0.99))}          ${cell(quantile(naive, 0.5))} ${cell(quantile(naive, 0.99))}`,
    );
  }
  const all = rows.flatMap(({ judged }) => judged).sort(ascending);
  const naive = rows.flatMap((row) => row.naive).sort(ascending);
  const median = quantile(all, 0.5);
  console.log(
    `  ${'all ten'.padEnd(24)} ${cell(median)} ${cell(quantile(all, 0.99))}          ${cell(quantile(naive, 0.5))} ${cell(quantile(naive, 0.99))}`,
  );
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const against = changes === 0 ? `, ${(argoMicroseconds / median).toFixed(1)} times under ${argoMicroseconds} µs` : '';
  console.log(`  median ${median.toFixed(1)} µs, mean ${mean.toFixed(1)} µs${against}`);
}

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function cell(value: number): string {
  return value.toFixed(0).padStart(9);
}
