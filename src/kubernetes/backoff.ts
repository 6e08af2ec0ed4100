const floorMs = 800;
const ceilingMs = 30_000;

/**
 * How long to wait before try number `attempt` (from 0): full jitter under a ceiling that doubles from 0.8 s to 30 s. What
 * the server asks for with Retry-After is the least, with up to a quarter on top so that clients do not come back together.
 */
export function backoffMs(attempt: number, retryAfterMs: number | null, random: () => number): number {
  if (retryAfterMs !== null) return retryAfterMs * (1 + random() / 4);
  const ceiling = Math.min(ceilingMs, floorMs * 2 ** Math.min(attempt, 10));
  return Math.max(50, random() * ceiling);
}
