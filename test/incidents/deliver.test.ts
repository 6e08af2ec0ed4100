import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openStore } from '../../src/history/store.ts';
import type { Store } from '../../src/history/store.ts';
import type { DeliveryVerdict } from '../../src/incidents/delivery.ts';
import { startDeliveries } from '../../src/incidents/deliver.ts';
import type { Deliveries } from '../../src/incidents/deliver.ts';
import { createWebhook } from '../../src/incidents/hooks/webhook.ts';
import { startReceiver } from '../fakes/receiver.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const secrets = ['a secret of at least 24 bytes'];
const message = (id: string, target = 'ops') => ({
  id,
  target,
  subject: id,
  type: 'dev.mooring.episode.opened',
  body: `{"id":"${id}"}`,
  createdAt: new Date().toISOString(),
});

/** Deliveries to these targets, with a clock that can be set forward, and a way to wait for attempts. */
function deliverTo(store: Store, urls: Readonly<Record<string, string>>) {
  let ahead = 0;
  let set = 0;
  const clock = (): Date => new Date(Date.now() + ahead + set);
  const seen: string[] = [];
  let waiting: { text: string; times: number; resolve: () => void } | null = null;
  const count = (text: string): number => seen.filter((one) => one === text).length;
  const note = (text: string): void => {
    seen.push(text);
    if (waiting !== null && count(waiting.text) >= waiting.times) waiting.resolve();
  };
  const hooks = Object.entries(urls).map(([name, url]) =>
    createWebhook({ name, url, secrets, allowPrivate: true, clock, timeoutMs: 2000 }),
  );
  const deliveries: Deliveries = startDeliveries({
    outbox: store.outbox,
    hooks,
    clock,
    monotonic: () => performance.now() + ahead,
    random: () => 0,
    observer: {
      attempted: (target, outcome, verdict: DeliveryVerdict) => note(`${target} ${outcome.kind} ${verdict.kind}`),
      troubled: (target) => note(`${target} troubled`),
    },
  });
  onTestFinished(async () => {
    await deliveries.stop();
    await Promise.all(hooks.map((hook) => hook.close()));
    await store.close();
  });
  return {
    deliveries,
    seen,
    forward(ms: number): void {
      ahead += ms;
      deliveries.wake();
    },
    /** Somebody sets the clock; no time passes. */
    setClock(ms: number): void {
      set += ms;
      deliveries.wake();
    },
    async sees(text: string, times = 1): Promise<void> {
      if (count(text) >= times) return;
      await new Promise<void>((resolve) => {
        waiting = { text, times, resolve };
      });
    },
  };
}

async function storeWith(...ids: readonly string[]): Promise<Store> {
  const store = openStore({ path: ':memory:', clock: () => new Date() });
  await store.episodes.record({ episodes: [], deliveries: ids.map((id) => message(id)) });
  return store;
}

describe('F25 a clock that is set by an hour', () => {
  test.for([3_600_000, -3_600_000])('(%d ms) makes nothing due at once, and nothing an hour late', async (jump) => {
    const receiver = await startReceiver((response, count) => response.writeHead(count <= 3 ? 503 : 204).end());
    const store = await storeWith('a', 'b', 'c');
    const running = deliverTo(store, { ops: receiver.url });
    await running.sees('ops failed later', 3);
    const due = (await store.outbox.list('waiting', 10)).map(({ nextAttemptAt }) => Date.parse(nextAttemptAt));
    running.setClock(jump);
    await vi.waitFor(async () => {
      const moved = (await store.outbox.list('waiting', 10)).map(({ nextAttemptAt }) => Date.parse(nextAttemptAt));
      expect(moved.map((moment, index) => Math.round((moment - (due[index] ?? 0)) / 1000))).toEqual(
        [jump, jump, jump].map((ms) => ms / 1000),
      );
    });
    expect(receiver.received).toHaveLength(3);
    running.forward(6_000);
    await running.sees('ops delivered delivered', 3);
  });
});

