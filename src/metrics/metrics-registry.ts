import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metrics } from './metric-table.ts';
import type { Metric } from './metric.ts';
import type { MetricName } from './metric-table.ts';
import type { Sample } from './sample.ts';

export interface MetricsRegistryOptions {
  readonly version: string;
  /** Memory, CPU, garbage collection and event loop of this process as well; false in tests. */
  readonly processMetrics: boolean;
}

/** Holds the values of one application. Two applications in one process have two registries. */
export interface MetricsRegistry {
  take(samples: readonly Sample[]): void;
  /** Called before every rendering; what it throws costs its own samples, never the answer. */
  refreshWith(refresh: () => Promise<readonly Sample[]> | readonly Sample[]): void;
  render(): Promise<string>;
  readonly contentType: string;
  readonly size: number;
}

type Instrument = Counter | Gauge | Histogram;

/** Names that promtool rejects, since they are gauges that end in `_total`. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export function createMetricsRegistry(options: MetricsRegistryOptions): MetricsRegistry {
  const registry = new Registry();
  const instruments = new Map<string, Instrument>();
  for (const [name, metric] of Object.entries<Metric>(metrics)) {
    instruments.set(name, instrumentOf(name, metric, registry));
  }
  if (options.processMetrics) {
    collectDefaultMetrics({ register: registry });
    for (const name of misnamed) registry.removeSingleMetric(name);
  }
  let refresh = (): Promise<readonly Sample[]> | readonly Sample[] => [];
  const take = (samples: readonly Sample[]): void => {
    for (const sample of samples) takeSample(instrumentNamed(instruments, sample.name), sample);
  };
  take([{ kind: 'set', name: 'mooring_build_info', labels: { version: options.version }, value: 1 }]);

  return {
    take,
    refreshWith(next) {
      refresh = next;
    },
    async render() {
      // A store that cannot be read must not hide the other numbers; its own trouble is counted where it happens.
      const samples = await Promise.resolve()
        .then(refresh)
        .catch(() => []);
      take(samples);
      return registry.metrics();
    },
    contentType: registry.contentType,
    size: Object.keys(metrics).length,
  };
}

function instrumentOf(name: string, { type, help, labels, buckets }: Metric, registry: Registry): Instrument {
  const configuration = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') return new Counter(configuration);
  if (type === 'gauge') return emptied(new Gauge(configuration), labels);
  return new Histogram({ ...configuration, ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
}

/** prom-client shows a gauge without labels as 0 from the start, which for a moment would be 1970: absent is what it means. */
function emptied(gauge: Gauge, labels: readonly string[]): Gauge {
  gauge.reset();
  if (labels.length === 0) gauge.remove();
  return gauge;
}

function instrumentNamed(instruments: ReadonlyMap<string, Instrument>, name: MetricName): Instrument {
  const instrument = instruments.get(name);
  if (instrument === undefined) throw new Error(`the metric ${name} is not in the table`);
  return instrument;
}

function takeSample(instrument: Instrument, sample: Sample): void {
  if (instrument instanceof Gauge && sample.kind === 'clear') emptied(instrument, metrics[sample.name].labels);
  else if (instrument instanceof Gauge && sample.kind === 'set') instrument.set({ ...sample.labels }, sample.value);
  else if (instrument instanceof Counter && sample.kind === 'add') instrument.inc({ ...sample.labels }, sample.value);
  else if (instrument instanceof Histogram && sample.kind === 'observe') {
    instrument.observe({ ...sample.labels }, sample.value);
  } else throw new Error(`the metric ${sample.name} cannot take a sample of kind ${sample.kind}`);
}
