import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runMooring } from './run-mooring.ts';

const declared = 'canary-in-git-7f3a';
const edited = 'canary-by-hand-91c2';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Values in every place and form that a Secret has, sound and broken; each document would be reported on. */
const manifests = `apiVersion: v1
kind: Secret
metadata: {name: plain, annotations: {example.test/copy: ${declared}}}
stringData: {password: ${declared}, dsn: "postgres://shop:${declared}@db:5432/shop"}
data: {token: ${base64(declared)}}
---
apiVersion: v1
kind: Secret
metadata: {name: gone}
stringData: {password: ${declared}}
---
apiVersion: v1
kind: Secret
metadata: {name: no-base64}
data: {password: "${declared} is no base64!"}
---
apiVersion: v1
kind: Secret
metadata: {name: misspelt}
stringdata: {password: ${declared}}
---
apiVersion: v1
kind: Secret
metadata: {name: twice}
stringData: {password: ${declared}}
---
apiVersion: v1
kind: Secret
metadata: {name: twice}
stringData: {password: other-${declared}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.test/web:1
          env: [{name: DSN, valueFrom: {secretKeyRef: {name: plain, key: dsn}}}]
`;
const broken = `apiVersion: v1
kind: Secret
metadata: {name: broken}
stringData:
  password: ${declared}
 token: [${declared}
`;

let namespace = '';
const dir = mkdtempSync(join(tmpdir(), 'mooring-canary-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeAll(async () => {
  namespace = await freshNamespace('canary');
  mkdirSync(join(dir, 'git'));
  writeFileSync(join(dir, 'git', 'secrets.yaml'), manifests);
  writeFileSync(join(dir, 'git', 'broken.yaml'), broken);
  writeFileSync(join(dir, 'reading.yaml'), 'live: {readSecrets: true}\n');
  writeFileSync(join(dir, 'not-reading.yaml'), 'live: {readSecrets: false}\n');
  const sound = manifests.split('---\n').filter((text) => /name: (plain|web|twice)/.test(text));
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: sound.join('---\n') });
  const patch = JSON.stringify({
    stringData: { password: edited, added: edited },
    metadata: { annotations: { 'example.test/copy': edited } },
  });
  await kubectl(['-n', namespace, 'patch', 'secret', 'plain', '-p', patch]);
  await kubectl(['-n', namespace, 'create', 'secret', 'generic', 'extra', `--from-literal=password=${edited}`]);
});

const questions = [
  ...['table', 'json', 'yaml', 'diff'].map((format) => ['audit', '-o', format]),
  ...['json', 'dot'].map((format) => ['graph', 'export', '-o', format]),
  ...['restore', 'adopt', 'revert'].map((repair) => [
    'rollback',
    'plan',
    'secret/plain',
    '--repair',
    repair,
    '-o',
    'json',
  ]),
  ['diff', 'secret/plain'],
  ['blast-radius', 'secret/plain'],
].map((words) => ({ question: words.join(' '), words }));

test.for(questions)('A26: no value of a Secret is printed by $question', async ({ words }) => {
  const printed = await ask(words, 'reading');
  expect(printed).not.toBe('');
  for (const canary of [declared, edited]) {
    expect(printed).not.toContain(canary);
    expect(printed).not.toContain(base64(canary).slice(0, 16));
  }
});

test('a value that was changed by hand is reported when Secrets are read', async () => {
  const printed = await ask(['audit'], 'reading');
  expect(printed).toContain('~ data.password');
  expect(printed).toContain('+ data.added');
});

test('what was not read is said to be unknown', async () => {
  const printed = await ask(['audit', '-o', 'json'], 'not-reading');
  expect(printed).toContain('data of Secrets: read metadata-only');
  expect(printed).not.toContain(base64(edited).slice(0, 16));
});

async function ask(words: readonly string[], reading: 'reading' | 'not-reading'): Promise<string> {
  const side = words[0] === 'graph' || words[0] === 'blast-radius' ? '--manifests' : '--desired';
  const sources = [side, join(dir, 'git'), '--live', 'kube:', '--namespace', namespace];
  const { stdout, stderr } = await runMooring([...words, ...sources, '--config', join(dir, `${reading}.yaml`)]);
  return stdout + stderr;
}
