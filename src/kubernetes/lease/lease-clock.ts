/** When a request that renewed the lease was begun, on both clocks. */
export interface Proof {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface LeaseClock {
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  readonly clock: () => Date;
}

/** The two clocks of a machine that was put to sleep, or whose time was set, disagree by more than this. */
const disagreementMs = 1_000;

export function proofNow({ monotonic, clock }: LeaseClock): Proof {
  return { monotonicMs: monotonic(), wallMs: clock().getTime() };
}

/** Milliseconds since the proof. Only the clock that never jumps counts. */
export function ageOf(proof: Proof, { monotonic }: LeaseClock): number {
  return monotonic() - proof.monotonicMs;
}

/**
 * Whether a proof still counts `withinMs` after it was begun. Where the clocks disagree nobody knows how long ago that was: a
 * suspended machine stops one of them, and somebody who sets the time moves the other.
 */
export function isFresh(proof: Proof, withinMs: number, times: LeaseClock): boolean {
  const now = proofNow(times);
  const elapsed = now.monotonicMs - proof.monotonicMs;
  const apart = Math.abs(now.wallMs - proof.wallMs - elapsed);
  return elapsed < withinMs && apart < disagreementMs;
}
