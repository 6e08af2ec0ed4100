import { setTimeout as sleep } from 'node:timers/promises';

/** Permission to list, for the whole process: a restarted API server must not meet all lists of all kinds at once. */
export interface ListBudget {
  /** Runs `list` when its turn has come; turns are given in the order of asking. Rejects when aborted while waiting. */
  run<T>(list: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface ListBudgetOptions {
  /** Lists that may run at the same moment. */
  readonly parallel: number;
  /** Lists that may start at once after a quiet time. */
  readonly burst: number;
  /** Lists a second after the burst is used up. */
  readonly perSecond: number;
  readonly random: () => number;
}

export const defaultListBudget: ListBudgetOptions = { parallel: 6, burst: 100, perSecond: 10, random: Math.random };

/** A token bucket with jitter in front of a limit on parallel lists. */
export function createListBudget(options: ListBudgetOptions = defaultListBudget): ListBudget {
  let tokens = options.burst;
  let filledAt = performance.now();
  let running = 0;
  const waiting: (() => void)[] = [];
  let gate: Promise<void> = Promise.resolve();

  const takeToken = async (signal: AbortSignal): Promise<void> => {
    const now = performance.now();
    tokens = Math.min(options.burst, tokens + ((now - filledAt) / 1_000) * options.perSecond);
    filledAt = now;
    tokens -= 1;
    if (tokens >= 0) return;
    const waitMs = (-tokens / options.perSecond) * 1_000 * (1 + options.random() / 4);
    await sleep(waitMs, undefined, { signal });
  };

  return {
    async run(list, signal) {
      const turn = gate.then(() => takeToken(signal));
      gate = turn.catch(() => {});
      await turn;
      if (running >= options.parallel) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        signal.throwIfAborted();
        return await list();
      } finally {
        // The place goes to the next in line, or back.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
