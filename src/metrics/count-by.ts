import { clear, set } from './sample.ts';
import type { Labels, Sample } from './sample.ts';
import type { MetricName } from './metric-table.ts';

/** How many there are of each combination of labels, in order of first appearance. */
export function countBy<T>(items: Iterable<T>, labelsOf: (item: T) => Labels): readonly Counted[] {
  const counted = new Map<string, { labels: Labels; count: number }>();
  for (const item of items) {
    const labels = labelsOf(item);
    const key = JSON.stringify(labels);
    const entry = counted.get(key);
    if (entry === undefined) counted.set(key, { labels, count: 1 });
    else entry.count += 1;
  }
  return [...counted.values()];
}

/** Counts of one label, for lists that are long: ten thousand resources have some hundred thousand suppressions. */
export class LabelCount {
  readonly #label: string;
  readonly #counts = new Map<string, number>();

  constructor(label: string, known: readonly string[] = []) {
    this.#label = label;
    for (const value of known) this.#counts.set(value, 0);
  }

  add(value: string): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  get counted(): readonly Counted[] {
    return [...this.#counts].map(([value, count]) => ({ labels: { [this.#label]: value }, count }));
  }
}

export interface Counted {
  readonly labels: Labels;
  readonly count: number;
}

/** Keeps the `most` most frequent combinations; in the rest the labels named in `open` become "other". */
export function capped(counted: readonly Counted[], most: number, open: readonly string[]): readonly Counted[] {
  if (counted.length <= most) return counted;
  const kept = new Set(counted.toSorted((one, other) => other.count - one.count).slice(0, most));
  const rest = counted.filter((entry) => !kept.has(entry));
  const others = new Map<string, { labels: Labels; count: number }>();
  for (const { labels, count } of rest) {
    const folded = { ...labels, ...Object.fromEntries(open.map((name) => [name, 'other'])) };
    const key = JSON.stringify(folded);
    others.set(key, { labels: folded, count: (others.get(key)?.count ?? 0) + count });
  }
  return [...counted.filter((entry) => kept.has(entry)), ...others.values()];
}

/** A gauge that shows exactly these combinations. */
export function gaugeOf(name: MetricName, counted: readonly Counted[]): Sample[] {
  return [clear(name), ...counted.map(({ labels, count }) => set(name, count, labels))];
}
