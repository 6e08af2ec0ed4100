import { backOff } from './back-off.ts';

/** One thing that is to be tried again, later with each failure. */
export interface Retries {
  later(act: () => void): void;
  reset(): void;
}

/** `random` answers 0 to 1. Nothing is tried any more once the signal is aborted. */
export function createRetries(random: () => number, signal: AbortSignal): Retries {
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return {
    later(act) {
      failures += 1;
      clearTimeout(timer);
      timer = setTimeout(act, backOff(failures, random()));
    },
    reset() {
      failures = 0;
      clearTimeout(timer);
    },
  };
}
