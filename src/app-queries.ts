import type { ApiQueries } from './api/api-queries.ts';
import { blastRadius } from './graph/blast-radius.ts';
import { graphDocument } from './graph/export-graph.ts';
import type { Store } from './history/store.ts';
import type { Daemon } from './loop/daemon.ts';
import type { MooringState, QueueState } from './metrics/state-metrics.ts';

/** What the API may ask, answered by the daemon and the store. */
export function createQueries(daemon: Daemon, store: Store, clock: () => Date): ApiQueries {
  return {
    status: () => daemon.status(),
    report: () => daemon.report(),
    episodes: (filter) => store.episodes.list(filter),
    episode: (id) => store.episodes.find(id),
    deliveries: (state, limit) => store.outbox.list(state, limit),
    graph: () => (daemon.graph === null ? null : graphDocument(daemon.graph)),
    blastRadius: (of) => (daemon.graph === null ? null : blastRadius(daemon.graph, of, { now: clock().toISOString() })),
  };
}

/** Everything that the gauges show, as it is now. `targets` are there from the start, also without a delivery. */
export async function stateOf(daemon: Daemon, store: Store, targets: readonly string[]): Promise<MooringState> {
  const { graph } = daemon;
  const queues = await store.outbox.queues();
  const silent = targets.filter((target) => !queues.some((queue) => queue.target === target));
  return {
    report: daemon.report(),
    status: daemon.status(),
    episodes: await store.episodes.openSummaries(),
    queues: [...queues, ...silent.map(emptyQueue)],
    graph: graph === null ? null : { nodes: graph.nodes.order, edges: graph.nodes.size },
  };
}

function emptyQueue(target: string): QueueState {
  return { target, waiting: 0, dead: 0, oldestWaitingAt: null, disabled: null };
}
