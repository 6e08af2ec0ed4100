import type { Kysely } from 'kysely';
import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import { formatJson } from '../resource/json.ts';
import type { ProposalLog, ProposalRecord } from '../rollback/proposal-log.ts';
import { guarded } from './store-errors.ts';
import type { StoreSchema } from './store-schema.ts';

/** Newest first. */
export interface ProposalReader {
  list(limit: number): Promise<readonly ProposalRecord[]>;
}

const recordSchema: z.ZodType<ProposalRecord> = z.object({
  branch: z.string(),
  fingerprint: z.string(),
  object: z.string(),
  repair: z.enum(['restore', 'adopt', 'revert', 'split-brain', 'bot-fight']),
  commit: z.string(),
  state: z.enum(['open', 'merged', 'closed']),
  link: z.string(),
  title: z.string(),
  at: z.string(),
});

export function createSqlProposals(db: Kysely<StoreSchema>): ProposalLog & ProposalReader {
  return {
    record: (record) => guarded('store a proposal', () => recordProposal(db, record)),
    list: (limit) => guarded('list proposals', () => listProposals(db, limit)),
  };
}

async function recordProposal(db: Kysely<StoreSchema>, record: ProposalRecord): Promise<void> {
  const { branch, fingerprint, state } = record;
  const at = Date.parse(record.at);
  const update = { fingerprint, state, updated_at: at, document: formatJson(record) };
  await db
    .insertInto('proposals')
    .values({ branch, created_at: at, ...update })
    .onConflict((conflict) => conflict.column('branch').doUpdateSet(update))
    .execute();
}

async function listProposals(db: Kysely<StoreSchema>, limit: number): Promise<ProposalRecord[]> {
  const rows = await db.selectFrom('proposals').select('document').orderBy('sequence', 'desc').limit(limit).execute();
  return rows.map(({ document }) => {
    const parsed = recordSchema.safeParse(JSON.parse(document));
    if (parsed.success) return parsed.data;
    throw new AppError({
      code: 'store-damaged',
      what: 'cannot read a proposal from the state file',
      why: z.prettifyError(parsed.error),
      remedy: 'Move the state file aside and restart Mooring',
    });
  });
}
