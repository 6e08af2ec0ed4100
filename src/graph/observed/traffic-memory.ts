import type { CallUnit, ObservedCall, Party } from '../../resource/call/observed-call.ts';

/** Calls of one pair as they were last seen. Times are RFC 3339. */
export interface SeenCall extends ObservedCall {
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Windows in which the call failed notably, and those of them in which the caller's own callers saw failures as well. */
  readonly badWindows: number;
  readonly failedAlong: number;
}

/** What one source of traffic has told. Written by `remember` only. */
export interface TrafficMemory {
  /** `prometheus main`. */
  readonly source: string;
  readonly calls: Map<string, SeenCall>;
  /** Milliseconds that a look looks back. */
  readonly window: number;
  /** RFC 3339: of the first and the last look that brought something; null before. */
  since: string | null;
  readAt: string | null;
  /** The look whose failures were counted last. */
  countedAt: string | null;
}

/** Confidence in traffic that was seen just now, and the days after which half of it is gone. */
const fresh = 0.98;
const halfLifeDays = 14;
/** What is believed less is forgotten: after sixty days. */
const faintest = 0.05;
const mostCalls = 100_000;
const day = 86_400_000;

export function createMemory(source: string, window: number): TrafficMemory {
  return { source, window, calls: new Map(), since: null, readAt: null, countedAt: null };
}

/** Looks that follow closely see mostly the same calls; each window is counted once. */
export function isNewWindow(memory: TrafficMemory): boolean {
  const { readAt, countedAt, window } = memory;
  if (readAt === null || (countedAt !== null && Date.parse(readAt) - Date.parse(countedAt) < window)) return false;
  memory.countedAt = readAt;
  return true;
}

/** Confidence that a call seen then is still made. */
export function confidenceAfter(lastSeen: string, now: string): number {
  const days = Math.max(0, Date.parse(now) - Date.parse(lastSeen)) / day;
  return Math.round(fresh * 0.5 ** (days / halfLifeDays) * 1000) / 1000;
}

/** Both ends as the source names them. */
export function callKey(from: Party, to: Party): string {
  return JSON.stringify([from.namespace, from.name, to.namespace, to.name]);
}

const ranks: Readonly<Record<CallUnit, number>> = { requests: 3, connections: 2, bytes: 1, presence: 0 };

/**
 * Takes in what a look brought. Presence is apart from rate: what is quiet now stays, and ages. A source that saw nothing at all is taken
 * for one that failed. Answers with the keys of what was forgotten.
 */
export function remember(memory: TrafficMemory, calls: readonly ObservedCall[], at: string): readonly string[] {
  if (calls.length === 0) return [];
  const best = new Map<string, ObservedCall>();
  for (const call of calls) {
    const key = callKey(call.from, call.to);
    const known = best.get(key);
    if (known === undefined || isBetterTold(call, known)) best.set(key, call);
  }
  for (const [key, call] of best) {
    const before = memory.calls.get(key);
    const { firstSeen = at, badWindows = 0, failedAlong = 0 } = before ?? {};
    // The newest go to the end.
    memory.calls.delete(key);
    memory.calls.set(key, { ...call, firstSeen, lastSeen: at, badWindows, failedAlong });
  }
  memory.since ??= at;
  memory.readAt = at;
  return forget(memory, at);
}

/** The same traffic is often told by both sides and by several metrics: requests say more than bytes, and the most is taken. */
export function isBetterTold(call: ObservedCall, than: ObservedCall): boolean {
  const [one, other] = [ranks[call.unit], ranks[than.unit]];
  return one === other ? call.rate > than.rate : one > other;
}

function forget(memory: TrafficMemory, at: string): string[] {
  const forgotten: string[] = [];
  for (const [key, { lastSeen }] of memory.calls) {
    if (memory.calls.size - forgotten.length <= mostCalls && confidenceAfter(lastSeen, at) >= faintest) break;
    forgotten.push(key);
  }
  for (const key of forgotten) memory.calls.delete(key);
  return forgotten;
}
