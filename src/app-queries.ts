import type { ApiQueries } from './api/api-queries.ts';
import type { Predictions } from './app-predictions.ts';
import { driftOf, upstreamChanges } from './app-upstream.ts';
import type { Leading } from './app-leadership.ts';
import { noEpisode } from './api/api-routes.ts';
import { type BlastRadius, blastRadius } from './graph/blast-radius.ts';
import { changeRadius } from './graph/change/change-radius.ts';
import { graphDomains } from './graph/graph-domains.ts';
import { graphDocument } from './graph/export-graph.ts';
import type { Store } from './history/store.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { AuditReport } from './drift/drift-report.ts';
import type { Daemon, DaemonStatus } from './loop/daemon.ts';
import type { RuleKeeper } from './loop/rule-keeper.ts';
import type { MooringState, QueueState } from './metrics/state-metrics.ts';

/** Who answers what is asked. */
export interface QueryParts {
  readonly daemon: Daemon;
  readonly store: Store;
  readonly rules: RuleKeeper;
  readonly leading: Leading;
  readonly predictions: Predictions;
  readonly clock: () => Date;
}

/** What the API may ask, answered by the daemon and the store. */
export function createQueries(parts: QueryParts): ApiQueries {
  const { daemon, store, rules, predictions, clock } = parts;
  return {
    status: () => ({ ...statusOf(parts), rules: rules.status }),
    report: () => withRules(daemon.report(), rules),
    episodes: (filter) => store.episodes.list(filter),
    episode: (id) => store.episodes.find(id),
    deliveries: (state, limit) => store.outbox.list(state, limit),
    graph: (focus) => (daemon.graph === null ? null : graphDocument(daemon.graph, focus)),
    domains: () => (daemon.graph === null ? null : graphDomains(daemon.graph)),
    async blastRadius(of) {
      if (daemon.graph === null) return null;
      const radius = blastRadius(daemon.graph, of, { now: clock().toISOString() });
      await predictions.asked(radius);
      return radius;
    },
    predictions: async (limit) => ({
      score: await predictions.score(),
      items: await store.predictions.list(new Date(0).toISOString(), limit),
    }),
    upstream: (question) => upstreamChanges(parts, question),
    episodeRadius: (id) => episodeRadius(parts, id),
  };
}

async function episodeRadius({ daemon, store, clock }: QueryParts, id: string): Promise<BlastRadius | null> {
  const episode = await store.episodes.find(id);
  if (episode === null) throw noEpisode(id);
  if (daemon.graph === null) return null;
  const { resource, path, onset } = episode;
  const change = daemon.changeOf(resource, driftOf(episode), onset.notAfter);
  const of = formatResourceId(resource);
  const because = path === '' ? `it is ${episode.change}` : `${path} drifted`;
  return changeRadius(daemon.graph, [change], { of, because, now: clock().toISOString() });
}

function statusOf({ daemon, leading }: Pick<QueryParts, 'daemon' | 'leading'>): DaemonStatus {
  const leadership = leading.state();
  return { ...daemon.status(), ...(leadership === null ? {} : { leadership }) };
}

/** With what is to be said of the rules. */
function withRules(report: AuditReport | null, { gaps }: RuleKeeper): AuditReport | null {
  return report === null || gaps.length === 0 ? report : { ...report, gaps: [...report.gaps, ...gaps] };
}

/** What the gauges are made from. */
export interface StateParts extends Omit<QueryParts, 'clock'> {
  /** Names of hooks: they are there from the start, also without a delivery. */
  readonly targets: readonly string[];
}

/** Everything that the gauges show, as it is now. */
export async function stateOf({ targets, ...parts }: StateParts): Promise<MooringState> {
  const { daemon, store, rules, predictions } = parts;
  const { graph } = daemon;
  const queues = await store.outbox.queues();
  const silent = targets.filter((target) => !queues.some((queue) => queue.target === target));
  return {
    report: daemon.report(),
    status: statusOf(parts),
    episodes: await store.episodes.openSummaries(),
    queues: [...queues, ...silent.map(emptyQueue)],
    rules: rules.rules,
    predictions: await predictions.score(),
    graph: graph === null ? null : { nodes: graph.nodes.order, edges: graph.nodes.size },
  };
}

function emptyQueue(target: string): QueueState {
  return { target, waiting: 0, dead: 0, oldestWaitingAt: null, disabled: null };
}
