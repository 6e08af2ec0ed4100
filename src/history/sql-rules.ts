import type { Kysely } from 'kysely';
import type { RuleUse } from '../drift/rule-use.ts';
import type { RuleLog } from '../loop/rule-keeper.ts';
import { guarded } from './store-errors.ts';
import type { RulesTable, StoreSchema } from './store-schema.ts';

const day = 24 * 3600 * 1000;
/** Longer than a rule may stay quiet, so that one that comes back within that time is still known. */
const keepUnseen = 90 * day;

export function createSqlRules(db: Kysely<StoreSchema>): RuleLog {
  return {
    all: () => guarded('read the use of rules', () => readUses(db)),
    record: (uses, now) => guarded('store the use of rules', () => recordUses(db, uses, Date.parse(now))),
  };
}

async function readUses(db: Kysely<StoreSchema>): Promise<readonly RuleUse[]> {
  const rows = await db.selectFrom('rules').selectAll().orderBy('rule').execute();
  return rows.map((row) => ({
    rule: row.rule,
    origin: row.origin,
    firstSeenAt: momentOf(row.first_seen_at),
    matchedAt: row.matched_at === null ? null : momentOf(row.matched_at),
    quietSince: momentOf(row.quiet_since),
    seenAt: momentOf(row.seen_at),
  }));
}

async function recordUses(db: Kysely<StoreSchema>, uses: readonly RuleUse[], now: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const use of uses) {
      const row = rowOf(use);
      const { rule: _rule, first_seen_at: _first, ...update } = row;
      await transaction
        .insertInto('rules')
        .values(row)
        .onConflict((conflict) => conflict.column('rule').doUpdateSet(update))
        .execute();
    }
    await transaction
      .deleteFrom('rules')
      .where('seen_at', '<', now - keepUnseen)
      .execute();
  });
}

function rowOf({ rule, origin, firstSeenAt, matchedAt, quietSince, seenAt }: RuleUse): RulesTable {
  return {
    rule,
    origin,
    first_seen_at: Date.parse(firstSeenAt),
    matched_at: matchedAt === null ? null : Date.parse(matchedAt),
    quiet_since: Date.parse(quietSince),
    seen_at: Date.parse(seenAt),
  };
}

function momentOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
