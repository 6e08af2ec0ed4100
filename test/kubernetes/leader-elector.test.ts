import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../src/resource/json.ts';
import { LeaderElector } from '../../src/kubernetes/lease/leader-elector.ts';
import type { LeaseLock } from '../../src/kubernetes/lease/lease-lock.ts';
import { type HeldLease, readLease, withRecord } from '../../src/kubernetes/lease/lease-record.ts';

/** A Lease as the API server keeps it: a write on an old version is refused. */
class StoredLease {
  body: JsonObject | null = null;
  version = 0;
  writes: string[] = [];

  /** The lease as one replica reaches it; `isCut` is a partition between that replica and the server. */
  seenBy(link: { isCut: boolean }): LeaseLock {
    const reach = async (signal: AbortSignal): Promise<void> => {
      if (!link.isCut) return;
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('no answer')), { once: true }),
      );
    };
    const store = (body: JsonObject): HeldLease | null => {
      this.version += 1;
      this.body = { ...body, version: String(this.version) };
      const stored = readLease(this.body);
      this.writes.push(stored?.record.holder ?? '');
      return stored ?? null;
    };
    return {
      name: 'mooring/mooring',
      read: async (signal) => {
        await reach(signal);
        return readLease(this.body) ?? null;
      },
      create: async (record, signal) => {
        await reach(signal);
        return this.body === null ? store(withRecord({}, record)) : null;
      },
      update: async ({ body }, record, signal) => {
        await reach(signal);
        return body['version'] === this.body?.['version'] ? store(withRecord(body, record)) : null;
      },
    };
  }
}

interface Times {
  /** Added to the wall clock of this replica alone. */
  wallShiftMs: number;
  /** How fast both of its clocks run. */
  rate: number;
}

interface Replica {
  readonly elector: LeaderElector;
  readonly link: { isCut: boolean };
  readonly told: string[];
  readonly times: Times;
}

let lease: StoredLease;
let replicas: Replica[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  lease = new StoredLease();
  replicas = [];
});

afterEach(async () => {
  for (const { elector } of replicas) {
    const ended = elector[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(20_000);
    await ended;
  }
  vi.useRealTimers();
});

function replica(identity: string): Replica {
  const told: string[] = [];
  const link = { isCut: false };
  const times: Times = { wallShiftMs: 0, rate: 1 };
  const made: Replica = {
    link,
    told,
    times,
    elector: new LeaderElector({
      lock: lease.seenBy(link),
      identity,
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      random: () => 0.5,
      monotonic: () => performance.now() * times.rate,
      clock: () => new Date(Date.now() + times.wallShiftMs),
      observer: {
        elected: () => told.push('elected'),
        lost: () => told.push('lost'),
        otherLeads: () => told.push('other leads'),
      },
    }),
  };
  replicas.push(made);
  made.elector.start();
  return made;
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const leaders = (): string[] =>
  replicas
    .map(({ elector }) => elector.state())
    .filter(({ isLeader }) => isLeader)
    .map(({ identity }) => identity);

describe('of several replicas', () => {
  test('the first leads and renews, the second follows and knows whom', async () => {
    const first = replica('a');
    await pass(10);
    const second = replica('b');
    await pass(60_000);
    expect(leaders()).toEqual(['a']);
    expect(second.elector.state()).toMatchObject({ isLeader: false, leader: 'a', reason: 'a is the leader' });
    expect([await first.elector.confirm(), await second.elector.confirm()]).toEqual([true, false]);
    expect(second.told).toContain('other leads');
    expect(readLease(lease.body)?.record).toMatchObject({ holder: 'a', durationSeconds: 15, transitions: 0 });
  });

  test('one that stops gives the lease back, and the other leads at its next try', async () => {
    const first = replica('a');
    await pass(10);
    replica('b');
    await pass(5_000);
    await first.elector[Symbol.asyncDispose]();
    await pass(2_400);
    expect(leaders()).toEqual(['b']);
    expect(readLease(lease.body)?.record).toMatchObject({ holder: 'b', transitions: 1 });
  });

  test('a lease is left alone for its whole duration, counted from when it was last seen to change', async () => {
    lease.body = withRecord(
      { version: '0' },
      {
        holder: 'gone',
        durationSeconds: 15,
        acquireTime: '',
        renewTime: '2001-01-01T00:00:00.000000Z',
        transitions: 4,
      },
    );
    const second = replica('b');
    await pass(14_900);
    expect(leaders()).toEqual([]);
    await pass(2_500);
    expect(leaders()).toEqual(['b']);
    // A record that is merely there proves no life.
    expect(second.told).toEqual(['elected']);
  });

  test('another name in the lease ends a leadership at the next look, whatever its time says', async () => {
    const first = replica('a');
    await pass(5_000);
    const read = readLease(lease.body);
    lease.body = withRecord({ ...lease.body, version: '999' }, { ...(read?.record ?? never()), holder: 'b' });
    await pass(2_000);
    expect(first.elector.state()).toMatchObject({ isLeader: false, reason: 'b is the leader' });
    expect(first.told).toEqual(['elected', 'other leads', 'lost']);
  });
});

function never(): never {
  throw new Error('there is no lease');
}

describe('F24 a partition between the leader and the API server', () => {
  test('the leader proves nothing any more at once, steps down after 10 s, and only then the other may act', async () => {
    const first = replica('a');
    await pass(10);
    const second = replica('b');
    await pass(20_000);
    first.link.isCut = true;
    await pass(2_000);
    const confirmed = first.elector.confirm();
    const acting: string[][] = [];
    for (let second = 0; second < 25; second += 1) {
      await pass(1_000);
      acting.push(leaders());
    }
    expect(await confirmed).toBe(false);
    expect(acting.filter((names) => names.length > 1)).toEqual([]);
    expect(acting.at(-1)).toEqual(['b']);
    expect(first.elector.state().reason).toMatch(/could not be renewed within 10 s|no answer/);
    first.link.isCut = false;
    await pass(15_000);
    expect(leaders()).toEqual(['b']);
    expect(first.elector.state().reason).toBe('b is the leader');
    expect(await second.elector.confirm()).toBe(true);
  });
});

describe('F25 clocks that jump or run fast', () => {
  test.for([3_600_000, -3_600_000])(
    'a wall clock set by %d ms makes the leader prove its leadership, and loses nothing',
    async (jump) => {
      const first = replica('a');
      await pass(10);
      const second = replica('b');
      await pass(10_000);
      const writes = lease.writes.length;
      first.times.wallShiftMs = jump;
      second.times.wallShiftMs = -jump;
      expect(await first.elector.confirm()).toBe(true);
      expect(lease.writes.length).toBe(writes + 1);
      await pass(60_000);
      expect([first.told.filter((what) => what === 'lost'), leaders()]).toEqual([[], ['a']]);
    },
  );

  test('a follower whose clocks run twice as fast does not take a lease that is renewed', async () => {
    replica('a');
    await pass(10);
    const second = replica('b');
    second.times.rate = 2;
    await pass(120_000);
    expect(leaders()).toEqual(['a']);
  });

  test('a machine that slept finds its proof too old, whichever clock stood still', async () => {
    const first = replica('a');
    await pass(10_000);
    first.link.isCut = true;
    // Suspended: the monotonic clock did not move, the wall clock did.
    first.times.wallShiftMs = 20_000;
    const confirmed = first.elector.confirm();
    await pass(12_000);
    expect(await confirmed).toBe(false);
  });
});
