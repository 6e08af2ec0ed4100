import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { SeenCall } from '../../src/graph/observed/traffic-memory.ts';
import { openStore } from '../../src/history/store.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const now = '2026-03-01T10:00:00.000Z';
const clock = (): Date => new Date(now);

function seen(name: string, lastSeen = now): SeenCall {
  return {
    from: { namespace: 'shop', name },
    to: { namespace: null, name: '203.0.113.7', alias: 'api.partner.com' },
    protocol: null,
    unit: 'bytes',
    rate: 0.25,
    errorShare: null,
    metric: 'test_total',
    firstSeen: now,
    lastSeen,
  };
}

describe('traffic in the state file', () => {
  test('comes back whole, the longest unseen first, each source on its own', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    const calls = Array.from({ length: 250 }, (_, index): [string, SeenCall] => [`k${index}`, seen(`web-${index}`)]);
    {
      await using store = openStore({ path, clock });
      await store.traffic.keepCalls('one', new Map([['late', seen('late', '2026-03-02T10:00:00.000Z')]]), []);
      await store.traffic.keepCalls('one', new Map(calls), []);
      await store.traffic.keepCalls('two', new Map([['k1', seen('other')]]), []);
      await store.traffic.keepCalls(
        'one',
        new Map([['k0', { ...seen('web-0'), rate: 7 }]]),
        calls.slice(1).map(([key]) => key),
      );
    }
    await using store = openStore({ path, clock });
    const { calls: loaded } = await store.traffic.load('one');
    expect([...loaded]).toEqual([
      ['k0', { ...seen('web-0'), rate: 7 }],
      ['late', seen('late', '2026-03-02T10:00:00.000Z')],
    ]);
    expect((await store.traffic.load('two')).calls).toEqual(new Map([['k1', seen('other')]]));
  });

  test('a damaged row, or one of another version, costs itself only', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    const movement = { badWindows: 3, failedAlong: 2, lastBad: now };
    await using store = openStore({ path, clock });
    await store.traffic.keepCalls(
      'one',
      new Map([
        ['a', seen('a')],
        ['b', seen('b')],
      ]),
      [],
    );
    await store.traffic.keepMovements(
      'one',
      new Map([
        ['a', movement],
        ['b', movement],
      ]),
    );
    const database = new DatabaseSync(path);
    database.exec(`UPDATE traffic SET document = '{"from"' WHERE key = 'a'`);
    database.exec(`UPDATE movements SET document = '{"badWindows":"3"}' WHERE key = 'a'`);
    database.close();
    const { calls, movements } = await store.traffic.load('one');
    expect([...calls.keys()]).toEqual(['b']);
    expect([...movements]).toEqual([['b', movement]]);
  });

  test('what failed along long ago is forgotten', async () => {
    await using store = openStore({ path: ':memory:', clock });
    const counted = (lastBad: string) => ({ badWindows: 1, failedAlong: 0, lastBad });
    await store.traffic.keepMovements(
      'one',
      new Map([
        ['old', counted('2025-01-01T00:00:00.000Z')],
        ['new', counted(now)],
      ]),
    );
    await store.traffic.retain(['one'], new Date('2026-01-01T00:00:00.000Z'));
    expect([...(await store.traffic.load('one')).movements.keys()]).toEqual(['new']);
  });
});
