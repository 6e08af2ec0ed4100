import type { Kysely } from 'kysely';
import { z } from 'zod';
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
  badWindows: z.number(),
  failedAlong: z.number(),
});

export function createSqlTraffic(db: Kysely<StoreSchema>): TrafficLog {
  return {
    load: (source) => guarded('read the traffic seen', () => load(db, source)),
    keep: (source, changed, forgotten) => guarded('store the traffic seen', () => keep(db, source, changed, forgotten)),
  };
}

async function load(db: Kysely<StoreSchema>, source: string): Promise<ReadonlyMap<string, SeenCall>> {
  const rows = await db
    .selectFrom('traffic')
    .select(['key', 'document'])
    .where('source', '=', source)
    .orderBy('last_seen')
    .orderBy('key')
    .execute();
  // A row that another version wrote in another way is as good as none: the next look tells it anew.
  return new Map(
    rows.flatMap(({ key, document }) => {
      const parsed = seenCall.safeParse(jsonOf(document));
      return parsed.success ? [[key, withoutNothing(parsed.data)]] : [];
    }),
  );
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

async function keep(
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
