import { expect, test } from 'vitest';
import { nextWait } from '../../../src/incidents/pacing/retry-schedule.ts';
import { afterFailure, healthy, isResting } from '../../../src/incidents/pacing/target-breaker.ts';
import type { BreakerState } from '../../../src/incidents/pacing/target-breaker.ts';

test('attempts are spread over about three days and then end', () => {
  const waits: number[] = [];
  for (let attempt = 1, wait = nextWait(1, null, 1); wait !== null; wait = nextWait(++attempt, null, 1))
    waits.push(wait);
  expect(waits.map((wait) => wait / 1000)).toEqual([5, 30, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
  expect(waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000).toBeCloseTo(75.6, 0);
});

test.for([
  [1, null, 0, 2500],
  [1, null, 1, 5000],
  [1, 60_000, 0, 60_000],
  [4, 1000, 0, 900_000],
  [1, 10 ** 12, 0, 86_400_000],
  [11, null, 0, null],
  [11, 5000, 0, null],
] as const)('after attempt %i with Retry-After %s and chance %f: %s ms', ([attempts, retryAfter, random, expected]) => {
  expect(nextWait(attempts, retryAfter, random)).toBe(expected);
});

test('a target that fails again and again is left alone ever longer', () => {
  let state: BreakerState = healthy;
  const pauses = Array.from({ length: 12 }, () => {
    state = afterFailure(state, 0, null);
    return state.restsUntil / 1000;
  });
  expect(pauses).toEqual([0, 0, 0, 0, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test('a target that asks for a pause gets it at once', () => {
  const state = afterFailure(healthy, 1000, 7000);
  expect([isResting(state, 7999), isResting(state, 8000)]).toEqual([true, false]);
});
