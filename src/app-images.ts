import { openRegistries } from './app-registries.ts';
import { imageProblems, type ImageReading } from './collectors/image-source.ts';
import type { Config } from './config/config-schema.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import { keyringsFor } from './graph/landscape/pull-secrets.ts';
import type { Logger } from './log/logger.ts';
import { ImageWatch } from './loop/estate/image-watch.ts';
import type { RoundObserver } from './loop/round.ts';
import { imageMetrics } from './metrics/image-metrics.ts';
import type { MetricsRegistry } from './metrics/metrics-registry.ts';
import { add, type Sample } from './metrics/sample.ts';
import type { ImageState } from './resource/image/image-config.ts';

export interface ImageWiring {
  readonly config: Pick<Config, 'images' | 'live'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Images in the daemon. Closing it ends its connections; its watch is closed on its own, before. */
export interface AppImages extends AsyncDisposable {
  /** What is known of them, shared with the graph. */
  readonly states: Map<string, ImageState>;
  /** Tells the watch that a round has passed. */
  readonly observer: RoundObserver;
  /** Starts to read what the graph of the moment uses. */
  watch(graph: () => DependencyGraph | null): AsyncDisposable;
  gauges(): readonly Sample[];
}

/** Null when images are not to be read. Throws AppError when a file that the configuration names cannot be read. */
export async function openAppImages({ config, env, metrics, ...clocks }: ImageWiring): Promise<AppImages | null> {
  const { images, live } = config;
  if (!images.enabled) return null;
  const source = await openRegistries(images, env);
  const states = new Map<string, ImageState>();
  let watch: ImageWatch | null = null;
  // A rate over a series that begins with its first failure shows nothing of it.
  metrics.take(['read', 'cached', ...imageProblems].map((outcome) => add('mooring_image_reads_total', 0, { outcome })));
  return {
    states,
    observer: { finished: () => watch?.wake() },
    watch(graph) {
      watch = new ImageWatch({
        ...clocks,
        source,
        states,
        graph,
        keyringsFor: ({ landscape }, reference) => (live.readSecrets ? keyringsFor(landscape, reference) : []),
        refreshMs: images.refresh,
        looked(reading) {
          metrics.take([add('mooring_image_reads_total', 1, { outcome: outcomeOf(reading) })]);
        },
      });
      watch.start();
      return watch;
    },
    gauges: () => (watch === null ? [] : imageMetrics(watch.counts())),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

function outcomeOf(reading: ImageReading): string {
  if (reading.kind === 'unreadable') return reading.problem;
  return reading.cached ? 'cached' : 'read';
}
