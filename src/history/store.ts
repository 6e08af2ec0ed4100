import { Kysely, SqliteDialect } from 'kysely';
import type { AppError } from '../errors/app-error.ts';
import type { EpisodeLog } from '../incidents/episode-log.ts';
import type { Outbox } from '../incidents/delivery.ts';
import type { RuleLog } from '../loop/rule-keeper.ts';
import type { TrafficLog } from '../loop/estate/traffic-log.ts';
import type { VersionFloors } from '../loop/version-floors.ts';
import type { PredictionLog } from '../predictions/prediction.ts';
import type { ProposalLog } from '../rollback/proposal-log.ts';
import { openDatabase, openForReading } from './open-store.ts';
import { createSqlEpisodes } from './sql-episodes.ts';
import type { EpisodeReader } from './sql-episodes.ts';
import { createSqlFloors } from './sql-floors.ts';
import { createSqlOutbox } from './sql-outbox.ts';
import type { DeliveryReader } from './sql-outbox.ts';
import { createSqlPredictions } from './sql-predictions.ts';
import type { PredictionReader } from './sql-predictions.ts';
import { createSqlProposals } from './sql-proposals.ts';
import type { ProposalReader } from './sql-proposals.ts';
import { createSqlRounds } from './sql-rounds.ts';
import type { RoundLog } from './sql-rounds.ts';
import { createSqlRules } from './sql-rules.ts';
import { createSqlTraffic } from './sql-traffic.ts';
import { asKyselyDatabase } from './sqlite-database.ts';
import type { StoreSchema } from './store-schema.ts';

export interface StoreOptions {
  /** A file, made when absent, or `:memory:`. */
  readonly path: string;
  /** For looking beside a running daemon: nothing is made, brought up to date or moved aside. Default false. */
  readonly readOnly?: boolean;
  readonly clock: () => Date;
}

/** Everything that Mooring remembers. Each member implements a narrow port of the folder that uses it. */
export interface Store extends AsyncDisposable {
  readonly episodes: EpisodeLog & EpisodeReader;
  readonly outbox: Outbox & DeliveryReader;
  readonly rounds: RoundLog;
  readonly floors: VersionFloors;
  readonly proposals: ProposalLog & ProposalReader;
  readonly rules: RuleLog;
  readonly predictions: PredictionLog & PredictionReader;
  readonly traffic: TrafficLog;
  /** Not null when a damaged file was moved aside at the start: tell people, then go on. */
  readonly recovered: AppError | null;
  close(): Promise<void>;
}

/** Throws AppError `store-newer` (the file is untouched) or `store-unavailable`; read-only also `store-damaged` and `source-not-found`. */
export function openStore(options: StoreOptions): Store {
  const { database, recovered } = options.readOnly
    ? { database: openForReading(options.path), recovered: null }
    : openDatabase(options.path, options.clock());
  const db = new Kysely<StoreSchema>({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) });
  const close = async (): Promise<void> => {
    await db.destroy();
    // Kysely closes only what a first query has opened for it.
    if (database.isOpen) database.close();
  };
  return {
    episodes: createSqlEpisodes(db),
    outbox: createSqlOutbox(db),
    rounds: createSqlRounds(db),
    floors: createSqlFloors(db),
    proposals: createSqlProposals(db),
    rules: createSqlRules(db),
    predictions: createSqlPredictions(db),
    traffic: createSqlTraffic(db),
    recovered,
    close,
    [Symbol.asyncDispose]: close,
  };
}
