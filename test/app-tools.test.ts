import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTool } from '../src/app-tools.ts';

let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mooring-tools-'));
  for (const place of ['path', 'cache/tools/v9', 'cache/tools/v10', 'own']) {
    await mkdir(join(dir, place), { recursive: true });
    await writeFile(join(dir, place, 'helm'), '#!/bin/sh\n');
    await chmod(join(dir, place, 'helm'), 0o755);
  }
  await writeFile(join(dir, 'own', 'readme'), 'no program');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it.each([
  ['what is configured, before all', 'own/helm', { PATH: 'path', MOORING_HELM: 'path/helm' }, 'own/helm'],
  ['what its variable names', undefined, { PATH: 'path', MOORING_HELM: 'own/helm' }, 'own/helm'],
  ['the PATH', undefined, { PATH: 'path', MOORING_CACHE: 'cache' }, 'path/helm'],
  ['the newest of the cache', undefined, { PATH: 'none', MOORING_CACHE: 'cache' }, 'cache/tools/v10/helm'],
  ['nowhere', undefined, { PATH: 'none', HOME: 'none' }, undefined],
])('helm is found in %s', async (_where, configured, env, expected) => {
  const inDir = (path: string | undefined) => (path === undefined ? undefined : join(dir, path));
  const placed = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inDir(value)]));
  expect(await findTool('helm', { configured: inDir(configured), env: placed })).toBe(inDir(expected));
});

it('a named file that is no program is an error, not a reason to look elsewhere', async () => {
  const search = findTool('helm', { configured: join(dir, 'own', 'readme'), env: { PATH: join(dir, 'path') } });
  await expect(search).rejects.toMatchObject({ code: 'tool-missing' });
});
