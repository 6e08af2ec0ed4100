const failuresToOpen = 5;
const firstPause = 10_000;
const longestPause = 300_000;

/** How a target has behaved lately. Left alone until `restsUntil` (epoch milliseconds); then one attempt decides. */
export interface BreakerState {
  readonly failures: number;
  readonly restsUntil: number;
}

export const healthy: BreakerState = { failures: 0, restsUntil: 0 };

/** A failing target gets ever fewer attempts; a target that asked for a pause gets it at once. */
export function afterFailure(state: BreakerState, now: number, retryAfterMs: number | null): BreakerState {
  const failures = state.failures + 1;
  const beyond = failures - failuresToOpen;
  const pause = beyond < 0 ? 0 : Math.min(longestPause, firstPause * 2 ** Math.min(beyond, 10));
  return { failures, restsUntil: now + Math.max(pause, Math.min(retryAfterMs ?? 0, longestPause)) };
}

export function isResting(state: BreakerState, now: number): boolean {
  return now < state.restsUntil;
}
