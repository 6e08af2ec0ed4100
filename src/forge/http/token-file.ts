import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors/app-error.ts';

/** The token in a file, read anew each time: Secrets are replaced while a daemon runs. Throws AppError `proposal-failed`. */
export async function readToken(file: string): Promise<string> {
  const token = (
    await readFile(file, 'utf8').catch((cause: unknown) => Promise.reject(unusable(file, 'it cannot be read', cause)))
  ).trim();
  if (/^[\x21-\x7E]{1,4096}$/.test(token)) return token;
  throw unusable(file, token === '' ? 'it is empty' : 'it holds more than one token');
}

function unusable(file: string, why: string, cause?: unknown): AppError {
  return new AppError({
    code: 'proposal-failed',
    what: `cannot use the token file ${file}`,
    why,
    remedy: 'Correct forges[].tokenFile, or mount the Secret there',
    ...(cause === undefined ? {} : { cause }),
  });
}
