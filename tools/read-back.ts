import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { objectAt, parseJson, stringAt, valueAt } from '../src/resource/json.ts';
import { kubeToolsDir } from './kube-tools.ts';
import { type Plane, startPlane } from './plane/start-plane.ts';

/**
 * Applies folders of plain manifests to a real control plane as kubectl, an engine and Helm do, and audits what can be read back:
 * every difference is a false alarm. Ends with 1 when there is one.
 *
 *   node tools/read-back.ts FOLDER...
 */
const folders = process.argv.slice(2).map((folder) => resolve(folder));
if (folders.length === 0) {
  console.error('usage: node tools/read-back.ts FOLDER...');
  process.exit(2);
}
const root = resolve(import.meta.dirname, '..');
const settleMs = 10_000;

for (const way of ['client-side', 'server-side', 'helm'] as const) {
  const plane = await startPlane();
  try {
    for (const folder of folders) await install(plane, folder, way);
    await sleep(settleMs);
    for (const folder of folders) await audit(plane, folder, way);
  } finally {
    await plane.stop();
  }
}

async function install(plane: Plane, folder: string, way: 'client-side' | 'server-side' | 'helm'): Promise<void> {
  const namespace = namespaceOf(folder);
  await run(plane, 'kubectl', ['create', 'namespace', namespace]);
  if (way === 'helm') return await installChart(plane, folder, namespace);
  const flags =
    way === 'server-side' ? ['--server-side', '--field-manager=argocd-controller', '--force-conflicts'] : [];
  const { code, stderr } = await run(plane, 'kubectl', ['-n', namespace, 'apply', ...flags, '-f', folder]);
  if (code !== 0) throw new Error(`kubectl apply of ${folder}: ${stderr}`);
}

/** The namespace that the manifests name themselves, or one of their own. */
function namespaceOf(folder: string): string {
  const named = filesOf(folder).flatMap(
    (file) => /^ {2}namespace: (\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? [],
  );
  return named[0] ?? basename(resolve(folder, '..')).toLowerCase();
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .map((name) => join(folder, name));
}

async function installChart(plane: Plane, folder: string, namespace: string): Promise<void> {
  const chart = mkdtempSync(join(tmpdir(), 'mooring-read-back-'));
  try {
    mkdirSync(join(chart, 'templates'));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: read-back\nversion: 1.0.0\n');
    for (const file of filesOf(folder)) {
      // The namespace of a release exists before it.
      const isNamespace = /^kind: Namespace$/m.test(readFileSync(file, 'utf8'));
      if (isNamespace) await run(plane, 'kubectl', ['apply', '-f', file]);
      else cpSync(file, join(chart, 'templates', basename(file).replace(/\.yml$/, '.yaml')));
    }
    const { code, stderr } = await run(plane, 'helm', ['install', 'read-back', chart, '--namespace', namespace]);
    if (code !== 0) throw new Error(`helm install of ${folder}: ${stderr}`);
  } finally {
    rmSync(chart, { recursive: true, force: true });
  }
}

async function audit(plane: Plane, folder: string, way: string): Promise<void> {
  const args = ['audit', '--desired', folder, '--live', 'kube:', '--namespace', namespaceOf(folder), '-o', 'json'];
  const { code, stdout, stderr } = await run(plane, join(root, 'bin', 'mooring'), args);
  if (code > 1) throw new Error(`the audit of ${folder} failed: ${stderr}`);
  const report = parseJson(stdout);
  const summary = objectAt(report, 'summary');
  const count = (what: string): string => `${Number(summary?.[what])} ${what}`;
  console.log(
    [
      way.padEnd(12),
      namespaceOf(folder).padEnd(20),
      count('resources'),
      count('inSync'),
      count('undetermined'),
      count('differences'),
    ].join('  '),
  );
  const resources = valueAt(report, 'resources');
  for (const resource of Array.isArray(resources) ? resources : []) {
    // The values of Secrets are not read, and the report says so of each.
    if (['in-sync', 'undetermined'].includes(stringAt(resource, 'verdict') ?? '')) continue;
    process.exitCode = 1;
    console.log(`  ${JSON.stringify(resource)}`);
  }
}

async function run(
  plane: Plane,
  program: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const PATH = `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`;
  const child = spawn(program, args, { env: { PATH, HOME: plane.dir, KUBECONFIG: plane.kubeconfig } });
  const { promise, resolve: end, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => end(code ?? 2));
  const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8');
  };
  const [stdout, stderr, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), promise]);
  return { code, stdout, stderr };
}
