import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { array, constantFrom, sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { formatJson, type JsonValue, parseJson } from '../../src/resource/json.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { scalars } from '../collectors/scalar-table.ts';

const run = promisify(execFile);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mooring-scalars-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the real kubectl makes of an object, without a server. */
async function kubectlReads(text: string): Promise<JsonValue> {
  const file = join(folder, 'object.yaml');
  await writeFile(file, text);
  const args = ['--kubeconfig', '/dev/null', 'annotate', '--local', '-f', file, 'read-by=kubectl', '-o', 'json'];
  const { stdout } = await run(join(kubeToolsDir(), 'kubectl'), args);
  return parseJson(stdout);
}

function weRead(text: string): JsonValue {
  const { resources, gaps } = parseManifests(text, 'object.yaml');
  expect(gaps).toEqual([]);
  return resources[0]?.body ?? null;
}

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {read-by: kubectl}}\ndata:\n';

/** Both as kubectl prints them: it writes large doubles with a digit more or less than we would. */
function comparable(value: JsonValue): unknown {
  return JSON.parse(formatJson(value));
}

describe('the real kubectl agrees', () => {
  test('A17: on every scalar of the table', async () => {
    const text = head + scalars.map(([source], index) => `  k${index}: ${source}\n`).join('');
    expect(comparable(weRead(text))).toEqual(comparable(await kubectlReads(text)));
  });

  test('on scalars nobody thought of', async () => {
    const letters = constantFrom(...'0123456789abcdefnoxyYNE+-._:eT~'.split(''));
    const scalar = array(letters, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
    // What is no plain scalar at all (a list, an anchor) is another matter.
    const plain = scalar.filter((text) => !/^[-?:]($|[-:?])|:$|^-+$|^\.(nan|inf)|^(---|\.\.\.)/i.test(text));
    const sources = sample(plain, { numRuns: 5000, seed: 7 });
    const text = head + sources.map((source, index) => `  k${index}: ${source}\n`).join('');
    expect(comparable(weRead(text))).toEqual(comparable(await kubectlReads(text)));
  });

  test('on structure: merge keys, anchors, block scalars, odd keys', async () => {
    const text = `${head}  base: &b {cpu: 100m, n: 010}
  merged: {<<: *b, cpu: 1}
  several: {<<: [*b, {memory: 1Gi}], extra: y}
  folded: >-
    one
    two

    three
  literal: |
    a
     b
  keep: |+
    a

  yes: 1
  0x10: 2
  1.5: 3
  "010": 4
  text: "\\u00e9\\x41\\ttab"
  single: 'it''s'
  long: a b
    c d
  __proto__: {a: 1}
`;
    expect(comparable(weRead(text))).toEqual(comparable(await kubectlReads(text)));
  });
});
