import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Movement } from '../graph/observed/co-movement.ts';
import type { SeenCall } from '../graph/observed/traffic-memory.ts';
import type { TrafficLog } from '../loop/estate/traffic-log.ts';
import { guarded } from './store-errors.ts';
import type { StoreSchema } from './store-schema.ts';

/** Rows of one statement, and of one transaction: others must get to the file in between. */
const chunk = 100;

const party = z.object({ namespace: z.string().nullable(), name: z.string(), alias: z.string().optional() });
const seenCall = z.object({
  from: party,
  to: party,
  protocol: z.string().nullable(),
  unit: z.enum(['requests', 'connections', 'bytes', 'presence']),
  rate: z.number(),
  errorShare: z.number().nullable(),
  metric: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
});
const movement = z.object({ badWindows: z.number(), failedAlong: z.number(), lastBad: z.string() });

export function createSqlTraffic(db: Kysely<StoreSchema>): TrafficLog {
  return {
    load: (source) => guarded('read the traffic seen', () => load(db, source)),
    keepCalls: (source, changed, forgotten) =>
      guarded('store the traffic seen', () => keepCalls(db, source, changed, forgotten)),
    keepMovements: (source, changed) => guarded('store the traffic seen', () => keepMovements(db, source, changed)),
    retain: (sources, since) => guarded('forget traffic', () => retain(db, sources, since)),
  };
}

async function load(db: Kysely<StoreSchema>, source: string): ReturnType<TrafficLog['load']> {
  const calls = await db
    .selectFrom('traffic')
    .select(['key', 'document'])
    .where('source', '=', source)
    .orderBy('last_seen')
    .orderBy('key')
    .execute();
  const movements = await db.selectFrom('movements').select(['key', 'document']).where('source', '=', source).execute();
  // A row that another version wrote in another way is as good as none: the next look tells it anew.
  return {
    calls: new Map(
      calls.flatMap(({ key, document }) => {
        const parsed = seenCall.safeParse(jsonOf(document));
        return parsed.success ? [[key, withoutNothing(parsed.data)]] : [];
      }),
    ),
    movements: new Map(
      movements.flatMap(({ key, document }) => {
        const parsed = movement.safeParse(jsonOf(document));
        return parsed.success ? [[key, parsed.data]] : [];
      }),
    ),
  };
}

function jsonOf(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return null;
  }
}

/** An absent alias is no member. */
function withoutNothing({ from, to, ...rest }: z.output<typeof seenCall>): SeenCall {
  const plain = ({ namespace, name, alias }: z.output<typeof party>): SeenCall['from'] =>
    alias === undefined ? { namespace, name } : { namespace, name, alias };
  return { ...rest, from: plain(from), to: plain(to) };
}

async function keepCalls(
  db: Kysely<StoreSchema>,
  source: string,
  changed: ReadonlyMap<string, SeenCall>,
  forgotten: readonly string[],
): Promise<void> {
  const entries = [...changed];
  for (let start = 0; start < entries.length; start += chunk) {
    const values = entries.slice(start, start + chunk).map(([key, call]) => ({
      source,
      key,
      last_seen: Date.parse(call.lastSeen),
      document: JSON.stringify(call),
    }));
    await db
      .insertInto('traffic')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['source', 'key']).doUpdateSet((own) => ({
          last_seen: own.ref('excluded.last_seen'),
          document: own.ref('excluded.document'),
        })),
      )
      .execute();
    await new Promise(setImmediate);
  }
  for (let start = 0; start < forgotten.length; start += chunk) {
    const keys = forgotten.slice(start, start + chunk);
    await db.deleteFrom('traffic').where('source', '=', source).where('key', 'in', keys).execute();
  }
}

async function keepMovements(
  db: Kysely<StoreSchema>,
  source: string,
  changed: ReadonlyMap<string, Movement>,
): Promise<void> {
  const entries = [...changed];
  for (let start = 0; start < entries.length; start += chunk) {
    const values = entries.slice(start, start + chunk).map(([key, counted]) => ({
      source,
      key,
      last_bad: Date.parse(counted.lastBad),
      document: JSON.stringify(counted),
    }));
    await db
      .insertInto('movements')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['source', 'key']).doUpdateSet((own) => ({
          last_bad: own.ref('excluded.last_bad'),
          document: own.ref('excluded.document'),
        })),
      )
      .execute();
    await new Promise(setImmediate);
  }
}

async function retain(db: Kysely<StoreSchema>, sources: readonly string[], since: Date): Promise<void> {
  await db.deleteFrom('movements').where('last_bad', '<', since.getTime()).execute();
  for (const table of ['traffic', 'movements'] as const)
    await db
      .deleteFrom(table)
      .where('source', 'not in', [...sources])
      .execute();
}
