import { describe, expect, test } from 'vitest';
import { createListBudget } from '../../src/kubernetes/list/list-budget.ts';
import { createServerPulse } from '../../src/kubernetes/watch/server-pulse.ts';

const never = new AbortController().signal;

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  return Promise.withResolvers<void>();
}

/** Lets everything run that can run now. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the budget of lists', () => {
  test('runs so many at the same moment, and the others in the order of asking', async () => {
    const budget = createListBudget({ parallel: 2, burst: 100, perSecond: 1, random: () => 0 });
    const gates = Array.from({ length: 4 }, deferred);
    const begun: number[] = [];
    const lists = gates.map((gate, index) =>
      budget.run(async () => {
        begun.push(index);
        await gate.promise;
      }, never),
    );
    await settle();
    expect(begun).toEqual([0, 1]);
    gates[1]?.resolve();
    await settle();
    expect(begun).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    await Promise.all(lists);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  test('gives the place on when a list fails', async () => {
    const budget = createListBudget({ parallel: 1, burst: 100, perSecond: 1, random: () => 0 });
    await expect(budget.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await budget.run(() => Promise.resolve('next'), never)).toBe('next');
  });

  test('lets a burst through and makes the rest wait, until aborted', async () => {
    const budget = createListBudget({ parallel: 9, burst: 2, perSecond: 0.001, random: () => 0 });
    const stop = new AbortController();
    const ran: number[] = [];
    const lists = [0, 1, 2].map((index) => budget.run(async () => void ran.push(index), stop.signal));
    await settle();
    expect(ran).toEqual([0, 1]);
    stop.abort();
    await expect(lists[2]).rejects.toThrow();
    await Promise.all(lists.slice(0, 2));
  });
});

describe('the pulse of a server', () => {
  test('wakes all who wait, long before their time', async () => {
    const pulse = createServerPulse(() => 0);
    const waiting = [pulse.pause(600_000, never), pulse.pause(600_000, never)];
    await settle();
    pulse.beat();
    await Promise.all(waiting);
  });

  test('leaves alone who comes later, and ends a wait that is aborted', async () => {
    const pulse = createServerPulse(() => 0);
    pulse.beat();
    const stop = new AbortController();
    const waiting = pulse.pause(600_000, stop.signal);
    await settle();
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});
