/** A round may take minutes on a large estate; one that takes this long hangs, and only a restart helps. */
const longestRound = 10 * 60_000;

/** Whether the loop still turns. `busySince` is when the round under way began, null between rounds. */
export function isStalled(busySince: Date | null, now: Date): boolean {
  return busySince !== null && now.getTime() - busySince.getTime() > longestRound;
}
