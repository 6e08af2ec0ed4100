import { type OpenedCalls, openCallSources } from './app-call-sources.ts';
import { callProblems } from './collectors/call-source.ts';
import type { Config } from './config/config-schema.ts';
import type { DependencyGraph } from './graph/dependency-graph.ts';
import type { Logger } from './log/logger.ts';
import { CallWatch } from './loop/estate/call-watch.ts';
import type { TrafficLog } from './loop/estate/traffic-log.ts';
import type { RoundObserver } from './loop/round.ts';
import { callMetrics } from './metrics/call-metrics.ts';
import type { MetricsRegistry } from './metrics/metrics-registry.ts';
import { add, type Sample } from './metrics/sample.ts';

export interface CallWiring {
  readonly config: Pick<Config, 'observed'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: TrafficLog;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Observed traffic in the daemon. Closing it ends its connections; its watch is closed on its own, before. */
export interface AppCalls extends AsyncDisposable {
  /** Tells the watch that a round has passed. */
  readonly observer: RoundObserver;
  /** Starts to read, for the graph of the moment. */
  watch(graph: () => DependencyGraph | null): AsyncDisposable;
  gauges(): readonly Sample[];
}

/** Null when no source of traffic is configured. Throws AppError when a file that the configuration names cannot be read. */
export function openAppCalls({ config, env, log, metrics, ...clocks }: CallWiring): AppCalls | null {
  if (config.observed.length === 0) return null;
  const opened: readonly OpenedCalls[] = openCallSources(config.observed, env);
  let watch: CallWatch | null = null;
  const looks = 'mooring_traffic_reads_total';
  // A rate over a series that begins with its first failure shows nothing of it.
  metrics.take(
    opened.flatMap(({ source }) =>
      ['read', 'empty', ...callProblems].map((outcome) => add(looks, 0, { source: source.name, outcome })),
    ),
  );
  return {
    observer: { finished: () => watch?.wake() },
    watch(graph) {
      watch = new CallWatch({
        ...clocks,
        sources: opened,
        graph,
        log,
        looked(source, reading) {
          const outcome = reading.kind === 'failed' ? reading.problem : reading.calls.length === 0 ? 'empty' : 'read';
          metrics.take([add(looks, 1, { source, outcome })]);
          if (reading.kind === 'failed') return;
          const skipped = Object.entries(reading.skipped);
          metrics.take(
            skipped.map(([reason, count]) => add('mooring_traffic_skipped_total', count, { source, reason })),
          );
        },
      });
      watch.start();
      return watch;
    },
    gauges: () => (watch === null ? [] : callMetrics(watch.states())),
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
