import type { Kysely, Transaction } from 'kysely';
import type { Delivery, NewDeliveryState } from '../incidents/delivery.ts';
import type { Episode } from '../incidents/episode.ts';
import type { EpisodeChanges, EpisodeLog } from '../incidents/episode-log.ts';
import { parseJson, stringAt } from '../resource/json.ts';
import { parseResourceId } from '../resource/resource-id.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import { episodeFromDocument, episodeRow } from './episode-rows.ts';
import { guarded } from './store-errors.ts';
import type { StoreSchema } from './store-schema.ts';

export interface EpisodeQuery {
  readonly state?: 'open' | 'resolved';
  /** Text form of a resource id. */
  readonly resource?: string;
  readonly limit: number;
}

/** What the faces ask: newest first. `find` takes an id, or the beginning of one that only one episode has. */
export interface EpisodeReader {
  list(query: EpisodeQuery): Promise<readonly Episode[]>;
  find(id: string): Promise<Episode | null>;
  /** Open ones, cheap enough for every scrape: a fifth of what reading them whole costs. */
  openSummaries(): Promise<readonly EpisodeSummary[]>;
}

export interface EpisodeSummary {
  readonly severity: string;
  readonly resource: ResourceId;
  readonly onset: { readonly notAfter: string };
}

/** SQLite takes a few hundred parameters in one statement on every build. */
const chunk = 200;

export function createSqlEpisodes(db: Kysely<StoreSchema>): EpisodeLog & EpisodeReader {
  return {
    open: () => guarded('read open episodes', () => openEpisodes(db)),
    recurrences: (fingerprints) => guarded('count recurrences', () => countRecurrences(db, fingerprints)),
    record: (changes) =>
      guarded('store episodes', () => db.transaction().execute((transaction) => recordChanges(transaction, changes))),
    list: (query) => guarded('list episodes', () => listEpisodes(db, query)),
    openSummaries: () => guarded('count open episodes', () => summariseOpen(db)),
    find: (id) => guarded('find an episode', () => findEpisode(db, id)),
  };
}

async function openEpisodes(db: Kysely<StoreSchema>): Promise<Episode[]> {
  const rows = await db
    .selectFrom('episodes')
    .select('document')
    .where('state', '=', 'open')
    .orderBy('opened_at')
    .execute();
  return rows.map(({ document }) => episodeFromDocument(document));
}

async function countRecurrences(
  db: Kysely<StoreSchema>,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let start = 0; start < fingerprints.length; start += chunk) {
    const rows = await db
      .selectFrom('episodes')
      .select(({ fn }) => ['fingerprint', fn.max('recurrence').as('latest')])
      .where('fingerprint', 'in', fingerprints.slice(start, start + chunk))
      .groupBy('fingerprint')
      .execute();
    for (const { fingerprint, latest } of rows) counts.set(fingerprint, latest);
  }
  return counts;
}

async function recordChanges(transaction: Transaction<StoreSchema>, changes: EpisodeChanges): Promise<void> {
  for (const episode of changes.episodes) {
    const row = episodeRow(episode);
    const { id: _id, ...update } = row;
    await transaction
      .insertInto('episodes')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(update))
      .execute();
  }
  const { as = 'waiting' } = changes;
  for (const delivery of changes.deliveries) await insertDelivery(transaction, delivery, as);
}

async function insertDelivery(
  transaction: Transaction<StoreSchema>,
  delivery: Delivery,
  state: NewDeliveryState,
): Promise<void> {
  const { id, target, subject, type, body, createdAt } = delivery;
  const created = Date.parse(createdAt);
  await transaction
    .insertInto('deliveries')
    .values({
      id,
      target,
      subject,
      type,
      body,
      state,
      attempts: 0,
      created_at: created,
      next_attempt_at: created,
      settled_at: null,
      last_status: null,
      last_error: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

async function listEpisodes(db: Kysely<StoreSchema>, query: EpisodeQuery): Promise<Episode[]> {
  let select = db.selectFrom('episodes').select('document');
  if (query.state !== undefined) select = select.where('state', '=', query.state);
  if (query.resource !== undefined) select = select.where('resource', '=', query.resource);
  const rows = await select.orderBy('opened_at', 'desc').orderBy('id').limit(query.limit).execute();
  return rows.map(({ document }) => episodeFromDocument(document));
}

async function summariseOpen(db: Kysely<StoreSchema>): Promise<EpisodeSummary[]> {
  const rows = await db
    .selectFrom('episodes')
    .select(['severity', 'resource', 'opened_at', 'document'])
    .where('state', '=', 'open')
    .orderBy('id')
    .execute();
  return rows.flatMap(({ severity, resource, opened_at, document }) => {
    const id = parseResourceId(resource);
    const notAfter = stringAt(parseJson(document), 'onset', 'notAfter') ?? new Date(opened_at).toISOString();
    return id === undefined ? [] : [{ severity, resource: id, onset: { notAfter } }];
  });
}

async function findEpisode(db: Kysely<StoreSchema>, id: string): Promise<Episode | null> {
  // A range instead of LIKE: an id is data, and % in it must not match everything.
  const rows = await db
    .selectFrom('episodes')
    .select(['id', 'document'])
    .where('id', '>=', id)
    .where('id', '<', `${id}\u{10ffff}`)
    .limit(2)
    .execute();
  const row = rows.find((one) => one.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
  return row === undefined ? null : episodeFromDocument(row.document);
}
