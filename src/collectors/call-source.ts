import type { ObservedCall } from '../resource/call/observed-call.ts';

/** What one look at a source of traffic brought. `nothing` and `failed` leave what the source said before in force. */
export type CallReading =
  | {
      readonly kind: 'read';
      readonly calls: readonly ObservedCall[];
      /** How many series or links could not be used, by reason. */
      readonly skipped: Readonly<Record<string, number>>;
      /** Producers that had something to tell (`istio`), and how many usable calls each. */
      readonly producers: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'failed';
      readonly problem: CallProblem;
      /** In words, without anything secret. */
      readonly why: string;
      /** How long the source wants to be left alone, in milliseconds; null when it does not say. */
      readonly retryAfterMs: number | null;
    };

/** Why a source of traffic could not be read, as metrics count it. */
export const callProblems = ['unreachable', 'timeout', 'unauthorized', 'refused', 'bad-answer', 'too-large'] as const;
export type CallProblem = (typeof callProblems)[number];

/** Reads who called whom within a window of time. Implemented by `telemetry/`. */
export interface CallSource {
  /** `prometheus main`: the same in every run, because what it said is remembered under this name. */
  readonly name: string;
  /** Rejects only when the signal is aborted. */
  read(signal: AbortSignal): Promise<CallReading>;
}
