import { countWindow, type Failing, isTelling, type Movement } from './co-movement.ts';
import type { Pair } from './resolve-calls.ts';
import type { Steps } from './steps.ts';
import { isNewWindow, pairKey, type SeenCall, type TrafficMemory } from './traffic-memory.ts';

/** Callers between two pauses. */
const portion = 1_000;

/** Once a window: did those who called the caller see failures when its own call failed? */
export function* countingWindows(
  memory: TrafficMemory,
  callers: ReadonlyMap<string, readonly Pair[]>,
): Steps<ReadonlyMap<string, Movement>> {
  const { movements, readAt } = memory;
  const moved = new Map<string, Movement>();
  if (!isNewWindow(memory) || readAt === null) return moved;
  const worst = yield* worstFailing(memory, callers);
  let done = 0;
  for (const [caller, pairs] of callers) {
    if (++done % portion === 0) yield;
    for (const { call, to } of pairs) {
      const failing = failingOf(call, memory);
      if (failing === undefined) continue;
      const key = pairKey(caller, to.to);
      const counted = countWindow(movements.get(key), failing, worst.get(caller), readAt);
      if (counted !== null) moved.set(key, counted);
    }
  }
  for (const [key, movement] of moved) movements.set(key, movement);
  return moved;
}

/** Of each callee what those saw of it who saw most failures. */
function* worstFailing(
  memory: TrafficMemory,
  callers: ReadonlyMap<string, readonly Pair[]>,
): Steps<ReadonlyMap<string, Failing>> {
  const worst = new Map<string, Failing>();
  let done = 0;
  for (const pairs of callers.values()) {
    if (++done % portion === 0) yield;
    for (const { call, to } of pairs) {
      const failing = failingOf(call, memory);
      if (failing === undefined || !isTelling(failing)) continue;
      if (failing.share >= (worst.get(to.to)?.share ?? 0)) worst.set(to.to, failing);
    }
  }
  return worst;
}

/** Undefined for what is quiet now, and where failures or single calls are not told. */
function failingOf({ lastSeen, errorShare, unit, rate }: SeenCall, memory: TrafficMemory): Failing | undefined {
  if (lastSeen !== memory.readAt || errorShare === null || (unit !== 'requests' && unit !== 'connections'))
    return undefined;
  return { count: (rate * memory.window) / 1000, share: errorShare };
}
