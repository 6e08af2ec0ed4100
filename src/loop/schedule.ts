import { schedule, setLogger } from 'node-cron';

/** A pattern that comes round again until it is stopped. */
export interface Schedule {
  stop(): Promise<void>;
  /** RFC 3339, or null when the pattern never matches again. */
  next(): string | null;
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Calls `due` at every match of a cron pattern (checked by the configuration). Matches that pass while `due` runs are skipped. */
export function startSchedule(pattern: string, due: () => void): Schedule {
  // node-cron writes coloured text to the console otherwise; what it has to say, the round says itself.
  setLogger(quiet);
  const task = schedule(pattern, due, { noOverlap: true, unref: true });
  return {
    next: () => task.getNextRun()?.toISOString() ?? null,
    async stop() {
      await task.destroy();
    },
  };
}
