import { describe, expect, test } from 'vitest';
import type { DaemonStatus } from '../../src/loop/daemon.ts';
import { scoreOf } from '../../src/predictions/score-predictions.ts';
import type { Round } from '../../src/loop/round.ts';
import { AppError } from '../../src/errors/app-error.ts';
import { capped, countBy } from '../../src/metrics/count-by.ts';
import { describeMetrics } from '../../src/metrics/describe-metrics.ts';
import { metrics } from '../../src/metrics/metric-table.ts';
import { createMetricsRegistry } from '../../src/metrics/metrics-registry.ts';
import { roundMetrics } from '../../src/metrics/round-metrics.ts';
import { stateMetrics } from '../../src/metrics/state-metrics.ts';
import type { MooringState } from '../../src/metrics/state-metrics.ts';
import { auditOf, difference, now, reportOf } from '../fakes/reports.ts';

const status: DaemonStatus = {
  phase: 'running',
  startedAt: now,
  trouble: null,
  lastRoundAt: now,
  lastWholeRoundAt: now,
  nextWholeRoundAt: null,
  stalled: false,
  waiting: 0,
  kinds: [],
  sources: [
    { source: 'repo', revision: 'abc', readAt: now, error: null },
    {
      source: 'gone',
      revision: null,
      readAt: null,
      error: new AppError({ code: 'source-not-found', what: 'x', why: 'y', remedy: 'z' }),
    },
  ],
};

const state: MooringState = {
  report: auditOf([reportOf('web', [difference('spec.replicas')]), reportOf('db')]),
  status,
  episodes: [
    { severity: 'medium', resource: { namespace: 'shop', kind: 'Deployment', name: 'web' }, onset: { notAfter: now } },
    { severity: 'high', resource: { namespace: 'shop', kind: 'Deployment', name: 'web' }, onset: { notAfter: now } },
  ],
  queues: [{ target: 'ops', waiting: 0, dead: 2, oldestWaitingAt: null, disabled: null }],
  rules: [{ state: 'used' }, { state: 'idle' }],
  predictions: scoreOf([]),
  graph: { nodes: 3, edges: 2 },
};

const round: Round = {
  trigger: 'live',
  whole: false,
  noticedAt: new Date('2026-11-25T09:59:59.900Z'),
  startedAt: new Date('2026-11-25T09:59:59.960Z'),
  judgedAt: new Date(now),
  finishedAt: new Date('2026-11-25T10:00:09.000Z'),
  report: auditOf([reportOf('web', [difference('spec.replicas')])]),
  judgements: [],
  decisions: [],
  proposals: [{ kind: 'opened', resource: 'web', reason: '', branch: null }],
  problems: [],
};

