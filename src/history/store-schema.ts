import type { Generated } from 'kysely';

/** Moments are epoch milliseconds, documents JSON text: a subset that SQLite and PostgreSQL share. */
export interface StoreSchema {
  episodes: EpisodesTable;
  deliveries: DeliveriesTable;
  targets: TargetsTable;
  rounds: RoundsTable;
  proposals: ProposalsTable;
  floors: FloorsTable;
  rules: RulesTable;
  predictions: PredictionsTable;
  happenings: HappeningsTable;
  traffic: TrafficTable;
  movements: MovementsTable;
}

/** `document` is the whole episode; the other columns are what queries look for. At most one open episode per fingerprint. */
export interface EpisodesTable {
  id: string;
  fingerprint: string;
  recurrence: number;
  resource: string;
  state: string;
  severity: string;
  opened_at: number;
  resolved_at: number | null;
  document: string;
}

export interface DeliveriesTable {
  sequence: Generated<number>;
  id: string;
  target: string;
  subject: string;
  type: string;
  body: string;
  state: string;
  attempts: number;
  created_at: number;
  next_attempt_at: number;
  settled_at: number | null;
  last_status: number | null;
  last_error: string | null;
}

/** Only targets that were disabled have a row. */
export interface TargetsTable {
  name: string;
  disabled_at: number;
  why: string;
  address: string;
}

export interface RoundsTable {
  sequence: Generated<number>;
  trigger: string;
  started_at: number;
  finished_at: number;
  revision: string | null;
  document: string;
}

/** `fingerprint` is that of the drift a proposal repairs; `document` is the record as rollback wrote it. */
export interface ProposalsTable {
  sequence: Generated<number>;
  branch: string;
  fingerprint: string;
  state: string;
  created_at: number;
  updated_at: number;
  document: string;
}

/** The resourceVersion up to which a kind of a live side was seen. */
export interface FloorsTable {
  live: string;
  kind: string;
  version: string;
}

/** When each rule explained a difference; `rule` is its whole content in words, so that a changed rule is another row. */
export interface RulesTable {
  rule: string;
  origin: string;
  first_seen_at: number;
  matched_at: number | null;
  quiet_since: number;
  seen_at: number;
}

/** `document` is the prediction; `outcome` says how it turned out and is null while its window is open. */
export interface PredictionsTable {
  id: string;
  trigger: string;
  of: string;
  made_at: number;
  until: number;
  outcome: string | null;
  document: string;
}

/** Alerts and beginnings of drift, by the node they are about. */
export interface HappeningsTable {
  kind: string;
  key: string;
  at: number;
  ends_at: number | null;
  name: string;
  node: string | null;
}

/** Calls that sources of traffic told of; `document` is the call as it was last seen. */
export interface TrafficTable {
  source: string;
  key: string;
  last_seen: number;
  document: string;
}

/** Failures of calls and of their callers, as counted by source and nodes; `document` is the count. */
export interface MovementsTable {
  source: string;
  key: string;
  last_bad: number;
  document: string;
}
