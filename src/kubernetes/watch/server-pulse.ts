import { setTimeout as sleep } from 'node:timers/promises';
import { linkAbort } from '../linked-abort.ts';

/**
 * Whoever waits out a lost server is woken when another kind gets through to it, at a random moment of the following
 * second, so that all kinds are back soon and not all at once.
 */
export interface ServerPulse {
  /** The server has just answered somebody. */
  beat(): void;
  /** Sleeps `ms`, or less when the server comes back meanwhile. Rejects when aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const spreadMs = 1_000;

export function createServerPulse(random: () => number): ServerPulse {
  const sleeping = new Set<() => void>();
  return {
    beat() {
      for (const wake of sleeping) wake();
      sleeping.clear();
    },
    async pause(ms, signal) {
      using woken = linkAbort(signal);
      let timer: NodeJS.Timeout | undefined;
      const wake = (): void => {
        timer = setTimeout(() => woken.abort(), random() * spreadMs).unref();
      };
      sleeping.add(wake);
      try {
        await sleep(ms, undefined, { signal: woken.signal, ref: false });
      } catch {
        signal.throwIfAborted();
      } finally {
        clearTimeout(timer);
        sleeping.delete(wake);
      }
    },
  };
}
