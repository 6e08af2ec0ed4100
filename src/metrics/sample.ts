import type { MetricName } from './metric-table.ts';

/**
 * A value to take in. `set`: a gauge as it is now; `add`: a counter grows by it; `observe`: one observation of a histogram.
 * `clear` empties a gauge first, so that combinations that no longer exist do not linger.
 */
export type Sample =
  | { readonly kind: 'clear'; readonly name: MetricName }
  | {
      readonly kind: 'set' | 'add' | 'observe';
      readonly name: MetricName;
      readonly labels: Labels;
      readonly value: number;
    };

export type Labels = Readonly<Record<string, string>>;

export function clear(name: MetricName): Sample {
  return { kind: 'clear', name };
}

export function set(name: MetricName, value: number, labels: Labels = {}): Sample {
  return { kind: 'set', name, value, labels };
}

export function add(name: MetricName, value: number, labels: Labels = {}): Sample {
  return { kind: 'add', name, value, labels };
}

export function observe(name: MetricName, value: number, labels: Labels = {}): Sample {
  return { kind: 'observe', name, value, labels };
}
