import type { DatabaseSync } from 'node:sqlite';

/** One step per version, never edited once released: the n-th brings a store from version n-1 to n. */
const migrations: readonly string[] = [
  `
  CREATE TABLE episodes (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, recurrence INTEGER NOT NULL, resource TEXT NOT NULL,
    state TEXT NOT NULL, severity TEXT NOT NULL, opened_at BIGINT NOT NULL, resolved_at BIGINT, document TEXT NOT NULL
  );
  CREATE UNIQUE INDEX episodes_open ON episodes (fingerprint) WHERE state = 'open';
  CREATE INDEX episodes_fingerprint ON episodes (fingerprint, recurrence);
  CREATE INDEX episodes_resource ON episodes (resource, opened_at);
  CREATE INDEX episodes_opened ON episodes (opened_at);
  CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, target TEXT NOT NULL, subject TEXT NOT NULL,
    type TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, created_at BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL, settled_at BIGINT, last_status INTEGER, last_error TEXT
  );
  CREATE INDEX deliveries_waiting ON deliveries (target, subject, sequence) WHERE state = 'waiting';
  CREATE INDEX deliveries_state ON deliveries (target, state);
  CREATE TABLE targets (name TEXT PRIMARY KEY, disabled_at BIGINT NOT NULL, why TEXT NOT NULL, address TEXT NOT NULL);
  CREATE TABLE rounds (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, trigger TEXT NOT NULL, started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL, revision TEXT, document TEXT NOT NULL
  );
  CREATE TABLE proposals (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, branch TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
    state TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, document TEXT NOT NULL
  );
  CREATE INDEX proposals_fingerprint ON proposals (fingerprint);
  `,
  `
  CREATE TABLE floors (live TEXT NOT NULL, kind TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (live, kind));
  `,
  `
  CREATE TABLE rules (
    rule TEXT PRIMARY KEY, origin TEXT NOT NULL, first_seen_at BIGINT NOT NULL, matched_at BIGINT,
    quiet_since BIGINT NOT NULL, seen_at BIGINT NOT NULL
  );
  `,
  `
  CREATE TABLE predictions (
    id TEXT PRIMARY KEY, trigger TEXT NOT NULL, "of" TEXT NOT NULL, made_at BIGINT NOT NULL, until BIGINT NOT NULL,
    outcome TEXT, document TEXT NOT NULL
  );
  CREATE INDEX predictions_made ON predictions (made_at);
  CREATE INDEX predictions_due ON predictions (until) WHERE outcome IS NULL;
  CREATE TABLE happenings (
    kind TEXT NOT NULL, key TEXT NOT NULL, at BIGINT NOT NULL, ends_at BIGINT, name TEXT NOT NULL, node TEXT,
    PRIMARY KEY (kind, key, at)
  );
  CREATE INDEX happenings_at ON happenings (at);
  `,
  `
  CREATE TABLE traffic (
    source TEXT NOT NULL, key TEXT NOT NULL, last_seen BIGINT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (source, key)
  );
  `,
  `
  CREATE TABLE movements (
    source TEXT NOT NULL, key TEXT NOT NULL, last_bad BIGINT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (source, key)
  );
  `,
];

/** The version that this program writes. */
export const storeVersion = migrations.length;

/** Brings a store up to date, each step in a transaction of its own: a kill in between leaves a whole older version. */
export function migrate(database: DatabaseSync): void {
  for (let version = readVersion(database); version < storeVersion; version += 1) {
    database.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have been here first.
      if (readVersion(database) === version)
        database.exec(`${migrations[version] ?? ''} PRAGMA user_version = ${version + 1};`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}

export function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}
