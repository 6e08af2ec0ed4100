import { announceEpisodes } from './announce-episodes.ts';
import type { AnnounceTarget } from './announce-episodes.ts';
import { decideEpisodes } from './decide-episodes.ts';
import type { EpisodeDecision, JudgedRound } from './decide-episodes.ts';
import type { Episode } from './episode.ts';
import { episodeFingerprint } from './episode-fingerprint.ts';
import type { Hash } from './episode-fingerprint.ts';
import type { EpisodeLog } from './episode-log.ts';
import { driftsOf } from './current-drifts.ts';
import type { Delivery } from './delivery.ts';

export interface EpisodeReporterOptions {
  readonly log: EpisodeLog;
  readonly targets: readonly AnnounceTarget[];
  readonly hash: Hash;
  readonly clock: () => Date;
  /** A CloudEvents source such as `/mooring/prod-eu`. */
  readonly eventSource: string;
  /** Whether it is for this replica to tell people; default: it is. What it does not tell is held. */
  readonly isOnDuty?: () => boolean;
  /** Called after something to send or to hold was stored. */
  readonly stored: (deliveries: readonly Delivery[]) => void;
}

/** Decides, stores and only then lets send. Throws AppError when the store fails: then nothing was decided either. */
export type EpisodeReporter = (round: JudgedRound, revision: string | null) => Promise<readonly EpisodeDecision[]>;

export function createEpisodeReporter(options: EpisodeReporterOptions): EpisodeReporter {
  const { log, hash, clock, targets, eventSource } = options;
  let known: ReadonlyMap<string, Episode> | null = null;

  return async (round, revision) => {
    known ??= new Map((await log.open()).map((episode) => [episode.id, episode]));
    const now = clock().toISOString();
    const recurrences = await log.recurrences(newFingerprints(round, known, hash));
    const decisions = decideEpisodes(round, { open: [...known.values()], recurrences }, { hash, now });
    const changes = decisions.filter(({ kind }) => kind !== 'nothing');
    if (changes.length === 0) return decisions;
    const deliveries = announceEpisodes(changes, round.judgements, targets, { hash, now, eventSource, revision });
    const remembered = known;
    // Until the store has answered nobody knows what it holds; the next round asks it again.
    known = null;
    const as = (options.isOnDuty?.() ?? true) ? 'waiting' : 'held';
    await log.record({ episodes: changes.map(({ episode }) => episode), deliveries, as });
    known = afterwards(remembered, changes);
    if (deliveries.length > 0) options.stored(deliveries);
    return decisions;
  };
}

function newFingerprints(round: JudgedRound, known: ReadonlyMap<string, Episode>, hash: Hash): string[] {
  const open = new Set([...known.values()].map(({ fingerprint }) => fingerprint));
  return round.judgements
    .flatMap((judgement) => driftsOf(judgement).map((drift) => episodeFingerprint(hash, drift)))
    .filter((fingerprint) => !open.has(fingerprint));
}

function afterwards(known: ReadonlyMap<string, Episode>, changes: readonly EpisodeDecision[]): Map<string, Episode> {
  const open = new Map(known);
  for (const { episode } of changes) {
    if (episode.state === 'open') open.set(episode.id, episode);
    else open.delete(episode.id);
  }
  return open;
}
