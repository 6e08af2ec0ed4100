import { z } from 'zod';
import { AppError } from '../errors/app-error.ts';
import { type ErrorCode, errorCodes } from '../errors/error-codes.ts';

const timeLimit = 15_000;

const problem = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && Object.hasOwn(errorCodes, code)),
  what: z.string(),
  why: z.string(),
  remedy: z.string(),
});

/**
 * Asks a running daemon and returns the JSON document that it answers with. `server` is its address, `path` begins with a slash.
 * Throws AppError: the daemon's own, or `server-unreachable`.
 */
export async function askServer(server: string, path: string, signal: AbortSignal): Promise<unknown> {
  const url = URL.parse(path, server);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError({
      code: 'usage',
      what: `cannot ask ${server}`,
      why: 'it is no http or https URL',
      remedy: 'Write it like http://127.0.0.1:9480, as the daemon logs it',
    });
  }
  const { ok, text } = await get(url, signal);
  const document = parse(text);
  if (ok && document !== undefined) return document;
  const told = problem.safeParse(document);
  throw told.success ? new AppError(told.data) : unreachable(url, 'it does not answer like Mooring');
}

async function get(url: URL, signal: AbortSignal): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]),
      redirect: 'error',
    });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw unreachable(url, cause instanceof Error ? cause.message : String(cause));
  }
}

function parse(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text);
    return document;
  } catch {
    return undefined;
  }
}

function unreachable(url: URL, why: string): AppError {
  return new AppError({
    code: 'server-unreachable',
    what: `cannot ask the daemon at ${url.origin}`,
    why,
    remedy: 'Check that "mooring run" is running there; it logs its address',
    retryable: true,
  });
}
