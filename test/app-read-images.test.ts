import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openMemory } from '../src/app-memory.ts';
import { startDaemon } from '../src/app-run.ts';
import { openWorkbench } from '../src/app-workbench.ts';
import { runCli } from '../src/cli/cli.ts';
import { parseJson, valueAt } from '../src/resource/json.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';
import { configBlob, manifestBlob, servedImage, types } from './registry/images-of.ts';
import { type ScriptedRegistry, serve, startScriptedRegistry } from './registry/scripted-registry.ts';

/** A registry with `shop/front:1`, whose build alone says where the catalogue is. */
async function registryWithFront(): Promise<ScriptedRegistry> {
  const config = configBlob(['PATH=/usr/bin', 'CATALOGUE_URL=http://catalogue:8080/items']);
  const manifest = manifestBlob(config);
  const registry = await startScriptedRegistry();
  registry.routes.set('/v2/shop/front/manifests/1', serve(manifest, types.image));
  registry.routes.set(`/v2/shop/front/manifests/${manifest.digest}`, serve(manifest, types.image));
  registry.routes.set(`/v2/shop/front/blobs/${config.digest}`, serve(config));
  return registry;
}

interface Shop {
  readonly registry: ScriptedRegistry;
  readonly run: (line: string) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
}

async function shop(): Promise<Shop> {
  const registry = await registryWithFront();
  const home = temporaryFolder();
  mkdirSync(join(home, 'shop'));
  writeFileSync(
    join(home, 'shop', 'shop.yaml'),
    servedImage('front', `${registry.host}/shop/front:1`) +
      servedImage('catalogue', `${registry.host}/shop/catalogue:1`),
  );
  const run: Shop['run'] = async (line) => {
    let [out, err] = ['', ''];
    const code = await runCli({
      argv: [...line.split(' '), '--manifests', join(home, 'shop')],
      env: { HOME: home, PATH: process.env['PATH'] },
      write: (text) => (out += text),
      complain: (text) => (err += text),
      columns: null,
      colour: false,
      signal: AbortSignal.timeout(30_000),
      services: { openWorkbench, openMemory, startDaemon },
    });
    return { code, out, err };
  };
  return { registry, run };
}

test('an address that only an image holds is a dependency when images are asked for, and nobody is asked when they are not', async () => {
  const { registry, run } = await shop();
  const without = await run('graph export');
  expect(without).toMatchObject({ code: 0 });
  expect(without.out).not.toContain('CATALOGUE_URL');
  expect(registry.seen).toEqual([]);
  const exported = await run('graph export --images');
  expect(exported).toMatchObject({ code: 0, err: '' });
  expect(exported.out).toMatch(/image ENV CATALOGUE_URL/);
});

test('a blast radius counts callers that only images tell of', async () => {
  const { run } = await shop();
  expect((await run('blast-radius deployment/catalogue')).out).not.toContain('shop/front');
  expect((await run('blast-radius deployment/catalogue --images')).out).toContain('front');
});

test('an image that cannot be read is told in the coverage, by its reference', async () => {
  const { registry, run } = await shop();
  const coverage = valueAt(parseJson((await run('graph export --images')).out), 'coverage');
  expect(JSON.stringify(coverage)).toContain(`1 image could not be read (${registry.host}/shop/catalogue:1`);
});

test('what is cached is not fetched again, and a tag is asked for anew', async () => {
  const { registry, run } = await shop();
  await run('graph export --images');
  registry.seen.length = 0;
  await run('graph export --images');
  expect(registry.seen.map(({ line }) => line).filter((line) => line.includes('front'))).toEqual([
    'HEAD /v2/shop/front/manifests/1',
  ]);
});

test.for(['--diff main..feature', 'deployment/front --server http://127.0.0.1:1'])(
  'blast-radius %s refuses --images instead of ignoring it',
  async (words) => {
    const { run } = await shop();
    const { code, err } = await run(`blast-radius ${words} --images`);
    expect(code).not.toBe(0);
    expect(err).toContain('--images');
  },
);