describe('deliveries', () => {
  test('a receiver that comes back gets what waited, under the same id, and everything else at once', async () => {
    const receiver = await startReceiver((response, count) => response.writeHead(count === 1 ? 503 : 200).end());
    const store = await storeWith('m1', 'm2');
    const run = deliverTo(store, { ops: receiver.url });
    await run.sees('ops delivered delivered', 2);
    await run.deliveries.stop();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['m1', 'm2', 'm1']);
    expect(receiver.received[0]?.body).toBe(receiver.received[2]?.body);
    expect(await store.outbox.list('waiting', 9)).toEqual([]);
  });

  test('429 with Retry-After leaves the target alone for that long', async () => {
    const receiver = await startReceiver((response, count) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '60' }).end() : response.end(),
    );
    const run = deliverTo(await storeWith('m1', 'm2'), { ops: receiver.url });
    await run.sees('ops failed later');
    run.forward(59_000);
    await new Promise(setImmediate);
    expect(receiver.received).toHaveLength(1);
    run.forward(2_000);
    await receiver.arrived(3);
    expect(new Set(receiver.received.slice(1).map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set(['m1', 'm2']),
    );
  });

  test('410 disables the target for good; what waits for it stays, until its address is another', async () => {
    const gone = await startReceiver((response) => response.writeHead(410).end());
    const moved = await startReceiver();
    const store = await storeWith('m1', 'm2');
    const run = deliverTo(store, { ops: gone.url });
    await run.sees('ops gone dead');
    run.forward(3_600_000);
    await run.deliveries.stop();
    expect(gone.received).toHaveLength(1);
    const [queue] = await store.outbox.queues();
    expect(queue).toMatchObject({ waiting: 1, dead: 1, disabled: { why: 'the target answered 410 Gone' } });
    deliverTo(store, { ops: moved.url });
    await moved.arrived(1);
    expect(moved.received[0]?.headers['webhook-id']).toBe('m2');
  });

  test('what a receiver refuses is dead at once, listed with the reason, and holds nothing up', async () => {
    const receiver = await startReceiver((response, count) => response.writeHead(count === 1 ? 400 : 200).end());
    const store = await storeWith('m1', 'm2');
    const run = deliverTo(store, { ops: receiver.url });
    await run.sees('ops delivered delivered');
    expect(await store.outbox.list('dead', 9)).toMatchObject([{ id: 'm1', lastError: 'the target answered 400' }]);
  });

  test('a receiver that does not answer delays no other', async () => {
    const slow = await startReceiver(() => {});
    const quick = await startReceiver();
    const store = await storeWith('m1');
    await store.episodes.record({ episodes: [], deliveries: [message('m2', 'quick')] });
    const run = deliverTo(store, { ops: slow.url, quick: quick.url });
    await run.sees('quick delivered delivered');
    expect(run.seen).toEqual(['quick delivered delivered']);
  });

  test('a stop during an attempt counts as none: it is due again at the next start', async () => {
    const slow = await startReceiver(() => {});
    const store = await storeWith('m1');
    const run = deliverTo(store, { ops: slow.url });
    await slow.arrived(1);
    await run.deliveries.stop();
    expect(await store.outbox.list('waiting', 9)).toMatchObject([{ id: 'm1', attempts: 0, lastError: null }]);
  });

  test('a store that fails is told and tried again', async () => {
    const receiver = await startReceiver();
    const store = await storeWith('m1');
    let failures = 1;
    const outbox: Store['outbox'] = {
      ...store.outbox,
      due: (...parts) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : store.outbox.due(...parts)),
    };
    const run = deliverTo({ ...store, outbox }, { ops: receiver.url });
    await run.sees('ops troubled');
    run.deliveries.wake();
    await receiver.arrived(1);
  });
});

test('SIGKILL between storing and sending: the next start delivers it once, under the id that was stored', async () => {
  const path = join(temporaryFolder(), 'mooring.sqlite');
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/history/store.ts'))};
    const store = openStore({ path: ${JSON.stringify(path)}, clock: () => new Date() });
    await store.episodes.record({ episodes: [], deliveries: [${JSON.stringify(message('m1'))}] });
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'inherit' });
  const signal = await new Promise((resolve) => {
    child.on('exit', (_code, name) => resolve(name));
  });
  expect(signal).toBe('SIGKILL');

  const receiver = await startReceiver();
  const first = openStore({ path, clock: () => new Date() });
  const run = deliverTo(first, { ops: receiver.url });
  await run.sees('ops delivered delivered');
  await run.deliveries.stop();
  const again = deliverTo(openStore({ path, clock: () => new Date() }), { ops: receiver.url });
  await again.deliveries.stop();
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['m1']);
});
