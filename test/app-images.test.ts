import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { silentLogger } from '../src/log/logger.ts';
import { arrayAt, parseJson, stringAt } from '../src/resource/json.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';
import { configBlob, manifestBlob, servedImage, types } from './registry/images-of.ts';
import { startRegistry } from './registry/registry-process.ts';

test('a daemon learns from a real registry what images say, follows a tag that moves, and keeps it when the registry is gone', async () => {
  const registry = await startRegistry();
  onTestFinished(() => registry[Symbol.asyncDispose]());
  const push = async (env: readonly string[]): Promise<void> => {
    const config = configBlob(env);
    await registry.pushBlob('front', config);
    await registry.pushManifest('front', 'stable', manifestBlob(config), types.image);
  };
  await push(['CATALOGUE_HOST=catalogue']);
  const home = temporaryFolder();
  const manifests = ['front', 'catalogue', 'cart']
    .map((name) => servedImage(name, `${registry.host}/${name}:stable`))
    .join('');
  for (const side of ['git', 'live']) {
    await mkdir(join(home, side));
    await writeFile(join(home, side, 'shop.yaml'), manifests);
  }
  const config = {
    images: { enabled: true, refresh: '1s' },
    sources: [{ source: './git' }],
    live: { source: './live' },
  };
  await writeFile(
    join(home, 'mooring.yaml'),
    JSON.stringify({ ...config, history: { path: 'state.sqlite' }, api: { listen: '127.0.0.1:0' } }),
  );
  const app = await createApp({
    loaded: await loadConfig({ file: join(home, 'mooring.yaml'), env: {}, flags: {} }),
    env: { PATH: process.env['PATH'], HOME: home },
    logger: silentLogger,
    version: '0.0.0',
    processMetrics: false,
  });
  onTestFinished(() => app.stop());
  app.start();
  const ask = async (path: string): Promise<string> => await (await fetch(`${app.address}${path}`)).text();
  const untilCallees = async (...expected: readonly string[]): Promise<void> =>
    await vi.waitFor(
      async () => {
        const edges = arrayAt(parseJson(await ask('/api/v1/graph')), 'edges');
        const calls = edges.filter((edge) => stringAt(edge, 'layer') === 'call').map((edge) => stringAt(edge, 'to'));
        expect(calls).toStrictEqual(expected);
      },
      { timeout: 20_000, interval: 50 },
    );

  await untilCallees('shop/catalogue');
  await push(['CART_URL=http://cart:8080']);
  await untilCallees('shop/cart');
  const metrics = await ask('/metrics');
  expect(metrics).toMatch(/^mooring_images\{state="known"\} 1$/m);
  expect(metrics).toMatch(/^mooring_images\{state="unreadable"\} 2$/m);
  expect(metrics).toMatch(/^mooring_image_reads_total\{outcome="not-found"\} [1-9]/m);
  await registry[Symbol.asyncDispose]();
  await vi.waitFor(async () => expect(await ask('/metrics')).toMatch(/^mooring_images\{state="stale"\} 1$/m), {
    timeout: 20_000,
    interval: 50,
  });
  await untilCallees('shop/cart');
  expect(await ask('/api/v1/graph')).toContain('could not be read anew');
});
