import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { privateDirectory } from './app-sources.ts';
import type { ImageSource } from './collectors/image-source.ts';
import { noteImages, updateGraph, wantedImages } from './graph/build-graph.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { proxyFromEnvironment } from './kubernetes/connection/choose-proxy.ts';
import { createBlobCache } from './registry/blob-cache.ts';
import { createRegistryImages } from './registry/registry-images.ts';
import type { ImageState } from './resource/image/image-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const mostImages = 2000;
const mostAtOnce = 8;
const longestMs = 120_000;

/** Reads the images of the graph from their registries, once. What is not read within its bounds, coverage tells. */
export async function readImages(graph: DependencyGraph, env: Environment, signal: AbortSignal): Promise<void> {
  const wanted = wantedImages(graph).slice(0, mostImages);
  if (wanted.length === 0) return;
  await using images = createRegistryImages({
    registries: [],
    insecure: [],
    mirrors: [],
    caFile: undefined,
    proxyFor: (server) => proxyFromEnvironment(server, env),
    platform: 'linux/amd64',
    cache: createBlobCache({ directory: await privateDirectory(env, 'images'), mostFiles: 4 * mostImages }),
    keyring: () => dockerKeyring(env),
    now: () => performance.now(),
  });
  const news = await readEach(images, wanted, signal);
  updateGraph(graph, { changed: noteImages(graph, news), removed: [], builtAt: graph.builtAt });
}

async function readEach(
  images: ImageSource,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ImageState>> {
  const news = new Map<string, ImageState>();
  const within = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let reference = queue.shift(); reference !== undefined; reference = queue.shift())
      news.set(reference, await images.read(reference, [], within));
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work)).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!within.aborted) throw error;
  });
  return news;
}

/** The credentials where docker keeps them; null when there are none. */
async function dockerKeyring(env: Environment): Promise<string | null> {
  const directory = env['DOCKER_CONFIG'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.docker'));
  if (directory === undefined) return null;
  return await readFile(join(directory, 'config.json'), 'utf8').catch(() => null);
}
