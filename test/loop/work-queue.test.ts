import { expect, test } from 'vitest';
import { backOff } from '../../src/loop/back-off.ts';
import { isStalled } from '../../src/loop/liveness.ts';
import { createWorkQueue } from '../../src/loop/work-queue.ts';

const noticedAt = new Date('2026-11-25T10:00:00Z');
const { signal } = new AbortController();

function queue() {
  return createWorkQueue({ clock: () => noticedAt, settleMs: 0 });
}

test('each key waits once', async () => {
  const waiting = queue();
  waiting.add('live', ['a', 'b']);
  waiting.add('live', ['b', 'c']);
  expect(waiting.size).toBe(3);
  expect(await waiting.take(signal)).toEqual({
    trigger: 'live',
    keys: ['a', 'b', 'c'],
    manifests: false,
    sources: false,
    noticedAt,
  });
  expect(waiting.size).toBe(0);
});

test('a whole pass swallows the keys that wait, and manifests with them', async () => {
  const waiting = queue();
  waiting.add('live', ['a']);
  waiting.add('schedule', null);
  waiting.add('live', ['b']);
  expect(await waiting.take(signal)).toEqual({
    trigger: 'schedule',
    keys: null,
    manifests: true,
    sources: false,
    noticedAt,
  });
});

test('manifests are remembered beside live keys', async () => {
  const waiting = queue();
  waiting.add('live', ['a']);
  waiting.add('manifests', []);
  expect(await waiting.take(signal)).toEqual({
    trigger: 'live',
    keys: ['a'],
    manifests: true,
    sources: false,
    noticedAt,
  });
});

test('no live keys are no work', () => {
  const waiting = queue();
  waiting.add('live', []);
  expect(waiting.size).toBe(0);
});

test('a take that waits is woken by work, and by an abort with nothing', async () => {
  const abort = new AbortController();
  const waiting = queue();
  const first = waiting.take(abort.signal);
  waiting.add('gaps', []);
  expect(await first).toMatchObject({ trigger: 'gaps', keys: [] });
  const second = waiting.take(abort.signal);
  abort.abort();
  expect(await second).toBeNull();
});

test.for([
  [1, 1, 1000],
  [1, 0, 100],
  [3, 1, 4000],
  [99, 1, 60_000],
] as const)('after %i failures and chance %f: %i ms', ([failures, random, expected]) => {
  expect(backOff(failures, random)).toBe(expected);
});

test('a loop is stalled when its round never ends, and never between rounds', () => {
  const minutes = (count: number): number => count * 60_000;
  expect([isStalled(null, minutes(60)), isStalled(5, minutes(9)), isStalled(5, minutes(11))]).toEqual([
    false,
    false,
    true,
  ]);
});
