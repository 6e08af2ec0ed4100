import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/history/store.ts';
import type { Store } from '../../src/history/store.ts';
import { decideEpisodes } from '../../src/incidents/decide-episodes.ts';
import type { Episode } from '../../src/incidents/episode.ts';
import { difference, hash, judgementsOf, now, reportOf } from '../fakes/reports.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const clock = (): Date => new Date(now);

function episodes(...names: readonly string[]): Episode[] {
  const reports = names.map((name) =>
    reportOf(name, [difference('spec.replicas', 'medium', { live: 9007199254740993n })]),
  );
  const round = { reports, judgements: judgementsOf(reports), gaps: [], looked: null };
  return decideEpisodes(round, { open: [], recurrences: new Map() }, { hash, now }).map(({ episode }) => episode);
}

function message(id: string, subject = id, target = 'ops') {
  return { id, target, subject, type: 'dev.mooring.episode.opened', body: `{"id":"${id}"}`, createdAt: now };
}

describe('the state file', () => {
  test('gives back every digit of what was stored, also after it was closed', async () => {
    const path = join(temporaryFolder(), 'deep', 'mooring.sqlite');
    const [episode] = episodes('web');
    await using first = openStore({ path, clock });
    await first.episodes.record({ episodes: episodes('web'), deliveries: [message('m1')] });
    await first.close();
    await using second = openStore({ path, clock });
    expect(await second.episodes.open()).toEqual([episode]);
    expect(await second.outbox.due('ops', now, 10)).toMatchObject([{ id: 'm1', body: '{"id":"m1"}', attempts: 0 }]);
  });

  test('of a later version is refused by name and not touched', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    await openStore({ path, clock }).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99; PRAGMA journal_mode = DELETE');
    database.close();
    const before = readFileSync(path);
    for (const readOnly of [false, true]) {
      expect(() => openStore({ path, clock, readOnly })).toThrow(
        expect.objectContaining({ code: 'store-newer', why: expect.stringContaining('version 99') }),
      );
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['mooring.sqlite']);
  });

  test.for<[string, (path: string) => Promise<void>]>([
    [
      'that is no database',
      async (path) => writeFileSync(path, 'not a database, but long enough to have a header'.repeat(9)),
    ],
    ['that was cut short', async (path) => writeFileSync(path, 'SQLite')],
    [
      'with pages overwritten',
      async (path) => {
        const store = openStore({ path, clock });
        await store.episodes.record({ episodes: episodes('a', 'b', 'c'), deliveries: [] });
        await store.close();
        writeFileSync(path, readFileSync(path).fill(0xab, 4096));
      },
    ],
  ])('%s is moved aside, told, and begun anew', async ([, damage]) => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    await damage(path);
    const damaged = readFileSync(path);
    await using store = openStore({ path, clock });
    expect(store.recovered).toMatchObject({ code: 'store-damaged' });
    expect(await store.episodes.open()).toEqual([]);
    const aside = readdirSync(join(path, '..')).find((name) => /\.damaged-[^-]+-[^-]+-[\dT.]+Z$/.test(name));
    expect(readFileSync(join(path, '..', aside ?? '')).equals(damaged)).toBe(true);
  });

  test('that cannot be made is one clear error', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => openStore({ path: join(file, 'mooring.sqlite'), clock })).toThrow(
      expect.objectContaining({ code: 'store-unavailable' }),
    );
  });

  test('opened for reading is neither made nor mended', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    expect(() => openStore({ path, clock, readOnly: true })).toThrow(
      expect.objectContaining({ code: 'source-not-found' }),
    );
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, 'damaged'.repeat(100));
    expect(() => openStore({ path, clock, readOnly: true })).toThrow(
      expect.objectContaining({ code: 'store-damaged' }),
    );
    expect(readdirSync(join(path, '..'))).toEqual(['mooring.sqlite']);
  });

  test('can be read while a daemon writes to it', async () => {
    const path = join(temporaryFolder(), 'mooring.sqlite');
    await using daemon = openStore({ path, clock });
    await daemon.episodes.record({ episodes: episodes('web'), deliveries: [] });
    await using reader = openStore({ path, clock, readOnly: true });
    await daemon.episodes.record({ episodes: episodes('db'), deliveries: [] });
    expect(await reader.episodes.list({ limit: 10 })).toHaveLength(2);
  });
});

describe('episodes', () => {
  test('and their deliveries are stored together or not at all', async () => {
    await using store = openStore({ path: ':memory:', clock });
    const [episode] = episodes('web');
    const twin = { ...(episode ?? never()), id: 'another-id-of-the-same-fingerprint' };
    await store.episodes.record({ episodes: episodes('web'), deliveries: [] });
    await expect(
      store.episodes.record({ episodes: [...episodes('db'), twin], deliveries: [message('m1')] }),
    ).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await store.episodes.open()).toHaveLength(1);
    expect(await store.outbox.queues()).toEqual([]);
  });

  test('are counted by fingerprint, and found by the beginning of their id', async () => {
    await using store = openStore({ path: ':memory:', clock });
    const all = episodes('web', 'db');
    await store.episodes.record({ episodes: all, deliveries: [] });
    const fingerprints = all.map(({ fingerprint }) => fingerprint);
    expect(await store.episodes.recurrences([...fingerprints, 'unknown'])).toEqual(
      new Map(fingerprints.map((fingerprint) => [fingerprint, 1])),
    );
    const [first] = all;
    expect(await store.episodes.find(first?.id ?? '')).toEqual(first);
    expect(await store.episodes.find('')).toBeNull();
    expect(await store.episodes.find('%')).toBeNull();
    expect(await store.episodes.list({ state: 'resolved', limit: 5 })).toEqual([]);
    expect(await store.episodes.openSummaries()).toEqual(
      all
        .toSorted((one, other) => (one.id < other.id ? -1 : 1))
        .map(({ severity, resource, onset: { notAfter } }) => ({ severity, resource, onset: { notAfter } })),
    );
    expect(await store.episodes.list({ resource: 'apps/Deployment/shop/db', limit: 5 })).toHaveLength(1);
  });
});

