import type { Kysely } from 'kysely';
import type { AuditSummary } from '../drift/drift-report.ts';
import { guarded } from './store-errors.ts';
import type { StoreSchema } from './store-schema.ts';

/** What is kept of a finished round. Times are RFC 3339. */
export interface RoundRecord {
  readonly trigger: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly revision: string | null;
  readonly summary: AuditSummary;
  readonly judged: number;
  readonly opened: number;
  readonly resolved: number;
}

export interface RoundLog {
  /** Stores the round and forgets what is past its retention. Throws AppError. */
  add(round: RoundRecord): Promise<void>;
}

const day = 24 * 3600 * 1000;
/** Episodes are kept: recurrence is counted from them. Dead deliveries are kept until somebody looked at them. */
const keepRounds = 30 * day;
const keepDelivered = 7 * day;

export function createSqlRounds(db: Kysely<StoreSchema>): RoundLog {
  return { add: (round) => guarded('store a round', () => addRound(db, round)) };
}

async function addRound(db: Kysely<StoreSchema>, round: RoundRecord): Promise<void> {
  const { trigger, startedAt, finishedAt, revision, ...rest } = round;
  const now = Date.parse(finishedAt);
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('rounds')
      .values({
        trigger,
        started_at: Date.parse(startedAt),
        finished_at: now,
        revision,
        document: JSON.stringify(rest),
      })
      .execute();
    await transaction
      .deleteFrom('rounds')
      .where('finished_at', '<', now - keepRounds)
      .execute();
    await transaction
      .deleteFrom('deliveries')
      .where('state', '=', 'delivered')
      .where('settled_at', '<', now - keepDelivered)
      .execute();
  });
}
