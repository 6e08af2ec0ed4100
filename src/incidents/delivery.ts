/** One event for one target, stored before it is sent. `id` is the `webhook-id` of every attempt, also after a restart. Times are RFC 3339. */
export interface Delivery {
  readonly id: string;
  readonly target: string;
  /** Deliveries of one subject to one target keep their order; others do not wait for them. */
  readonly subject: string;
  readonly type: string;
  /** The whole request body; repeated byte for byte on every attempt. */
  readonly body: string;
  readonly createdAt: string;
}

export type DeliveryState = 'waiting' | 'delivered' | 'dead';

/** `held`: another replica tells it; kept for as long as it may not have come to that. */
export type NewDeliveryState = 'waiting' | 'held';

/** A stored delivery with its attempts so far. */
export interface DeliveryRecord extends Delivery {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  readonly settledAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** What becomes of a delivery after an attempt. */
export type DeliveryVerdict =
  | { readonly kind: 'delivered'; readonly status: number }
  | { readonly kind: 'later'; readonly at: string; readonly why: string; readonly status: number | null }
  | { readonly kind: 'dead'; readonly why: string; readonly status: number | null };

/** Counts per target for metrics and `mooring deliveries`. */
export interface TargetQueue {
  readonly target: string;
  readonly waiting: number;
  readonly dead: number;
  /** RFC 3339; null when nothing waits. */
  readonly oldestWaitingAt: string | null;
  /** When the next attempt is due, RFC 3339; null when nothing waits. */
  readonly nextAttemptAt: string | null;
  /** Why nothing is sent to it any more, and the address that said so; null when it is in use. */
  readonly disabled: Disabled | null;
}

export interface Disabled {
  readonly why: string;
  readonly address: string;
}

/** Implemented by `history/`. Throws AppError when the store cannot be read or written. */
export interface Outbox {
  /** Waiting deliveries of a target that are due and have no earlier waiting one of their subject, oldest first. */
  due(target: string, now: string, limit: number): Promise<readonly DeliveryRecord[]>;
  settle(id: string, verdict: DeliveryVerdict, now: string): Promise<void>;
  /** Stops a target for good with the reason, or (null) lets it go on. */
  disable(target: string, disabled: Disabled | null, now: string): Promise<void>;
  /** Lets everything that waits for a target be tried at once; called when it answers again. */
  hasten(target: string, now: string): Promise<void>;
  /** Moves the next attempts of all that waits for a target; the clock was set by so many milliseconds. */
  shift(target: string, milliseconds: number): Promise<void>;
  queues(): Promise<readonly TargetQueue[]>;
  /** Lets everything that is held be sent, the oldest first. */
  release(): Promise<void>;
  /** Holds these of the waiting ones that were never tried. */
  hold(ids: readonly string[]): Promise<void>;
  /** Ids of all that is held. */
  held(): Promise<readonly string[]>;
  /** Forgets these where they are held: another replica has told them. */
  forgetHeld(ids: readonly string[]): Promise<void>;
}
