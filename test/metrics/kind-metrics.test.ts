import { describe, expect, test } from 'vitest';
import type { KindState } from '../../src/collectors/live-source.ts';
import { KindTotals, kindMetrics } from '../../src/metrics/kind-metrics.ts';
import { createMetricsRegistry } from '../../src/metrics/metrics-registry.ts';
import type { Sample } from '../../src/metrics/sample.ts';
import { now } from '../fakes/reports.ts';

function state(apiVersion: string, kind: string, more: Partial<KindState> = {}): KindState {
  const rest = { since: now, reason: 'watched', objects: 3, lastEventAt: null, lastListAt: now, relists: 0 };
  return { kind: { apiVersion, kind }, phase: 'synced', ...rest, ...more };
}

async function served(...takings: readonly (readonly Sample[])[]): Promise<string[]> {
  const registry = createMetricsRegistry({ version: '1', processMetrics: false });
  for (const samples of takings) registry.take(samples);
  const lines = (await registry.render()).split('\n');
  return lines.filter((line) => /^mooring_(kind_|watch_|lists|events|received|cache)/.test(line));
}

describe('the metrics of watched kinds', () => {
  test('say the phase, the objects and the ages of each kind; what never was has no series', async () => {
    const seconds = Date.parse(now) / 1000;
    const kinds = [
      state('v1', 'Secret', { phase: 'stale', lastListAt: null }),
      state('apps/v1', 'Deployment', { lastEventAt: now }),
    ];
    const lines = await served(kindMetrics(kinds));
    expect(lines.filter((line) => line.startsWith('mooring_kind_'))).toEqual([
      'mooring_kind_phase{group="",version="v1",kind="Secret",phase="stale"} 1',
      'mooring_kind_phase{group="apps",version="v1",kind="Deployment",phase="synced"} 1',
      'mooring_kind_objects{group="",version="v1",kind="Secret"} 3',
      'mooring_kind_objects{group="apps",version="v1",kind="Deployment"} 3',
      `mooring_kind_last_event_timestamp_seconds{group="apps",version="v1",kind="Deployment"} ${seconds}`,
      `mooring_kind_last_list_timestamp_seconds{group="apps",version="v1",kind="Deployment"} ${seconds}`,
    ]);
  });

  test('lose the series of a phase that is over and of a kind that is no longer watched', async () => {
    const before = [state('v1', 'Secret', { phase: 'stale' }), state('v1', 'Pod')];
    const lines = await served(kindMetrics(before), kindMetrics([state('v1', 'Secret')]));
    expect(lines.filter((line) => line.startsWith('mooring_kind_phase'))).toEqual([
      'mooring_kind_phase{group="",version="v1",kind="Secret",phase="synced"} 1',
    ]);
  });

  test('count ends of watches and lists by reason, and never fall when a kind goes or begins anew', async () => {
    const totals = new KindTotals();
    const first = [
      state('v1', 'Pod', { restarts: { closed: 2 }, lists: { first: 1 }, events: 5, bytes: 100, auditDifferences: 0 }),
      state('v1', 'Secret', {
        restarts: { closed: 1, silence: 1 },
        lists: { first: 1, expired: 1 },
        events: 0,
        bytes: 50,
      }),
    ];
    const later = [
      state('v1', 'Pod', { restarts: { closed: 3 }, lists: { first: 1 }, events: 9, bytes: 130, auditDifferences: 1 }),
    ];
    const anew = [
      ...later,
      state('v1', 'Secret', { restarts: { closed: 1 }, lists: { first: 1 }, events: 1, bytes: 10 }),
    ];
    const lines = await served(totals.grown(first), totals.grown(later), totals.grown(anew));
    expect(lines).toEqual(
      expect.arrayContaining([
        'mooring_watch_restarts_total{reason="closed"} 4',
        'mooring_watch_restarts_total{reason="silence"} 1',
        'mooring_lists_total{reason="first"} 2',
        'mooring_events_total 10',
        'mooring_received_bytes_total 190',
        'mooring_cache_differences_total 1',
      ]),
    );
  });
});
