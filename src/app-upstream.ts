import type { UpstreamChange, UpstreamChanges } from './api/api-queries.ts';
import { AppError } from './errors/app-error.ts';
import { impactOn } from './graph/change/upstream.ts';
import { coverageOf } from './graph/coverage.ts';
import { requireNode } from './graph/find-node.ts';
import type { Store } from './history/store.ts';
import type { Episode } from './incidents/episode.ts';
import type { Daemon } from './loop/daemon.ts';
import type { Happening } from './predictions/prediction.ts';
import { formatResourceId } from './resource/resource-id.ts';
import type { DriftedFields } from './severity/judgement.ts';

const lookBack = 24 * 3600 * 1000;
/** Each costs a walk through the graph. */
const mostLookedAt = 300;
const mostTold = 20;
const mostAlerts = 1000;
/** How many walks are made before waiting requests get a turn. */
const turn = 25;

interface Wanted {
  readonly daemon: Daemon;
  readonly store: Store;
  readonly clock: () => Date;
}

/** Open drift, and drift that ended in the last day, by how likely it hit a node. Null before the first round. Throws AppError. */
export async function upstreamChanges(
  { daemon, store, clock }: Wanted,
  question: { readonly of?: string; readonly alert?: string },
): Promise<UpstreamChanges | null> {
  const { graph } = daemon;
  if (graph === null) return null;
  const alert = question.alert === undefined ? null : await alertOf(store, question.alert);
  const of = alert?.node ?? requireNode(graph, question.of ?? '');
  const since = new Date(clock().getTime() - lookBack).toISOString();
  const episodes = await store.episodes.list({ limit: mostLookedAt });
  const recent = episodes.filter(({ state, resolvedAt }) => state === 'open' || (resolvedAt ?? '') >= since);
  const changes: UpstreamChange[] = [];
  for (const [index, episode] of recent.entries()) {
    if (index % turn === turn - 1) await new Promise(setImmediate);
    // What began after the alert did not set it off.
    if (alert !== null && (episode.onset.notBefore ?? episode.onset.notAfter) > alert.at) continue;
    const change = daemon.changeOf(episode.resource, driftOf(episode), episode.onset.notAfter);
    const impact = impactOn(graph, of, change);
    if (impact !== null) changes.push(toldOf(episode, impact));
  }
  const ranked = changes.toSorted(
    (one, other) =>
      other.probability - one.probability ||
      Date.parse(other.onset.notAfter) - Date.parse(one.onset.notAfter) ||
      (one.episode < other.episode ? -1 : 1),
  );
  const notSeen = [
    ...(episodes.length === mostLookedAt ? [`only the latest ${mostLookedAt} episodes were looked at`] : []),
    ...(ranked.length > mostTold ? [`${ranked.length - mostTold} more are less likely`] : []),
    'what came with a new revision and is as Git declares it is no drift, and is not listed',
    ...coverageOf(graph).notSeen,
  ];
  return { of, alert, since, changes: ranked.slice(0, mostTold), notSeen };
}

async function alertOf(store: Wanted['store'], fingerprint: string): Promise<Happening> {
  const alerts = await store.predictions.openAlerts(mostAlerts);
  const alert = alerts.find(({ key }) => key === fingerprint);
  if (alert === undefined || alert.node === null) {
    throw new AppError({
      code: 'resource-not-found',
      what: `cannot tell what alert ${fingerprint} is about`,
      why:
        alert === undefined
          ? 'no alert that fires has this fingerprint'
          : 'its labels name no node of the graph, or several',
      remedy: 'Ask with of=KIND/NAME instead',
    });
  }
  return alert;
}

function toldOf(
  episode: Episode,
  { effect, probability, path, why }: NonNullable<ReturnType<typeof impactOn>>,
): UpstreamChange {
  const { id, resource, change, severity, state, actor, onset } = episode;
  return {
    episode: id,
    resource: formatResourceId(resource),
    path: episode.path,
    change,
    severity,
    state,
    actor,
    onset,
    effect,
    probability,
    through: path,
    why,
  };
}

/** What an episode is about, as the graph takes it. */
export function driftOf({ change, path }: Pick<Episode, 'change' | 'path'>): DriftedFields {
  if (change === 'missing') return { change: 'removed', paths: [] };
  if (change === 'extra') return { change: 'added', paths: [] };
  return { change: 'changed', paths: [path] };
}
