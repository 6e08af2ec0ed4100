import { expect, test } from 'vitest';
import { createPredictions, type Predictions } from '../src/app-predictions.ts';
import { blastRadius } from '../src/graph/blast-radius.ts';
import type { DependencyGraph } from '../src/graph/dependency-graph.ts';
import { openStore } from '../src/history/store.ts';
import { silentLogger } from '../src/log/logger.ts';
import { auditOf } from './fakes/reports.ts';
import { graphOf, served, workload } from './graph/world.ts';

const graph = graphOf(
  served('db', 5432, { image: 'postgres:16', port: 5432 }),
  served('cart', 80, { env: { DB: 'postgres://db:5432/x' } }),
  workload('web', { env: { CART: 'http://cart:80' } }),
);

/** Predictions over a real store, with a clock that the test sets. */
function keeper(isOnDuty = true, graphNow: () => DependencyGraph | null = () => graph) {
  let now = Date.parse('2026-03-01T10:00:00Z');
  const clock = (): Date => new Date(now);
  const store = openStore({ path: ':memory:', clock });
  const wiring = { log: store.predictions, graph: graphNow, window: 3_600_000, clock, logger: silentLogger };
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

test('who asks about everything is remembered up to a cap, and again in the next window', async () => {
  const { store, predictions, wait } = keeper();
  const radius = blastRadius(graph, 'shop/db');
  const askAll = async (count: number): Promise<void> => {
    for (let number = 0; number < count; number++) await predictions.asked({ ...radius, of: `shop/x${number}` });
  };
  const remembered = async (): Promise<number> => (await store.predictions.list('2026-01-01T00:00:00Z', 1_000)).length;
  await askAll(250);
  expect(await remembered()).toBe(200);
  wait(61);
  await askAll(3);
  expect(await remembered()).toBe(203);
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

test('a replica that is not on duty stores nothing, and says so to who sends alerts, so that none is lost', async () => {
  const { store, predictions, at } = keeper(false);
  await predictions.asked(blastRadius(graph, 'shop/db'));
  await expect(alert(predictions, at(), { namespace: 'shop', service: 'cart' })).rejects.toMatchObject({
    code: 'not-leader',
    retryable: true,
  });
  expect(await predictions.takeAlerts({ version: '3' })).toBeNull();
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

test('an alert that came before the graph was there belongs to its node when it is told again', async () => {
  let known: DependencyGraph | null = null;
  const { store, predictions, at } = keeper(true, () => known);
  const labels = { namespace: 'shop', service: 'cart' };
  expect(await alert(predictions, at(), labels)).toMatchObject({ matched: 0, unmatched: 1 });
  known = graph;
  expect(await alert(predictions, at(), labels)).toMatchObject({ matched: 1 });
  known = null;
  await alert(predictions, at(), labels);
  expect(await store.predictions.openAlerts(10)).toMatchObject([{ key: 'ab', node: 'shop/cart' }]);
  await store.close();
});

test('alerts are forgotten although nothing is predicted', async () => {
  const { store, predictions, wait, at } = keeper();
  await alert(predictions, at(), { namespace: 'shop', service: 'cart' });
  wait(31 * 24 * 60);
  const now = new Date(at());
  await predictions.finished({
    trigger: 'schedule',
    whole: true,
    noticedAt: now,
    startedAt: now,
    judgedAt: now,
    finishedAt: now,
    report: auditOf([]),
    judgements: [],
    decisions: [],
    proposals: [],
    problems: [],
  });
  expect(await store.predictions.openAlerts(10)).toEqual([]);
  await store.close();
});
