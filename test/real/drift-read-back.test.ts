import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { allFindings, auditPlane } from './audit-plane.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runTool } from './run-tool.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'builtin-kinds');

interface Fixture {
  readonly name: string;
  readonly text: string;
}

interface Applier {
  readonly name: string;
  readonly apply: (files: readonly Fixture[], namespace: string) => Promise<void>;
}

/** Custom resources after their definition, and everything else before what needs it. */
const order = ['cluster-scoped', 'configuration', 'network', 'workloads', 'custom'];

const serverSide = ['--server-side', '--field-manager=argocd-controller'];

const appliers: readonly Applier[] = [
  { name: 'kubectl', apply: (files, namespace) => applyWith(files, namespace, []) },
  {
    name: 'argocd',
    apply: (files, namespace) => applyWith(files, namespace, serverSide),
  },
  { name: 'helm', apply: installChart },
];

describe.for(appliers)('objects of every built-in kind, applied by $name', ({ name, apply }) => {
  test('have no difference, at once and when the controllers have settled', async () => {
    const files = fixturesFor(name);
    const namespace = await freshNamespace(`readback-${name}`);
    await apply(files, namespace);
    const manifests = files.map(({ text }) => text).join('\n---\n');
    const early = await auditPlane({ manifests, namespace, readSecrets: true });
    expect(allFindings(early)).toEqual([]);
    await settle(namespace);
    const settled = await auditPlane({ manifests, namespace, readSecrets: true });
    expect(settled.summary.resources).toBeGreaterThan(70);
    expect(settled.resources.filter(({ verdict }) => verdict !== 'in-sync')).toEqual([]);
  });
});

test.for(appliers)('the example application has no difference, applied by $name', async ({ name, apply }) => {
  const folder = join(import.meta.dirname, '..', '..', 'examples', 'harbour-shop', 'manifests');
  const namespace = await freshNamespace(`example-${name}`);
  const files = readdirSync(folder)
    .filter((file) => file !== 'namespace.yaml')
    .map((file) => ({
      name: file,
      text: readFileSync(join(folder, file), 'utf8').replaceAll('namespace: harbour', `namespace: ${namespace}`),
    }));
  await apply(files, namespace);
  await settle(namespace);
  const manifests = files.map(({ text }) => text).join('\n---\n');
  const report = await auditPlane({ manifests, namespace, readSecrets: true });
  expect(allFindings(report)).toEqual([]);
  expect(report.summary.inSync).toBeGreaterThan(30);
});

test.for(['kubectl', 'argocd'])(
  'zeros that the server takes for nothing are no difference, applied as %s',
  async (name) => {
    const namespace = await freshNamespace(`zeros-${name}`);
    const manifests = readFileSync(join(fixtures, '..', 'plain-zeros.yaml'), 'utf8');
    await applyWith([{ name: 'zeros.yaml', text: manifests }], namespace, name === 'argocd' ? serverSide : []);
    const report = await auditPlane({ manifests, namespace, readSecrets: true });
    expect(allFindings(report)).toEqual([]);
    expect(report.summary.inSync).toBe(5);
  },
);

/** Not all of them can ever run, so what is awaited is that nobody writes any more. */
async function settle(namespace: string): Promise<void> {
  const kinds = 'deployments,statefulsets,daemonsets,replicasets,jobs,cronjobs,services,pdb,pvc,pods';
  let before = '';
  await vi.waitFor(
    async () => {
      const now = await kubectl(['-n', namespace, 'get', kinds, '-o', 'jsonpath={..resourceVersion}']);
      const isQuiet = now === before;
      before = now;
      expect(isQuiet).toBe(true);
    },
    { timeout: 60_000, interval: 2_000 },
  );
}

/** Objects of cluster scope get names of their own for each applier, so that none meets what another one made. */
function fixturesFor(applier: string): readonly Fixture[] {
  return order.map((name) => ({
    name: `${name}.yaml`,
    text: readFileSync(join(fixtures, `${name}.yaml`), 'utf8')
      .replaceAll('readback', `readback-${applier}`)
      .replaceAll('gpu.example.test', `gpu-${applier}.example.test`),
  }));
}

async function applyWith(files: readonly Fixture[], namespace: string, flags: readonly string[]): Promise<void> {
  for (const { name, text } of files) {
    if (name === 'custom.yaml') await kubectl(['wait', '--for=condition=established', '--all', 'crd', '--timeout=60s']);
    await kubectl(['-n', namespace, 'apply', ...flags, '-f', '-'], { input: text });
  }
}

/** The files as a chart: definitions go where Helm installs them first. */
async function installChart(files: readonly Fixture[], namespace: string): Promise<void> {
  const chart = mkdtempSync(join(tmpdir(), 'mooring-chart-'));
  try {
    for (const dir of ['templates', 'crds']) mkdirSync(join(chart, dir));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: harbour\nversion: 1.0.0\n');
    for (const { name, text } of files) {
      const documents = text.split(/^---$/m);
      const isDefinition = (document: string): boolean => /^kind: CustomResourceDefinition$/m.test(document);
      const definitions = documents.filter(isDefinition);
      // Helm refuses an empty file there.
      if (definitions.length > 0) writeFileSync(join(chart, 'crds', name), definitions.join('---'));
      writeFileSync(join(chart, 'templates', name), documents.filter((each) => !isDefinition(each)).join('---'));
    }
    await runTool('helm', ['install', 'harbour', chart, '--namespace', namespace]);
  } finally {
    rmSync(chart, { recursive: true, force: true });
  }
}