async function samplesOf(
  ...samples: Parameters<ReturnType<typeof createMetricsRegistry>['take']>[]
): Promise<string[]> {
  const registry = createMetricsRegistry({ version: '1.2.3', processMetrics: false });
  for (const some of samples) registry.take(...some);
  return (await registry.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('what is served, word for word', async () => {
  const lines = await samplesOf([stateMetrics(state)], [roundMetrics(round)]);
  expect(lines.filter((line) => !/_bucket|_sum|_count/.test(line))).toEqual([
    'mooring_build_info{version="1.2.3"} 1',
    'mooring_resources{verdict="in-sync"} 1',
    'mooring_resources{verdict="drifted"} 1',
    'mooring_resources{verdict="pending"} 0',
    'mooring_resources{verdict="invalid"} 0',
    'mooring_resources{verdict="undetermined"} 0',
    'mooring_drifted_resources{namespace="shop",kind="Deployment",severity="high"} 1',
    'mooring_differences{actor="human",severity="medium"} 1',
    'mooring_suppressions{class="default"} 0',
    'mooring_suppressions{class="server"} 0',
    'mooring_suppressions{class="controller"} 0',
    'mooring_suppressions{class="admission"} 0',
    'mooring_suppressions{class="rule"} 0',
    'mooring_rules{state="used"} 1',
    'mooring_rules{state="unused"} 0',
    'mooring_rules{state="idle"} 1',
    'mooring_rules{state="expired"} 0',
    'mooring_gaps 0',
    'mooring_episodes_open{severity="info"} 0',
    'mooring_episodes_open{severity="low"} 0',
    'mooring_episodes_open{severity="medium"} 1',
    'mooring_episodes_open{severity="high"} 1',
    'mooring_episodes_open{severity="critical"} 0',
    'mooring_episodes_oldest_onset_timestamp_seconds 1795600800',
    'mooring_episodes_resolved_total 0',
    'mooring_rounds_total{trigger="live"} 1',
    'mooring_judged_resources_total 1',
    'mooring_last_round_timestamp_seconds 1795600800',
    'mooring_source_read_timestamp_seconds{source="repo"} 1795600800',
    'mooring_source_failing{source="repo"} 0',
    'mooring_source_failing{source="gone"} 1',
    'mooring_kinds{phase="synced"} 0',
    'mooring_kinds{phase="stale"} 0',
    'mooring_kinds{phase="partial"} 0',
    'mooring_kinds{phase="forbidden"} 0',
    'mooring_kinds{phase="gone"} 0',
    'mooring_leader 1',
    'mooring_relists 0',
    'mooring_events_total 0',
    'mooring_received_bytes_total 0',
    'mooring_cache_differences_total 0',
    'mooring_proposals_total{outcome="opened"} 1',
    'mooring_hook_waiting{target="ops"} 0',
    'mooring_hook_dead{target="ops"} 2',
    'mooring_hook_disabled{target="ops"} 0',
    'mooring_predictions{state="waiting"} 0',
    'mooring_predictions{state="scored"} 0',
    'mooring_predictions{state="untested"} 0',
    'mooring_graph_nodes 3',
    'mooring_graph_edges 2',
  ]);
  expect(lines).toContain('mooring_change_to_verdict_seconds_sum 0.1');
  expect(lines).toContain('mooring_round_duration_seconds_bucket{le="10",whole="no"} 1');
});

test('a moment that never was is absent, not 1970; one that ended is absent again', async () => {
  const name = 'mooring_episodes_oldest_onset_timestamp_seconds';
  const of = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith(name));
  expect(of(await samplesOf())).toEqual([]);
  expect(of(await samplesOf([stateMetrics(state)]))).toHaveLength(1);
  expect(of(await samplesOf([stateMetrics(state)], [stateMetrics({ ...state, episodes: [] })]))).toEqual([]);
});

test('a combination that no longer exists does not linger', async () => {
  const lines = await samplesOf([stateMetrics(state)], [stateMetrics({ ...state, episodes: [], report: auditOf([]) })]);
  expect(lines.filter((line) => /^mooring_(drifted_resources|differences)/.test(line))).toEqual([]);
});

test('ten thousand drifted resources in as many namespaces stay a few hundred series, and none is lost', () => {
  const episodes = Array.from({ length: 10_000 }, (_, index) => ({
    severity: index % 2 === 0 ? 'high' : 'low',
    resource: { namespace: `team-${index}`, kind: 'Deployment', name: 'web' },
    onset: { notAfter: now },
  }));
  const series = stateMetrics({ ...state, episodes }).flatMap((sample) =>
    sample.kind === 'set' && sample.name === 'mooring_drifted_resources' ? [sample] : [],
  );
  expect(series).toHaveLength(202);
  expect(series.reduce((sum, { value }) => sum + value, 0)).toBe(10_000);
  expect(series.filter(({ labels }) => labels['namespace'] === 'other').map(({ labels }) => labels)).toEqual([
    { namespace: 'other', kind: 'other', severity: 'high' },
    { namespace: 'other', kind: 'other', severity: 'low' },
  ]);
});

test('A31: the most frequent combinations keep a series of their own', () => {
  const counted = countBy(['a', 'b', 'b', 'c'], (namespace) => ({ namespace }));
  expect(capped(counted, 1, ['namespace'])).toEqual([
    { labels: { namespace: 'b' }, count: 2 },
    { labels: { namespace: 'other' }, count: 2 },
  ]);
});

describe('the registry', () => {
  test('answers although the state cannot be had', async () => {
    const registry = createMetricsRegistry({ version: '1', processMetrics: false });
    registry.refreshWith(() => Promise.reject(new Error('store')));
    expect(await registry.render()).toContain('mooring_build_info{version="1"} 1');
  });

  test('of two applications in one process are apart', async () => {
    const [one, other] = ['1', '2'].map((version) => createMetricsRegistry({ version, processMetrics: true }));
    one?.take(roundMetrics(round));
    expect(await one?.render()).toContain('mooring_judged_resources_total 1');
    expect(await other?.render()).toContain('mooring_judged_resources_total 0');
    expect(await other?.render()).toContain('process_resident_memory_bytes');
  });
});

describe('the metric table', () => {
  test.for(Object.entries(metrics))('%s is named by the rules of Prometheus', ([name, { type, help, labels }]) => {
    expect(name).toMatch(/^mooring_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help.endsWith('.')).toBe(true);
    expect([...labels].some((label) => ['name', 'resource', 'path', 'manager', 'user'].includes(label))).toBe(false);
  });

  test('every metric has a row in the page', () => {
    const page = describeMetrics();
    expect(Object.keys(metrics).filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
