import type { Strength } from '../graph-shapes.ts';

/** Windows in which calls between two nodes failed notably, and those of them in which the caller's own callers saw failures as well. */
export interface Movement {
  readonly badWindows: number;
  readonly failedAlong: number;
  /** RFC 3339, of the last of them. */
  readonly lastBad: string;
}

/** How many calls a window held, and the share of them that failed, from 0 to 1. */
export interface Failing {
  readonly count: number;
  readonly share: number;
}

/** From this share of failures on a window counts as bad, and the caller as failing along. */
const bad = 0.05;
const along = 0.02;
/** Of fewer calls a share is chance. */
const fewestCalls = 30;
/** Fewer bad windows prove nothing. */
const fewestWindows = 5;
const [mostly, hardly] = [0.8, 0.2];

export interface CoMovement {
  readonly strength: Strength;
  /** In words, with its counts. */
  readonly what: string;
}

/** Whether a share of failures says anything. */
export function isTelling({ count }: Failing): boolean {
  return count >= fewestCalls;
}

/**
 * What a window adds: `callee` is what the caller saw of its callee, `caller` what the caller's own callers saw of it. Null when the window
 * was not bad, or when nobody tells of the caller: then nothing is learned.
 */
export function countWindow(
  before: Movement | undefined,
  callee: Failing,
  caller: Failing | undefined,
  at: string,
): Movement | null {
  if (!isTelling(callee) || callee.share < bad || caller === undefined || !isTelling(caller)) return null;
  const { badWindows = 0, failedAlong = 0 } = before ?? {};
  return { badWindows: badWindows + 1, failedAlong: failedAlong + (caller.share >= along ? 1 : 0), lastBad: at };
}

/** What the windows say of how much the caller needs the callee; null while they say nothing. */
export function coMovementOf(movement: Movement | undefined): CoMovement | null {
  if (movement === undefined || movement.badWindows < fewestWindows) return null;
  const { badWindows, failedAlong } = movement;
  const share = failedAlong / badWindows;
  const strength = share >= mostly ? 'hard' : share <= hardly ? 'soft' : 'unknown';
  return { strength, what: `the caller failed along in ${failedAlong} of ${badWindows} windows in which it failed` };
}
