export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One metric. `labels` have closed sets of values, or are capped (see `round-metrics.ts`): no resource ever becomes a series. */
export interface Metric {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  /** `stable` metrics keep name, labels and meaning within a major version. */
  readonly stability: 'stable' | 'alpha';
  /** Upper bounds, for histograms. */
  readonly buckets?: readonly number[];
}
