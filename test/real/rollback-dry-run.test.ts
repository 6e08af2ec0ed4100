import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseJson, valueAt } from '../../src/resource/json.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runMooring } from './run-mooring.ts';

let directory: string;
let namespace: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mooring-dry-run-'));
  namespace = await freshNamespace('dry-run');
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const service = (port: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: ${namespace}}\nspec:\n  selector: {app: web}\n  ports:\n  - {port: ${port}}\n`;

async function plannedDryRun(port: string): Promise<unknown> {
  await writeFile(join(directory, 'web.yaml'), service(port));
  const repair = ['--repair', 'restore'];
  const sides = ['--desired', directory, '--live', 'kube:'];
  const args = ['rollback', 'plan', 'Service/web', '-n', namespace, ...repair, ...sides, '-o', 'json'];
  const { stdout, stderr } = await runMooring(args);
  expect(stderr).toBe('');
  return valueAt(parseJson(stdout), 'proof', 'dryRun');
}

test('a plan against a cluster says whether the API server would accept the result', async () => {
  await kubectl(['apply', '-f', '-'], { input: service('80') });
  expect(await plannedDryRun('81')).toBe('ok');
  expect(await plannedDryRun('70000')).toMatch(/^failed: Invalid: .*70000/);
});
