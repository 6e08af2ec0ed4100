import type { AuditReport } from '../drift/drift-report.ts';
import type { RuleState } from '../drift/rule-use.ts';
import type { DaemonStatus } from '../loop/daemon.ts';
import type { PredictionScore } from '../predictions/score-predictions.ts';
import { kindMetrics } from './kind-metrics.ts';
import { capped, countBy, gaugeOf, LabelCount } from './count-by.ts';
import type { Counted } from './count-by.ts';
import { clear, set } from './sample.ts';
import type { Sample } from './sample.ts';

const verdicts = ['in-sync', 'drifted', 'pending', 'invalid', 'undetermined'];
const phases = ['synced', 'stale', 'partial', 'forbidden', 'gone'];
const suppressionClasses = ['default', 'server', 'controller', 'admission', 'rule'];
const ruleStates = ['used', 'unused', 'idle', 'expired'];
const severities = ['info', 'low', 'medium', 'high', 'critical'];
/** Combinations of namespace, kind and severity that get a series of their own. */
const mostCombinations = 200;

/** The part of an episode that becomes a number. */
export interface OpenEpisode {
  readonly severity: string;
  readonly resource: { readonly namespace: string; readonly kind: string; readonly name: string };
  readonly onset: { readonly notAfter: string };
}

/** The state of one target's outbox. Moments are RFC 3339. */
export interface QueueState {
  readonly target: string;
  readonly waiting: number;
  readonly dead: number;
  readonly oldestWaitingAt: string | null;
  readonly disabled: unknown;
}

export interface MooringState {
  readonly report: AuditReport | null;
  readonly status: DaemonStatus;
  readonly episodes: readonly OpenEpisode[];
  readonly queues: readonly QueueState[];
  readonly rules: readonly { readonly state: RuleState }[];
  readonly predictions: PredictionScore;
  readonly graph: { readonly nodes: number; readonly edges: number } | null;
}

/** Everything that is true now, as gauges. Known series are there from the start with 0. Pure. */
export function stateMetrics(state: MooringState): Sample[] {
  return [
    ...reportMetrics(state.report),
    ...episodeMetrics(state.episodes),
    ...statusMetrics(state.status),
    ...queueMetrics(state.queues),
    ...ruleMetrics(state.rules),
    ...predictionMetrics(state.predictions),
    ...(state.graph === null
      ? []
      : [set('mooring_graph_nodes', state.graph.nodes), set('mooring_graph_edges', state.graph.edges)]),
  ];
}

function reportMetrics(report: AuditReport | null): Sample[] {
  if (report === null) return [];
  const { resources, gaps } = report;
  const suppressed = new LabelCount('class', suppressionClasses);
  for (const { suppressions } of resources) for (const suppression of suppressions) suppressed.add(suppression.class);
  const differences = resources.flatMap((resource) => resource.differences);
  return [
    ...gaugeOf(
      'mooring_resources',
      countsOf(
        'verdict',
        verdicts,
        resources.map(({ verdict }) => verdict),
      ),
    ),
    ...gaugeOf(
      'mooring_differences',
      countBy(differences, ({ actor, severity }) => ({ actor: actor.class, severity })),
    ),
    ...gaugeOf('mooring_suppressions', suppressed.counted),
    set('mooring_gaps', gaps.length),
  ];
}

function episodeMetrics(episodes: readonly OpenEpisode[]): Sample[] {
  const oldest = episodes.map(({ onset }) => seconds(onset.notAfter)).toSorted((one, other) => one - other)[0];
  const name = 'mooring_episodes_oldest_onset_timestamp_seconds';
  return [
    ...gaugeOf(
      'mooring_episodes_open',
      countsOf(
        'severity',
        severities,
        episodes.map(({ severity }) => severity),
      ),
    ),
    ...gaugeOf('mooring_drifted_resources', capped(driftedBy(episodes), mostCombinations, ['namespace', 'kind'])),
    clear(name),
    ...(oldest === undefined ? [] : [set(name, oldest)]),
  ];
}

/** A resource counts once, at the worst severity of its open episodes. */
function driftedBy(episodes: readonly OpenEpisode[]): ReturnType<typeof countBy> {
  const worst = new Map<string, OpenEpisode>();
  for (const episode of episodes) {
    const key = JSON.stringify([episode.resource.kind, episode.resource.namespace, episode.resource.name]);
    const known = worst.get(key);
    if (known === undefined || severities.indexOf(episode.severity) > severities.indexOf(known.severity)) {
      worst.set(key, episode);
    }
  }
  return countBy(worst.values(), ({ resource: { namespace, kind }, severity }) => ({ namespace, kind, severity }));
}

function statusMetrics({ lastWholeRoundAt, kinds, sources, leadership }: DaemonStatus): Sample[] {
  return [
    set('mooring_leader', leadership?.isLeader === false ? 0 : 1),
    ...(lastWholeRoundAt === null ? [] : [set('mooring_last_round_timestamp_seconds', seconds(lastWholeRoundAt))]),
    ...gaugeOf(
      'mooring_kinds',
      countsOf(
        'phase',
        phases,
        kinds.map(({ phase }) => phase),
      ),
    ),
    ...kindMetrics(kinds),
    set(
      'mooring_relists',
      kinds.reduce((sum, { relists }) => sum + relists, 0),
    ),
    ...sources.flatMap(({ source, readAt, error }) => [
      set('mooring_source_failing', error === null ? 0 : 1, { source }),
      ...(readAt === null ? [] : [set('mooring_source_read_timestamp_seconds', seconds(readAt), { source })]),
    ]),
  ];
}

function queueMetrics(queues: readonly QueueState[]): Sample[] {
  const oldest = 'mooring_hook_oldest_waiting_timestamp_seconds';
  return [
    clear(oldest),
    ...queues.flatMap(({ target, waiting, dead, oldestWaitingAt, disabled }) => [
      set('mooring_hook_waiting', waiting, { target }),
      set('mooring_hook_dead', dead, { target }),
      set('mooring_hook_disabled', disabled === null ? 0 : 1, { target }),
      ...(oldestWaitingAt === null ? [] : [set(oldest, seconds(oldestWaitingAt), { target })]),
    ]),
  ];
}

function ruleMetrics(rules: MooringState['rules']): Sample[] {
  const states = rules.map(({ state }) => state);
  return gaugeOf('mooring_rules', countsOf('state', ruleStates, states));
}

function predictionMetrics({ waiting, scored, untested, precision, recall, brier }: PredictionScore): Sample[] {
  const ratios = [
    ['mooring_prediction_precision_ratio', precision],
    ['mooring_prediction_recall_ratio', recall],
    ['mooring_prediction_brier_score', brier],
  ] as const;
  return [
    ...Object.entries({ waiting, scored, untested }).map(([state, count]) =>
      set('mooring_predictions', count, { state }),
    ),
    ...ratios.flatMap(([name, value]) => [clear(name), ...(value === null ? [] : [set(name, value)])]),
  ];
}

/** One series per known value, also where the count is 0. */
function countsOf(label: string, known: readonly string[], values: readonly string[]): readonly Counted[] {
  const count = new LabelCount(label, known);
  for (const value of values) count.add(value);
  return count.counted;
}

function seconds(moment: string): number {
  return Date.parse(moment) / 1000;
}
