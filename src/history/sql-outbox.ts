import type { Kysely, Selectable } from 'kysely';
import type {
  DeliveryRecord,
  DeliveryState,
  DeliveryVerdict,
  Disabled,
  Outbox,
  TargetQueue,
} from '../incidents/delivery.ts';
import { guarded } from './store-errors.ts';
import type { DeliveriesTable, StoreSchema } from './store-schema.ts';

/** For `mooring deliveries`: newest first. `replay` lets a dead delivery be tried again under its id; false when there is none such. */
export interface DeliveryReader {
  list(state: DeliveryState | null, limit: number): Promise<readonly DeliveryRecord[]>;
  replay(id: string, now: string): Promise<boolean>;
}

export function createSqlOutbox(db: Kysely<StoreSchema>): Outbox & DeliveryReader {
  return {
    due: (target, now, limit) => guarded('read due deliveries', () => dueDeliveries(db, target, { now, limit })),
    settle: (id, verdict, now) => guarded('settle a delivery', () => settleDelivery(db, id, verdict, Date.parse(now))),
    disable: (target, disabled, now) =>
      guarded('switch a target', () => switchTarget(db, target, disabled, Date.parse(now))),
    hasten: (target, now) => guarded('hasten deliveries', () => hastenTarget(db, target, Date.parse(now))),
    shift: (target, milliseconds) => guarded('move deliveries', () => shiftTarget(db, target, milliseconds)),
    queues: () => guarded('count deliveries', () => countQueues(db)),
    release: () => guarded('release deliveries', () => releaseHeld(db)),
    hold: (ids) => guarded('hold deliveries', () => holdUntried(db, ids)),
    held: () => guarded('list held deliveries', () => heldIds(db)),
    forgetHeld: (ids) => guarded('forget held deliveries', () => forgetHeld(db, ids)),
    list: (state, limit) => guarded('list deliveries', () => listDeliveries(db, state, limit)),
    replay: (id, now) => guarded('replay a delivery', () => replayDelivery(db, id, Date.parse(now))),
  };
}

async function dueDeliveries(
  db: Kysely<StoreSchema>,
  target: string,
  { now, limit }: { readonly now: string; readonly limit: number },
): Promise<DeliveryRecord[]> {
  const rows = await db
    .selectFrom('deliveries as one')
    .selectAll('one')
    .where('one.target', '=', target)
    .where('one.state', '=', 'waiting')
    .where('one.next_attempt_at', '<=', Date.parse(now))
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('targets').select('targets.name').whereRef('targets.name', '=', 'one.target'))),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('deliveries as earlier')
            .select('earlier.sequence')
            .whereRef('earlier.target', '=', 'one.target')
            .whereRef('earlier.subject', '=', 'one.subject')
            .where('earlier.state', '=', 'waiting')
            .whereRef('earlier.sequence', '<', 'one.sequence'),
        ),
      ),
    )
    .orderBy('one.sequence')
    .limit(limit)
    .execute();
  return rows.map(recordOf);
}

async function settleDelivery(
  db: Kysely<StoreSchema>,
  id: string,
  verdict: DeliveryVerdict,
  now: number,
): Promise<void> {
  const settled =
    verdict.kind === 'later'
      ? { state: 'waiting', next_attempt_at: Date.parse(verdict.at), settled_at: null }
      : { state: verdict.kind, settled_at: now };
  const last_error = verdict.kind === 'delivered' ? null : verdict.why;
  await db
    .updateTable('deliveries')
    .set(({ eb }) => ({ ...settled, attempts: eb('attempts', '+', 1), last_status: verdict.status, last_error }))
    .where('id', '=', id)
    .execute();
}

