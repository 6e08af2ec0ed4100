import type { CallUnit, ObservedCall, Party } from '../../resource/call/observed-call.ts';
import type { Movement } from './co-movement.ts';
import { atOnce, type Steps } from './steps.ts';

/** Calls of one pair as they were last seen. Times are RFC 3339. */
export interface SeenCall extends ObservedCall {
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** What one source of traffic has told: `remember` writes what it saw, `observing` what follows from it about the nodes. */
export interface TrafficMemory {
  /** `prometheus main`. */
  readonly source: string;
  readonly calls: Map<string, SeenCall>;
  /** By `pairKey`: nodes outlive the names of their pods. */
  readonly movements: Map<string, Movement>;
  /** Milliseconds that a look looks back. */
  readonly window: number;
  /** RFC 3339: of the first and the last look that brought something; null before. */
  since: string | null;
  readAt: string | null;
  /** RFC 3339: failures up to then are counted, or belong to an earlier run and may have been. */
  countedAt: string | null;
}

/** What a look changed, for whoever writes it down. */
export interface Remembered {
  /** Calls that are new, or that were last written down a while ago. */
  readonly changed: ReadonlyMap<string, SeenCall>;
  readonly forgotten: readonly string[];
}

/** Confidence in traffic that was seen just now, and the days after which half of it is gone. */
const fresh = 0.98;
const halfLifeDays = 14;
/** What is believed less is forgotten: after sixty days. */
const faintest = 0.05;
const mostCalls = 100_000;
const day = 86_400_000;
/** What was seen is written down this often when it goes on, in milliseconds: a crash makes it at most so much older. */
const writeTimesEvery = 600_000;
/** Calls between two pauses. */
const portion = 2_000;

export function createMemory(source: string, window: number): TrafficMemory {
  return { source, window, calls: new Map(), movements: new Map(), since: null, readAt: null, countedAt: null };
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

/** Both ends as nodes of the graph. */
export function pairKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

const ranks: Readonly<Record<CallUnit, number>> = { requests: 3, connections: 2, bytes: 1, presence: 0 };

/**
 * Takes in what a look brought. Presence is apart from rate: what is quiet now stays, and ages. A source that saw nothing at all is taken
 * for one that failed.
 */
export function* remembering(memory: TrafficMemory, calls: readonly ObservedCall[], at: string): Steps<Remembered> {
  const changed = new Map<string, SeenCall>();
  if (calls.length === 0) return { changed, forgotten: [] };
  const best = new Map<string, ObservedCall>();
  let done = 0;
  for (const call of calls) {
    const key = callKey(call.from, call.to);
    const known = best.get(key);
    if (known === undefined || isBetterTold(call, known)) best.set(key, call);
    if (++done % portion === 0) yield;
  }
  const period = periodOf(at);
  for (const [key, call] of best) {
    const before = memory.calls.get(key);
    const seen = { ...call, firstSeen: before?.firstSeen ?? at, lastSeen: at };
    // The newest go to the end.
    memory.calls.delete(key);
    memory.calls.set(key, seen);
    if (before === undefined || periodOf(before.lastSeen) !== period) changed.set(key, seen);
    if (++done % portion === 0) yield;
  }
  memory.since ??= at;
  memory.readAt = at;
  return { changed, forgotten: forget(memory, at) };
}

/** The same at one go. */
export function remember(memory: TrafficMemory, calls: readonly ObservedCall[], at: string): Remembered {
  return atOnce(remembering(memory, calls, at));
}

function periodOf(moment: string): number {
  return Math.floor(Date.parse(moment) / writeTimesEvery);
}

/** The same traffic is often told by both sides and by several metrics: requests say more than bytes, and the most is taken. */
export function isBetterTold(call: ObservedCall, than: ObservedCall): boolean {
  const [one, other] = [ranks[call.unit], ranks[than.unit]];
  return one === other ? call.rate > than.rate : one > other;
}

/** What was last seen before then is believed no more. */
export function forgottenBefore(now: Date): Date {
  return new Date(now.getTime() - halfLifeDays * Math.log2(fresh / faintest) * day);
}

function forget(memory: TrafficMemory, at: string): string[] {
  const forgotten: string[] = [];
  const oldest = forgottenBefore(new Date(at)).toISOString();
  for (const [key, { lastSeen }] of memory.calls) {
    if (memory.calls.size - forgotten.length <= mostCalls && lastSeen >= oldest) break;
    forgotten.push(key);
  }
  for (const key of forgotten) memory.calls.delete(key);
  for (const [key, { lastBad }] of memory.movements) if (lastBad < oldest) memory.movements.delete(key);
  return forgotten;
}
