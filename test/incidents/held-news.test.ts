import { beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/history/store.ts';
import { HeldNews } from '../../src/incidents/held-news.ts';
import { now } from '../fakes/reports.ts';

let store: Store;
let time: number;
let released: number;
let news: HeldNews;

function begin(): HeldNews {
  return new HeldNews({
    outbox: store.outbox,
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

beforeEach(() => {
  store = openStore({ path: ':memory:', clock: () => new Date(now) });
  time = 0;
  released = 0;
  news = begin();
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

  test('from before a restart are forgotten at the first sign of life of another leader, else sent', async () => {
    await remember('before', 'held');
    news = begin();
    news.takeOver();
    expect(await due()).toEqual(['before']);
    await store.outbox.settle('before', { kind: 'delivered', status: 204 }, now);
    await remember('again', 'held');
    news = begin();
    news.otherLeads();
    news.takeOver();
    expect(await due()).toEqual([]);
  });
});

describe('a replica that leads no longer', () => {
  test('holds its latest news, which the next leader tells too, and keeps the older ones that only it can tell', async () => {
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

  test('goes on with an attempt series that has begun', async () => {
    await remember('tried', 'waiting');
    await store.outbox.settle('tried', { kind: 'later', at: now, why: 'no answer', status: null }, now);
    news.standDown();
    expect(await due()).toEqual(['tried']);
  });
});
