import { expect, test } from 'vitest';
import { createPredictions, type Predictions } from '../src/app-predictions.ts';
import { blastRadius } from '../src/graph/blast-radius.ts';
import { openStore } from '../src/history/store.ts';
import { silentLogger } from '../src/log/logger.ts';
import { graphOf, served, workload } from './graph/world.ts';

const graph = graphOf(
  served('db', 5432, { image: 'postgres:16', port: 5432 }),
  served('cart', 80, { env: { DB: 'postgres://db:5432/x' } }),
  workload('web', { env: { CART: 'http://cart:80' } }),
);

/** Predictions over a real store, with a clock that the test sets. */
function keeper(isOnDuty = true) {
  let now = Date.parse('2026-03-01T10:00:00Z');
  const clock = (): Date => new Date(now);
  const store = openStore({ path: ':memory:', clock });
  const wiring = { log: store.predictions, graph: () => graph, window: 3_600_000, clock, logger: silentLogger };
  const predictions = createPredictions({ ...wiring, isOnDuty: () => isOnDuty });
  return { store, predictions, wait: (minutes: number) => (now += minutes * 60_000), at: () => clock().toISOString() };
}

async function alert(predictions: Predictions, startsAt: string, labels: Record<string, string>, fingerprint = 'ab') {
  const alerts = [{ status: 'firing', fingerprint, startsAt, labels: { alertname: 'Down', ...labels } }];
  return await predictions.takeAlerts({ version: '4', alerts });
}

test('what was said when somebody asked is scored once the asked service has failed and the window is over', async () => {
  const { store, predictions, wait, at } = keeper();
  await predictions.asked(blastRadius(graph, 'shop/db'));
  wait(5);
  expect(await alert(predictions, at(), { namespace: 'shop', pod: 'db-6d8f9c7b64-x2x7q' })).toEqual({
    matched: 1,
    unmatched: 0,
    refused: 0,
  });
  await alert(predictions, at(), { namespace: 'shop', deployment: 'cart' }, 'cd');
  expect(await predictions.score()).toMatchObject({ scored: 0, waiting: 1 });
  wait(60);
  expect(await predictions.score()).toMatchObject({ scored: 1, waiting: 0, precision: 0.5, recall: 1 });
  const [record] = await store.predictions.list('2026-01-01T00:00:00Z', 10);
  expect(record?.outcome).toEqual({ kind: 'scored', scoredAt: at(), hit: ['shop/cart'] });
  await store.close();
});

test('who asks again within a window is remembered once', async () => {
  const { store, predictions, wait } = keeper();
  for (let time = 0; time < 3; time++) {
    await predictions.asked(blastRadius(graph, 'shop/db'));
    wait(1);
  }
  expect(await store.predictions.list('2026-01-01T00:00:00Z', 10)).toHaveLength(1);
  await store.close();
});

test('an alert that ends is the same alert, and leaves those that fire', async () => {
  const { store, predictions, at } = keeper();
  await alert(predictions, at(), { namespace: 'shop', service: 'cart' });
  expect(await store.predictions.openAlerts(10)).toMatchObject([{ key: 'ab', node: 'shop/cart', name: 'Down' }]);
  const alerts = [{ status: 'resolved', fingerprint: 'ab', startsAt: at(), endsAt: at(), labels: {} }];
  await predictions.takeAlerts({ version: '4', alerts });
  expect(await store.predictions.openAlerts(10)).toEqual([]);
  expect(await store.predictions.happenedBetween(at(), at())).toMatchObject([
    { key: 'ab', node: 'shop/cart', endsAt: at() },
  ]);
  await store.close();
});

test('a replica that is not on duty stores nothing and still tells what it understood', async () => {
  const { store, predictions, at } = keeper(false);
  await predictions.asked(blastRadius(graph, 'shop/db'));
  expect(await alert(predictions, at(), { namespace: 'shop', service: 'cart' })).toMatchObject({ matched: 1 });
  expect(await store.predictions.list('2026-01-01T00:00:00Z', 10)).toEqual([]);
  expect(await store.predictions.openAlerts(10)).toEqual([]);
  await store.close();
});

test('predictions and alerts are forgotten after their time', async () => {
  const { store, predictions, wait, at } = keeper();
  await predictions.asked(blastRadius(graph, 'shop/db'));
  await alert(predictions, at(), { namespace: 'shop', service: 'cart' });
  wait(91 * 24 * 60);
  await predictions.asked(blastRadius(graph, 'shop/cart'));
  expect((await store.predictions.list('2026-01-01T00:00:00Z', 10)).map(({ of }) => of)).toEqual(['shop/cart']);
  expect(await store.predictions.openAlerts(10)).toEqual([]);
  await store.close();
});
