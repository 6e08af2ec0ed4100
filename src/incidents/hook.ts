import type { DeliveryRecord } from './delivery.ts';

/** How one attempt ended. `refused`: the target will never take this one. `gone`: it wants nothing any more. */
export type HookOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly status: number | null;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'refused'; readonly why: string; readonly status: number | null }
  | { readonly kind: 'gone'; readonly why: string; readonly status: number };

/** One target. Implemented in `hooks/`, one file per dialect. */
export interface Hook {
  readonly name: string;
  /** Changes when the target moves; says nothing about where it is, since addresses may hold tokens. */
  readonly address: string;
  /** Never throws; an abort is a `failed` that may be repeated. */
  send(delivery: DeliveryRecord, signal: AbortSignal): Promise<HookOutcome>;
  close(): Promise<void>;
}
