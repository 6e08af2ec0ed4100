import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../src/kubernetes/backoff.ts';
import type { WatchEnd } from '../../src/kubernetes/stream/watch-once.ts';
import { type Misfortune, nextStep, noMisfortune } from '../../src/kubernetes/watch/next-step.ts';

const closed: WatchEnd = { kind: 'closed' };
const expired: WatchEnd = { kind: 'expired', why: 'too old' };
const broken: WatchEnd = { kind: 'broken', why: 'reset', isSilence: false, isGarbage: false };
const silent: WatchEnd = { ...broken, isSilence: true };
const garbage: WatchEnd = { ...broken, isGarbage: true };
const refused = (status: number, retryAfterMs: number | null = null): WatchEnd => ({
  kind: 'refused',
  refusal: { status, reason: '', message: 'no', retryAfterMs },
});

function after(...ends: readonly { readonly end: WatchEnd; readonly isHealthy?: boolean }[]) {
  let misfortune: Misfortune = noMisfortune;
  const steps = ends.map(({ end, isHealthy = false }) => {
    const next = nextStep({ end, isHealthy }, misfortune);
    misfortune = next.misfortune;
    return next.step;
  });
  return { last: steps.at(-1), misfortune };
}

const times = (count: number, end: WatchEnd) => Array.from({ length: count }, () => ({ end }));

describe('after a watch', () => {
  test.each<[string, WatchEnd, boolean, object]>([
    ['that lived and was closed', closed, true, { kind: 'watch', wait: 'none', reason: 'closed' }],
    ['that was closed at once', closed, false, { kind: 'watch', wait: { attempt: 0 }, reason: 'closed-at-once' }],
    ['whose version expired', expired, false, { kind: 'list', wait: 'none', reason: 'expired' }],
    ['that broke', broken, true, { kind: 'watch', wait: { attempt: 0 }, reason: 'broken' }],
    ['that fell silent', silent, true, { kind: 'watch', wait: 'none', reason: 'silence' }],
    ['that sent garbage', garbage, true, { kind: 'watch', wait: { attempt: 0 }, reason: 'garbage' }],
    ['that was refused with 429', refused(429, 3_000), false, { kind: 'watch', wait: { retryAfterMs: 3_000 } }],
    ['that was refused with 401', refused(401), false, { kind: 'watch', wait: { attempt: 0 } }],
    ['that was refused with 400', refused(400), false, { kind: 'list', reason: 'refused-400' }],
    ['that was refused with 403', refused(403), false, { kind: 'rest', phase: 'forbidden' }],
    ['that was refused with 404', refused(404), false, { kind: 'rest', phase: 'gone' }],
    ['that was refused with 503', refused(503), false, { kind: 'watch', reason: 'refused-503' }],
  ])('%s', (_what, end, isHealthy, step) => {
    expect(after({ end, isHealthy }).last).toMatchObject(step);
  });

  test('429 and lost connections never lead to a list, however many', () => {
    expect(after(...times(50, refused(429))).last).toMatchObject({ kind: 'watch' });
    expect(after(...times(50, broken)).last).toMatchObject({ kind: 'watch', wait: { attempt: 49 } });
  });

  test('a second expiry in a row waits, so that a broken server is not listed in a loop', () => {
    expect(after(...times(2, expired)).last).toMatchObject({ kind: 'list', wait: { attempt: 1 } });
  });

  test('five refusals of the server in a row lead to a list ("too large resource version" of a restored etcd)', () => {
    expect(after(...times(4, refused(504))).last).toMatchObject({ kind: 'watch' });
    expect(after(...times(5, refused(504))).last).toMatchObject({ kind: 'list', reason: 'refused-504' });
  });

  test('garbage twice at the same place leads to a list', () => {
    expect(after(...times(2, garbage)).last).toMatchObject({ kind: 'list', reason: 'garbage' });
    expect(after({ end: garbage }, { end: broken }, { end: garbage }).last).toMatchObject({ kind: 'watch' });
  });

  test('a healthy watch forgives everything', () => {
    const { misfortune } = after(...times(9, broken), { end: closed, isHealthy: true });
    expect(misfortune).toEqual(noMisfortune);
  });
});

describe('the pause', () => {
  test.each([
    [0, 800],
    [1, 1_600],
    [3, 6_400],
    [6, 30_000],
    [99, 30_000],
  ])('before try %i is anything up to %i ms', (attempt, ceiling) => {
    expect(backoffMs(attempt, null, () => 1)).toBe(ceiling);
    expect(backoffMs(attempt, null, () => 0.5)).toBe(ceiling / 2);
    expect(backoffMs(attempt, null, () => 0)).toBe(50);
  });

  test('that the server asks for is the least, with up to a quarter on top', () => {
    expect(backoffMs(5, 2_000, () => 0)).toBe(2_000);
    expect(backoffMs(0, 2_000, () => 1)).toBe(2_500);
  });
});
