import type { Strength } from '../graph-shapes.ts';
import type { SeenCall } from './traffic-memory.ts';

/** From this share of failures on a window counts as bad, and the caller as failing along. */
const bad = 0.05;
const along = 0.02;
/** Fewer bad windows prove nothing. */
const fewest = 5;
const [mostly, hardly] = [0.8, 0.2];

export interface CoMovement {
  readonly strength: Strength;
  /** In words, with its counts. */
  readonly what: string;
}

/**
 * Counts one window of a call. `callerShare` is the share of failures that the caller's own callers saw, from 0 to 1; null when nobody
 * tells, and then nothing is learned.
 */
export function countWindow(call: SeenCall, callerShare: number | null): SeenCall {
  if (call.errorShare === null || call.errorShare < bad || callerShare === null) return call;
  const failedAlong = call.failedAlong + (callerShare >= along ? 1 : 0);
  return { ...call, badWindows: call.badWindows + 1, failedAlong };
}

/** What the windows say of how much the caller needs the callee; null while they say nothing. */
export function coMovementOf({ badWindows, failedAlong }: SeenCall): CoMovement | null {
  if (badWindows < fewest) return null;
  const share = failedAlong / badWindows;
  const strength = share >= mostly ? 'hard' : share <= hardly ? 'soft' : 'unknown';
  return { strength, what: `the caller failed along in ${failedAlong} of ${badWindows} windows in which it failed` };
}
