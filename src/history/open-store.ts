import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors/app-error.ts';
import { migrate, readVersion, storeVersion } from './migrations.ts';
import { openSqlite } from './sqlite-database.ts';
import { isDamage, newerStore, storeError } from './store-errors.ts';

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Set when a damaged file was moved aside and an empty one begun: to be reported, not thrown. */
  readonly recovered: AppError | null;
}

const magic = 'SQLite format 3\0';
const versionOffset = 60;

/**
 * Opens or makes the file and brings it up to date. A newer version throws `store-newer` before anything is written; a damaged file is
 * moved aside (`….damaged-<time>`, with its log) and replaced by an empty one.
 */
export function openDatabase(path: string, now: Date): OpenedDatabase {
  if (path === ':memory:') return { database: prepared(path), recovered: null };
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    refuseNewer(path);
    return { database: prepared(path), recovered: null };
  } catch (error) {
    if (!isDamage(error) && !(error instanceof DamagedHeader))
      throw storeError(error, `cannot open the state file ${path}`);
    const recovered = moveAside(path, now, error);
    return { database: prepared(path), recovered };
  }
}

/** Opens an existing file of exactly this version for reading. */
export function openForReading(path: string): DatabaseSync {
  const what = `cannot read the state file ${path}`;
  if (!existsSync(path)) {
    const why = 'it does not exist; no daemon has run with it yet';
    const remedy = 'Name the file with --history, or the configuration of the daemon with --config';
    throw new AppError({ code: 'source-not-found', what, why, remedy });
  }
  try {
    refuseNewer(path);
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    const version = readVersion(database);
    if (version === storeVersion) return database;
    database.close();
    if (version > storeVersion) throw newerStore(path, version, storeVersion);
    const why = `it has the older version ${version}, and this program reads version ${storeVersion}`;
    throw new AppError({
      code: 'store-unavailable',
      what,
      why,
      remedy: 'Start the daemon once; it brings the file up to date',
    });
  } catch (error) {
    throw error instanceof DamagedHeader ? damaged(what, error) : storeError(error, what);
  }
}

function damaged(what: string, cause: DamagedHeader): AppError {
  const remedy = 'Start the daemon: it moves the damaged file aside and begins another';
  return new AppError({ code: 'store-damaged', what, why: cause.message, remedy, cause });
}

class DamagedHeader extends Error {}

/** Looks at the header bytes alone, since opening a file with a log beside it would already write to it. */
function refuseNewer(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, header, 0, header.length, 0);
    if (read < header.length || header.toString('latin1', 0, magic.length) !== magic) {
      throw new DamagedHeader('it does not begin like a database');
    }
  } finally {
    closeSync(file);
  }
  const version = header.readUInt32BE(versionOffset);
  if (version > storeVersion) throw newerStore(path, version, storeVersion);
}

function prepared(path: string): DatabaseSync {
  const database = openSqlite(path);
  try {
    const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw new DamagedHeader(String(check));
    const version = readVersion(database);
    if (version > storeVersion) throw newerStore(path, version, storeVersion);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function moveAside(path: string, now: Date, cause: unknown): AppError {
  const aside = `${path}.damaged-${now.toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return new AppError({
    code: 'store-damaged',
    what: `cannot read the state file ${path}`,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: `It was moved to ${aside} and an empty one begun; open drift is announced once more`,
    cause,
  });
}
