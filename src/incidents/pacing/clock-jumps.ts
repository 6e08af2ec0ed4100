/** A clock may be set; waits that were written down as moments then end far too early or far too late. */
export interface ClockJumps {
  /** How far the clock was set since the last call, in milliseconds; 0 when it only went on. */
  take(): number;
}

/** Less than this is a correction, or two readings of the clocks that were not at the same moment. */
const smallestMs = 5_000;

export function createClockJumps(clock: () => Date, monotonic: () => number): ClockJumps {
  const apart = (): number => clock().getTime() - monotonic();
  let before = apart();
  return {
    take() {
      const now = apart();
      const jump = now - before;
      if (Math.abs(jump) < smallestMs) return 0;
      before = now;
      return Math.round(jump);
    },
  };
}
