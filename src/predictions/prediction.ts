/** Why a prediction was made: drift that began, or a person who asked what would happen. */
export const predictionTriggers = ['episode', 'asked'] as const;
export type PredictionTrigger = (typeof predictionTriggers)[number];

export interface PredictedNode {
  readonly id: string;
  readonly effect: 'breaks' | 'degrades' | 'may-degrade';
  /** Of the effect, from 0 to 1. */
  readonly probability: number;
}

/** What was said at a moment about who would be hit. Times are RFC 3339. */
export interface Prediction {
  readonly id: string;
  readonly trigger: PredictionTrigger;
  /** `group/kind/namespace/name` of what drifted, or the node that was asked about. */
  readonly of: string;
  /** Nodes that failed or changed themselves: they prove nothing about their dependants. */
  readonly origins: readonly string[];
  readonly madeAt: string;
  /** Until when it may come true. */
  readonly until: string;
  readonly affected: readonly PredictedNode[];
}

/** How a prediction turned out. */
export interface Outcome {
  /** `untested`: a person asked about a failure that did not come, which says nothing about the answer. */
  readonly kind: 'scored' | 'untested';
  readonly scoredAt: string;
  /** Nodes that had alerts or drift of their own within the window, without the origins. */
  readonly hit: readonly string[];
}

export interface PredictionRecord extends Prediction {
  /** Null while its window is open. */
  readonly outcome: Outcome | null;
}

/** An alert, or drift that began. `node` is null when it cannot be told whom it is about. Times are RFC 3339. */
export interface Happening {
  readonly kind: 'alert' | 'drift';
  /** Fingerprint of the alert, id of the episode. */
  readonly key: string;
  readonly name: string;
  readonly node: string | null;
  readonly at: string;
  /** Null while it lasts, and of drift, whose end its episode tells. */
  readonly endsAt: string | null;
}

/** Memory of predictions and of what came. Every method throws AppError. */
export interface PredictionLog {
  /** Stores those whose id is new, and forgets what is past its retention. */
  add(predictions: readonly Prediction[], now: string): Promise<void>;
  /** Those whose window has closed and that were not judged, oldest first. */
  due(now: string, limit: number): Promise<readonly Prediction[]>;
  settle(id: string, outcome: Outcome): Promise<void>;
  /** An alert that was known gets its end; an end without a beginning is a beginning too. */
  record(happenings: readonly Happening[]): Promise<void>;
  /** What began in a time, both ends included, oldest first. */
  happenedBetween(from: string, to: string): Promise<readonly Happening[]>;
}
