const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second … failed attempt: about three days in all, then the delivery is dead (it stays listed). */
const waits: readonly number[] = [
  5 * second,
  30 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
const longestRetryAfter = 24 * hour;

/**
 * Milliseconds until the next attempt, or null when there is none. `attempts` counts from 1. `random` is 0 to 1 and spreads the wait
 * over its upper half, so that many receivers that failed together are not tried together.
 */
export function nextWait(attempts: number, retryAfterMs: number | null, random: number): number | null {
  const wait = waits[attempts - 1];
  if (wait === undefined) return null;
  const jittered = wait / 2 + (wait / 2) * random;
  return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, longestRetryAfter)));
}
