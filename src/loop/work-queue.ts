import { sleep, untilWoken } from './sleep.ts';
import type { RoundTrigger, RoundWork } from './round.ts';

/** What waits to be looked at. Each key waits once, however often it changed. */
export interface WorkQueue {
  /** `keys` null: everything, manifests included; a whole pass swallows the keys that wait. Empty keys: what the trigger itself says. */
  add(trigger: RoundTrigger, keys: readonly string[] | null): void;
  /** Resolves with all that waits, once something does and has settled; null when aborted. */
  take(signal: AbortSignal): Promise<RoundWork | null>;
  readonly size: number;
}

export interface WorkQueueOptions {
  readonly clock: () => Date;
  /** How long changes are gathered after the first one, in milliseconds. A whole pass does not wait. */
  readonly settleMs: number;
}

interface Waiting {
  trigger: RoundTrigger;
  keys: Set<string> | null;
  manifests: boolean;
  sources: boolean;
  readonly noticedAt: Date;
}

/** Changes within the settle time become one round; what arrives during a round waits for the next. */
export function createWorkQueue({ clock, settleMs }: WorkQueueOptions): WorkQueue {
  let waiting: Waiting | null = null;
  let ring = (): void => {};

  return {
    get size() {
      return waiting?.keys?.size ?? (waiting === null ? 0 : 1);
    },
    add(trigger, keys) {
      if (trigger === 'live' && keys?.length === 0) return;
      waiting ??= { trigger, keys: new Set(), manifests: false, sources: false, noticedAt: clock() };
      waiting.sources ||= trigger === 'engines';
      waiting.manifests ||= keys === null || trigger === 'manifests' || trigger === 'engines';
      if (keys === null) {
        if (waiting.keys !== null) waiting.trigger = trigger;
        waiting.keys = null;
      } else {
        for (const key of keys) waiting.keys?.add(key);
      }
      ring();
    },
    async take(signal) {
      if (waiting === null) {
        await untilWoken(signal, (wake) => {
          ring = wake;
          return () => {
            ring = () => {};
          };
        });
      }
      const age = clock().getTime() - (waiting?.noticedAt.getTime() ?? 0);
      if (waiting?.keys !== null && age < settleMs) await sleep(settleMs - age, signal);
      if (signal.aborted || waiting === null) return null;
      const { trigger, keys, manifests, sources, noticedAt } = waiting;
      waiting = null;
      return { trigger, manifests, sources, noticedAt, keys: keys === null ? null : [...keys] };
    },
  };
}
