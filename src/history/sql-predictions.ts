import type { Kysely } from 'kysely';
import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import type { Happening, Outcome, Prediction, PredictionLog, PredictionRecord } from '../predictions/prediction.ts';
import { guarded } from './store-errors.ts';
import type { HappeningsTable, StoreSchema } from './store-schema.ts';

/** What the faces ask. */
export interface PredictionReader {
  /** Newest first, made since then (RFC 3339). */
  list(since: string, limit: number): Promise<readonly PredictionRecord[]>;
  /** Alerts that have not ended, newest first. */
  openAlerts(limit: number): Promise<readonly Happening[]>;
}

const day = 24 * 3600 * 1000;
/** Longer than any window may be. */
const keepPredictions = 90 * day;
const keepHappenings = 30 * day;
/** Several rows go into one statement, each with a handful of parameters. */
const chunk = 50;

const prediction: z.ZodType<Prediction> = z.object({
  id: z.string(),
  trigger: z.enum(['episode', 'asked']),
  of: z.string(),
  origins: z.array(z.string()),
  madeAt: z.string(),
  until: z.string(),
  affected: z.array(
    z.object({ id: z.string(), effect: z.enum(['breaks', 'degrades', 'may-degrade']), probability: z.number() }),
  ),
});

const outcome: z.ZodType<Outcome> = z.object({
  kind: z.enum(['scored', 'untested']),
  scoredAt: z.string(),
  hit: z.array(z.string()),
});

export function createSqlPredictions(db: Kysely<StoreSchema>): PredictionLog & PredictionReader {
  return {
    add: (predictions, now) => guarded('store predictions', () => addPredictions(db, predictions, Date.parse(now))),
    due: (now, limit) => guarded('list predictions', () => duePredictions(db, Date.parse(now), limit)),
    settle: (id, found) => guarded('judge a prediction', () => settle(db, id, found)),
    record: (happenings) => guarded('store alerts', () => recordHappenings(db, happenings)),
    happenedBetween: (from, to) => guarded('list alerts', () => happenedBetween(db, Date.parse(from), Date.parse(to))),
    list: (since, limit) => guarded('list predictions', () => listPredictions(db, Date.parse(since), limit)),
    openAlerts: (limit) => guarded('list alerts', () => openAlerts(db, limit)),
  };
}

async function addPredictions(db: Kysely<StoreSchema>, predictions: readonly Prediction[], now: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (let start = 0; start < predictions.length; start += chunk) {
      const rows = predictions.slice(start, start + chunk).map((each) => ({
        id: each.id,
        trigger: each.trigger,
        of: each.of,
        made_at: Date.parse(each.madeAt),
        until: Date.parse(each.until),
        outcome: null,
        document: JSON.stringify(each),
      }));
      await transaction
        .insertInto('predictions')
        .values(rows)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    }
    await transaction
      .deleteFrom('predictions')
      .where('made_at', '<', now - keepPredictions)
      .execute();
    await transaction
      .deleteFrom('happenings')
      .where('at', '<', now - keepHappenings)
      .execute();
  });
}

async function duePredictions(db: Kysely<StoreSchema>, now: number, limit: number): Promise<Prediction[]> {
  const rows = await db
    .selectFrom('predictions')
    .select('document')
    .where('outcome', 'is', null)
    .where('until', '<', now)
    .orderBy('until')
    .limit(limit)
    .execute();
  return rows.map(({ document }) => read(prediction, document));
}

async function settle(db: Kysely<StoreSchema>, id: string, found: Outcome): Promise<void> {
  await db
    .updateTable('predictions')
    .set({ outcome: JSON.stringify(found) })
    .where('id', '=', id)
    .execute();
}

async function recordHappenings(db: Kysely<StoreSchema>, happenings: readonly Happening[]): Promise<void> {
  for (let start = 0; start < happenings.length; start += chunk) {
    const rows = happenings.slice(start, start + chunk).map(({ kind, key, at, endsAt, name, node }) => ({
      kind,
      key,
      at: Date.parse(at),
      ends_at: endsAt === null ? null : Date.parse(endsAt),
      name,
      node,
    }));
    await db
      .insertInto('happenings')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['kind', 'key', 'at']).doUpdateSet((eb) => ({
          ends_at: eb.ref('excluded.ends_at'),
          // What was not known when it was told first may be known now: alerts are told again and again.
          node: eb.fn.coalesce('happenings.node', 'excluded.node'),
        })),
      )
      .execute();
  }
}

async function happenedBetween(db: Kysely<StoreSchema>, from: number, to: number): Promise<Happening[]> {
  const rows = await db
    .selectFrom('happenings')
    .selectAll()
    .where('at', '>=', from)
    .where('at', '<=', to)
    .orderBy('at')
    .execute();
  return rows.map(happeningOf);
}

async function openAlerts(db: Kysely<StoreSchema>, limit: number): Promise<Happening[]> {
  const rows = await db
    .selectFrom('happenings')
    .selectAll()
    .where('kind', '=', 'alert')
    .where('ends_at', 'is', null)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(happeningOf);
}

async function listPredictions(db: Kysely<StoreSchema>, since: number, limit: number): Promise<PredictionRecord[]> {
  const rows = await db
    .selectFrom('predictions')
    .select(['document', 'outcome'])
    .where('made_at', '>=', since)
    .orderBy('made_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...read(prediction, row.document),
    outcome: row.outcome === null ? null : read(outcome, row.outcome),
  }));
}

function happeningOf({ kind, key, at, ends_at, name, node }: HappeningsTable): Happening {
  return {
    kind: kind === 'alert' ? 'alert' : 'drift',
    key,
    name,
    node,
    at: new Date(at).toISOString(),
    endsAt: ends_at === null ? null : new Date(ends_at).toISOString(),
  };
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: 'store-damaged',
    what: 'cannot read a prediction from the state file',
    why: z.prettifyError(parsed.error),
    remedy: 'Move the state file aside and restart Mooring',
  });
}
