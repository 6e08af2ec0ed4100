import type { Episode } from './episode.ts';
import type { Delivery, NewDeliveryState } from './delivery.ts';

/** What is stored of a round, all or nothing: afterwards a crash can lose no announcement and repeat none. */
export interface EpisodeChanges {
  readonly episodes: readonly Episode[];
  readonly deliveries: readonly Delivery[];
  /** Default: waiting. */
  readonly as?: NewDeliveryState;
}

/** Implemented by `history/`. Throws AppError when the store cannot be read or written. */
export interface EpisodeLog {
  open(): Promise<readonly Episode[]>;
  /** How often each fingerprint has had an episode so far; absent means never. */
  recurrences(fingerprints: readonly string[]): Promise<ReadonlyMap<string, number>>;
  record(changes: EpisodeChanges): Promise<void>;
}
