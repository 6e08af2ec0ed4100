import { AppError } from '../errors/app-error.ts';

/** SQLite's result codes, without their extensions. */
const corrupt = 11;
const notADatabase = 26;
const full = 13;
const busy = 5;

/** The primary result code of an error from node:sqlite, or undefined when it is no such error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === corrupt || code === notADatabase;
}

export function newerStore(path: string, found: number, known: number): AppError {
  return new AppError({
    code: 'store-newer',
    what: `cannot use the state file ${path}`,
    why: `it has version ${found}, and this program knows versions up to ${known}`,
    remedy: 'Start the newer Mooring again, or name another file in history.path; the file was not touched',
  });
}

/** Every error of a query as an AppError; damage, a full disk and a lock are told apart. */
export function storeError(error: unknown, what: string): AppError {
  if (error instanceof AppError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  if (isDamage(error)) {
    const remedy = 'Restart Mooring: it moves the damaged file aside and rebuilds what can be read again';
    return new AppError({ code: 'store-damaged', what, why, remedy, cause: error });
  }
  const remedies = new Map([
    [full, 'Free space on the disk; nothing is announced until it can be stored'],
    [busy, 'Look for another Mooring that uses the same file'],
  ]);
  const remedy = remedies.get(code ?? -1) ?? 'Check that the directory exists and can be written to';
  return new AppError({ code: 'store-unavailable', what, why, remedy, retryable: true, cause: error });
}

/** Runs a query so that it throws only AppError. `act` completes "cannot …". */
export async function guarded<T>(act: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw storeError(error, `cannot ${act}`);
  }
}
