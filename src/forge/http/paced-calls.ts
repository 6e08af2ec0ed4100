import { setTimeout as sleep } from 'node:timers/promises';
import type { CallForge } from './forge-call.ts';

/**
 * Writes one after the other, `pause` milliseconds apart: forges answer faster writing with limits that hold for minutes. Readings pass.
 */
export function paceWrites(call: CallForge, pause: number): CallForge {
  let turn: Promise<unknown> = Promise.resolve();
  return async (asked, signal) => {
    if (asked.method === 'GET') return await call(asked, signal);
    const before = turn;
    const done = Promise.withResolvers<void>();
    turn = done.promise;
    await before;
    try {
      return await call(asked, signal);
    } finally {
      // A timer that holds the process: a command must not end between two writes.
      void sleep(pause).then(() => done.resolve());
    }
  };
}
