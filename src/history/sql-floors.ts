import type { Kysely } from 'kysely';
import type { VersionFloors } from '../loop/version-floors.ts';
import { guarded } from './store-errors.ts';
import type { StoreSchema } from './store-schema.ts';

export function createSqlFloors(db: Kysely<StoreSchema>): VersionFloors {
  return {
    of: (live) => guarded('read the versions seen', () => readFloors(db, live)),
    keep: (live, versions) => guarded('store the versions seen', () => keepFloors(db, live, versions)),
  };
}

async function readFloors(db: Kysely<StoreSchema>, live: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('floors').select(['kind', 'version']).where('live', '=', live).execute();
  return new Map(rows.map(({ kind, version }) => [kind, version]));
}

async function keepFloors(db: Kysely<StoreSchema>, live: string, versions: ReadonlyMap<string, string>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const [kind, version] of versions) {
      await transaction
        .insertInto('floors')
        .values({ live, kind, version })
        .onConflict((conflict) => conflict.columns(['live', 'kind']).doUpdateSet({ version }))
        .execute();
    }
  });
}
