/** `node bench/rollback/one-scalar.ts`: one scalar of a 10,000-line file, by splicing bytes and by a library's round trip, in the same run. */
import { parseDocument } from 'yaml';
import { editManifest } from '../../src/rollback/edit/edit-manifest.ts';

const lines = Array.from({ length: 2000 }, (_, index) =>
  [
    `  # what key ${index} is for`,
    `  key-${index}:   "value ${index}"   # aligned`,
    `  nested-${index}: {a: 1, b: [x,  y]}`,
    `  mode-${index}: 0644`,
    `  text-${index}: >-\n    folded text that goes on for a while and is wrapped by hand\n    where its author liked it`,
  ].join('\n'),
).join('\n');
const text = `apiVersion: example.dev/v1\nkind: Widget\nmetadata:\n  name: large\n  namespace: shop\nspec:\n${lines}\n`;
const runs = 7;

function spliced(run: number): string {
  const path = [{ kind: 'field', name: 'spec' } as const, { kind: 'field', name: `key-${900 + run}` } as const];
  const selector = { kind: 'Widget', namespace: 'shop', name: 'large' };
  const outcome = editManifest(text, 'large.yaml', selector, [{ op: 'set', path, value: 'changed' }]);
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  return outcome.text;
}

function roundTripped(run: number): string {
  const document = parseDocument(text);
  document.setIn(['spec', `key-${900 + run}`], 'changed');
  return document.toString();
}

function changedLines(after: string): number {
  const before = new Map<string, number>();
  for (const line of text.split('\n')) before.set(line, (before.get(line) ?? 0) + 1);
  let changed = 0;
  for (const line of after.split('\n')) {
    const left = before.get(line) ?? 0;
    if (left === 0) changed += 1;
    else before.set(line, left - 1);
  }
  return changed;
}

function measure(name: string, edit: (run: number) => string): void {
  const times: number[] = [];
  let changed = 0;
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    const after = edit(run);
    times.push(performance.now() - start);
    changed = changedLines(after);
  }
  const sorted = times.sort((a, b) => a - b);
  const median = sorted[Math.floor(runs / 2)] ?? 0;
  console.log(
    `${name.padEnd(34)} ${String(changed).padStart(6)} lines changed   p50 ${median.toFixed(0)} ms   max ${(sorted.at(-1) ?? 0).toFixed(0)} ms`,
  );
}

console.log(
  `one scalar in a file of ${text.split('\n').length} lines (${Math.round(text.length / 1024)} KiB), proof included`,
);
measure('mooring (splice, read again)', spliced);
measure('yaml Document (round trip)', roundTripped);
