import { beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/history/store.ts';
import { HeldNews } from '../../src/incidents/held-news.ts';
import { now } from '../fakes/reports.ts';

let store: Store;
let time: number;
let released: number;
let news: HeldNews;

async function begin(): Promise<HeldNews> {
  return new HeldNews({
    outbox: store.outbox,
    leftovers: await store.outbox.held(),
    monotonic: () => time,
    slackMs: 60_000,
    released: () => {
      released += 1;
    },
    troubled: (error) => {
      throw error;
    },
  });
}

beforeEach(async () => {
  store = openStore({ path: ':memory:', clock: () => new Date(now) });
  time = 0;
  released = 0;
  news = await begin();
});

async function remember(id: string, as: 'waiting' | 'held'): Promise<void> {
  const delivery = { id, target: 'ops', subject: id, type: 'dev.mooring.episode.opened', body: '{}', createdAt: now };
  await store.episodes.record({ episodes: [], deliveries: [delivery], as });
  news.stored([delivery]);
}

async function due(): Promise<readonly string[]> {
  await news.done;
  return (await store.outbox.due('ops', now, 100)).map(({ id }) => id);
}

describe('the news that a replica holds while another one tells them', () => {
  test('are neither sent nor listed', async () => {
    await remember('a', 'held');
    expect(await due()).toEqual([]);
    expect(await store.outbox.list(null, 10)).toEqual([]);
    expect(await store.outbox.queues()).toEqual([]);
  });

  test('are sent, the oldest first, when it takes over and the other has not been heard of since', async () => {
    await remember('a', 'held');
    await remember('b', 'held');
    news.takeOver();
    expect(await due()).toEqual(['a', 'b']);
    expect(released).toBe(1);
  });

  test('are forgotten once the other lives on for longer than it may need to tell them, and not before', async () => {
    await remember('old', 'held');
    time = 59_000;
    await remember('new', 'held');
    news.otherLeads();
    time = 61_000;
    news.otherLeads();
    time = 300_000;
    news.takeOver();
    expect(await due()).toEqual(['new']);
  });

  test('are forgotten also when newer ones came before the next sign of life', async () => {
    await remember('old', 'held');
    news.otherLeads();
    time = 61_000;
    await remember('new', 'held');
    news.otherLeads();
    news.takeOver();
    expect(await due()).toEqual(['new']);
  });

  test('are sent as well when they were on their way into the store while it took over', async () => {
    news.takeOver();
    await news.done;
    await remember('late', 'held');
    expect(await due()).toEqual(['late']);
    expect(released).toBe(2);
  });

  test('from before a restart are forgotten at the first sign of life of another leader, else sent', async () => {
    await remember('before', 'held');
    news = await begin();
    news.takeOver();
    expect(await due()).toEqual(['before']);
    await store.outbox.settle('before', { kind: 'delivered', status: 204 }, now);
    news = await begin();
    await remember('again', 'held');
    await news.done;
    news = await begin();
    news.otherLeads();
    news.takeOver();
    expect(await due()).toEqual([]);
  });
});

describe('a replica that leads no longer', () => {
  test('holds its latest news, which the next leader tells too, and keeps the older ones that only it can tell', async () => {
    news.takeOver();
    await remember('older', 'waiting');
    time = 100_000;
    await remember('latest', 'waiting');
    news.standDown();
    expect(await due()).toEqual(['older']);
    time = 200_000;
    news.otherLeads();
    news.takeOver();
    expect(await due()).toEqual(['older']);
  });

  test('also holds what was on its way into the store when it stood down', async () => {
    news.takeOver();
    news.standDown();
    await remember('late', 'waiting');
    expect(await due()).toEqual([]);
  });

  test('goes on with an attempt series that has begun', async () => {
    news.takeOver();
    await remember('tried', 'waiting');
    await store.outbox.settle('tried', { kind: 'later', at: now, why: 'no answer', status: null }, now);
    news.standDown();
    expect(await due()).toEqual(['tried']);
  });
});
