/** A round may take minutes on a large estate; one that takes this long hangs, and only a restart helps. */
const longestRound = 10 * 60_000;

/** Whether the loop still turns. `busySince` is when the round under way began, null between rounds; both in monotonic milliseconds. */
export function isStalled(busySince: number | null, now: number): boolean {
  return busySince !== null && now - busySince > longestRound;
}