async function switchTarget(
  db: Kysely<StoreSchema>,
  name: string,
  disabled: Disabled | null,
  now: number,
): Promise<void> {
  if (disabled === null) {
    await db.deleteFrom('targets').where('name', '=', name).execute();
    return;
  }
  const row = { disabled_at: now, why: disabled.why, address: disabled.address };
  await db
    .insertInto('targets')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

async function hastenTarget(db: Kysely<StoreSchema>, target: string, now: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ next_attempt_at: now })
    .where('target', '=', target)
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '>', now)
    .execute();
}

async function shiftTarget(db: Kysely<StoreSchema>, target: string, milliseconds: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set(({ eb }) => ({ next_attempt_at: eb('next_attempt_at', '+', milliseconds) }))
    .where('target', '=', target)
    .where('state', '=', 'waiting')
    .execute();
}

async function countQueues(db: Kysely<StoreSchema>): Promise<TargetQueue[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(({ fn }) => [
      'target',
      'state',
      fn.countAll<number>().as('count'),
      fn.min('created_at').as('oldest'),
      fn.min('next_attempt_at').as('next'),
    ])
    .where('state', 'in', ['waiting', 'dead'])
    .groupBy(['target', 'state'])
    .execute();
  const disabled = await db.selectFrom('targets').selectAll().execute();
  const names = new Set([...rows.map(({ target }) => target), ...disabled.map(({ name }) => name)]);
  return [...names].sort().map((target) => {
    const waiting = rows.find((row) => row.target === target && row.state === 'waiting');
    const dead = rows.find((row) => row.target === target && row.state === 'dead');
    const off = disabled.find(({ name }) => name === target);
    return {
      target,
      waiting: waiting?.count ?? 0,
      dead: dead?.count ?? 0,
      oldestWaitingAt: moment(waiting?.oldest),
      nextAttemptAt: moment(waiting?.next),
      disabled: off === undefined ? null : { why: off.why, address: off.address },
    };
  });
}

async function releaseHeld(db: Kysely<StoreSchema>): Promise<void> {
  await db.updateTable('deliveries').set({ state: 'waiting' }).where('state', '=', 'held').execute();
}

async function holdUntried(db: Kysely<StoreSchema>, ids: readonly string[]): Promise<void> {
  const held = { state: 'held' };
  for (const id of ids) {
    const untried = db.updateTable('deliveries').set(held).where('state', '=', 'waiting').where('attempts', '=', 0);
    await untried.where('id', '=', id).execute();
  }
}

async function heldIds(db: Kysely<StoreSchema>): Promise<readonly string[]> {
  const rows = await db.selectFrom('deliveries').select('id').where('state', '=', 'held').execute();
  return rows.map(({ id }) => id);
}

async function forgetHeld(db: Kysely<StoreSchema>, ids: readonly string[]): Promise<void> {
  for (const id of ids) await db.deleteFrom('deliveries').where('id', '=', id).where('state', '=', 'held').execute();
}

async function listDeliveries(
  db: Kysely<StoreSchema>,
  state: DeliveryState | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  let select = db.selectFrom('deliveries').selectAll();
  select = state === null ? select.where('state', '!=', 'held') : select.where('state', '=', state);
  return (await select.orderBy('sequence', 'desc').limit(limit).execute()).map(recordOf);
}

async function replayDelivery(db: Kysely<StoreSchema>, id: string, now: number): Promise<boolean> {
  const result = await db
    .updateTable('deliveries')
    .set({ state: 'waiting', attempts: 0, next_attempt_at: now, settled_at: null })
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function recordOf(row: Selectable<DeliveriesTable>): DeliveryRecord {
  const { id, target, subject, type, body, attempts } = row;
  return {
    id,
    target,
    subject,
    type,
    body,
    attempts,
    state: row.state === 'delivered' || row.state === 'dead' ? row.state : 'waiting',
    createdAt: new Date(row.created_at).toISOString(),
    nextAttemptAt: new Date(row.next_attempt_at).toISOString(),
    settledAt: moment(row.settled_at),
    lastStatus: row.last_status,
    lastError: row.last_error,
  };
}

function moment(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : new Date(value).toISOString();
}
