/** Milliseconds to wait after the n-th failure in a row (from 1): doubling from 1 s to 1 min, with full jitter above a tenth. */
export function backOff(failures: number, random: number): number {
  const ceiling = Math.min(60_000, 1000 * 2 ** Math.min(failures - 1, 10));
  return Math.round(ceiling * (0.1 + 0.9 * random));
}
