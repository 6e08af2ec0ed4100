import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultImages, type ImagesConfig, openRegistries } from './app-registries.ts';
import type { ImageSource } from './collectors/image-source.ts';
import { noteImages, reread, wantedImages } from './graph/build-graph.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { keyringsFor } from './graph/landscape/pull-secrets.ts';
import type { ImageState } from './resource/image/image-config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const mostImages = 2000;
const mostAtOnce = 8;
const longestMs = 120_000;

export interface ImageReader {
  /** Absent: every registry, as it is reached from here. */
  readonly config: ImagesConfig | undefined;
  readonly env: Environment;
  /** Whether pull secrets may be used. */
  readonly readSecrets: boolean;
}

/** Reads the images of the graph from their registries, once. What is not read within its bounds, coverage tells. */
export async function readImages(graph: DependencyGraph, reader: ImageReader, signal: AbortSignal): Promise<void> {
  const wanted = wantedImages(graph).slice(0, mostImages);
  if (wanted.length === 0) return;
  const { config = defaultImages, env, readSecrets } = reader;
  await using images = await openRegistries(config, env, () => dockerKeyring(env));
  const keyrings = (reference: string): readonly string[] =>
    readSecrets ? keyringsFor(graph.landscape, reference) : [];
  const news = await readEach(images, wanted, keyrings, signal);
  reread(graph, noteImages(graph, news), graph.builtAt);
}

async function readEach(
  images: ImageSource,
  wanted: readonly string[],
  keyringsOf: (reference: string) => readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ImageState>> {
  const news = new Map<string, ImageState>();
  const within = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let reference = queue.shift(); reference !== undefined; reference = queue.shift())
      news.set(reference, await images.read(reference, keyringsOf(reference), within));
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