describe('the outbox', () => {
  async function filled(): Promise<Store> {
    const store = openStore({ path: ':memory:', clock });
    const deliveries = [message('m1', 'web'), message('m2', 'web'), message('m3', 'db'), message('m4', 'db', 'other')];
    await store.episodes.record({ episodes: [], deliveries });
    return store;
  }
  const due = async (store: Store, at = now): Promise<string[]> =>
    (await store.outbox.due('ops', at, 10)).map(({ id }) => id);

  test('keeps the order of one subject and lets others pass', async () => {
    await using store = await filled();
    expect(await due(store)).toEqual(['m1', 'm3']);
    const at = '2026-11-25T12:00:00.000Z';
    await store.outbox.settle('m1', { kind: 'later', at, why: 'down', status: 503 }, now);
    expect(await due(store)).toEqual(['m3']);
    await store.outbox.settle('m3', { kind: 'delivered', status: 200 }, now);
    expect([await due(store), await due(store, at)]).toEqual([[], ['m1']]);
    await store.outbox.hasten('ops', now);
    expect(await due(store)).toEqual(['m1']);
    await store.outbox.settle('m1', { kind: 'dead', why: 'the target answered 400', status: 400 }, now);
    expect(await due(store)).toEqual(['m2']);
  });

  test('counts what waits and what died, and replays it under its id', async () => {
    await using store = await filled();
    await store.outbox.settle('m3', { kind: 'dead', why: 'the target answered 400', status: 400 }, now);
    const other = { target: 'other', waiting: 1, dead: 0, oldestWaitingAt: now, nextAttemptAt: now, disabled: null };
    expect(await store.outbox.queues()).toEqual([{ ...other, target: 'ops', waiting: 2, dead: 1 }, other]);
    expect(await store.outbox.list('dead', 5)).toMatchObject([
      { id: 'm3', attempts: 1, lastStatus: 400, lastError: 'the target answered 400', settledAt: now },
    ]);
    expect([await store.outbox.replay('m3', now), await store.outbox.replay('m3', now)]).toEqual([true, false]);
    expect(await due(store)).toEqual(['m1', 'm3']);
  });

  test('gives nothing for a disabled target until it is switched on again', async () => {
    await using store = await filled();
    await store.outbox.disable('ops', { why: '410', address: 'a' }, now);
    expect(await due(store)).toEqual([]);
    expect((await store.outbox.queues())[0]?.disabled).toEqual({ why: '410', address: 'a' });
    await store.outbox.disable('ops', null, now);
    expect(await due(store)).toEqual(['m1', 'm3']);
  });

  test('takes a delivery once, however often it is recorded', async () => {
    await using store = await filled();
    await store.episodes.record({ episodes: [], deliveries: [message('m1', 'web')] });
    expect(await store.outbox.list(null, 10)).toHaveLength(4);
  });
});

test('rounds and delivered messages past their retention are forgotten, dead ones are kept', async () => {
  await using store = openStore({ path: ':memory:', clock });
  await store.episodes.record({ episodes: [], deliveries: [message('m1'), message('m2'), message('m3')] });
  await store.outbox.settle('m1', { kind: 'delivered', status: 200 }, now);
  await store.outbox.settle('m2', { kind: 'dead', why: 'no', status: 400 }, now);
  const finishedAt = '2026-12-24T10:00:00.000Z';
  const summary = {
    resources: 0,
    inSync: 0,
    drifted: 0,
    pending: 0,
    invalid: 0,
    undetermined: 0,
    differences: 0,
    suppressions: 0,
  };
  await store.rounds.add({
    trigger: 'schedule',
    startedAt: now,
    finishedAt,
    revision: null,
    summary,
    judged: 0,
    opened: 0,
    resolved: 0,
  });
  expect((await store.outbox.list(null, 10)).map(({ id }) => id)).toEqual(['m3', 'm2']);
});

test('a proposal is kept once a branch, with its newest state', async () => {
  await using store = openStore({ path: ':memory:', clock });
  const record = {
    branch: 'mooring/adopt/1234',
    fingerprint: '1234',
    object: 'apps/Deployment/shop/web',
    repair: 'adopt' as const,
    commit: 'c1',
    state: 'open' as const,
    link: 'repo',
    title: 'Adopt',
    at: now,
  };
  const { signal } = new AbortController();
  await store.proposals.record(record, signal);
  await store.proposals.record({ ...record, commit: 'c2', state: 'merged' }, signal);
  expect(await store.proposals.list(10)).toEqual([{ ...record, commit: 'c2', state: 'merged' }]);
});

function never(): never {
  throw new Error('no episode was made');
}
