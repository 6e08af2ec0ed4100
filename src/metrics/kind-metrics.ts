import type { DaemonStatus } from '../loop/daemon.ts';
import { add, clear, set } from './sample.ts';
import type { Labels, Sample } from './sample.ts';
import type { MetricName } from './metric-table.ts';

type Kinds = DaemonStatus['kinds'];
type Kind = Kinds[number];

/** Kinds that get series of their own; a cluster with more is watched all the same, and counted in `mooring_kinds`. */
const mostKinds = 500;

/** How each kind is doing, as gauges. Pure. */
export function kindMetrics(kinds: Kinds): Sample[] {
  const shown = kinds.slice(0, mostKinds);
  const moments = (name: MetricName, momentOf: (kind: Kind) => string | null | undefined): Sample[] => [
    clear(name),
    ...shown.flatMap((kind) => {
      const moment = momentOf(kind);
      return typeof moment === 'string' ? [set(name, Date.parse(moment) / 1000, labelsOf(kind))] : [];
    }),
  ];
  return [
    clear('mooring_kind_phase'),
    ...shown.map((kind) => set('mooring_kind_phase', 1, { ...labelsOf(kind), phase: kind.phase })),
    clear('mooring_kind_objects'),
    ...shown.map((kind) => set('mooring_kind_objects', kind.objects, labelsOf(kind))),
    ...moments('mooring_kind_last_event_timestamp_seconds', ({ lastEventAt }) => lastEventAt),
    ...moments('mooring_kind_last_list_timestamp_seconds', ({ lastListAt }) => lastListAt),
    ...moments('mooring_kind_last_audit_timestamp_seconds', ({ auditedAt }) => auditedAt),
  ];
}

/** The group of the core is empty, as Kubernetes writes it. */
function labelsOf({ kind: { apiVersion, kind } }: Kind): Labels {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return { group, version, kind };
}

/**
 * What kinds have counted since the last call, as growth of counters. Kinds come and go, and one that goes must not look like a
 * restart of the process.
 */
export class KindTotals {
  readonly #seen = new Map<string, number>();

  grown(kinds: Kinds): Sample[] {
    const samples = kinds.flatMap((kind) => [
      ...this.#byReason('mooring_watch_restarts_total', kind, kind.restarts),
      ...this.#byReason('mooring_lists_total', kind, kind.lists),
      ...this.#one('mooring_received_bytes_total', kind, kind.bytes),
      ...this.#one('mooring_events_total', kind, kind.events),
      ...this.#one('mooring_cache_differences_total', kind, kind.auditDifferences),
    ]);
    return samples;
  }

  #byReason(name: MetricName, kind: Kind, counts: Readonly<Record<string, number>> = {}): Sample[] {
    return Object.entries(counts).flatMap(([reason, count]) => this.#growth({ name, kind, labels: { reason } }, count));
  }

  #one(name: MetricName, kind: Kind, count: number | undefined): Sample[] {
    return count === undefined ? [] : this.#growth({ name, kind, labels: {} }, count);
  }

  #growth({ name, kind, labels }: { name: MetricName; kind: Kind; labels: Labels }, count: number): Sample[] {
    const key = JSON.stringify([name, kind.kind.apiVersion, kind.kind.kind, labels]);
    const before = this.#seen.get(key) ?? 0;
    this.#seen.set(key, count);
    // A kind that vanished and came back counts from 0 again.
    const growth = count < before ? count : count - before;
    return growth === 0 ? [] : [add(name, growth, labels)];
  }
}
