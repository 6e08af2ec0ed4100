import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { AppError } from '../../errors/app-error.ts';
import { parseJson } from '../../resource/json.ts';
import type { CallForge, ForgeAnswer, ForgeCall } from './forge-call.ts';
import { forgeFailed, whyRefused } from './forge-problem.ts';
import { waitAsked } from './wait-asked.ts';

export interface ForgeHttpOptions {
  /** Such as `https://git.example.org/api/v1/`; nothing else is ever called. */
  readonly base: URL;
  readonly agent: Dispatcher;
  /** Headers that carry the credential, asked for anew with each call: tokens are replaced while a daemon runs. */
  readonly credentials: (signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  readonly clock: () => Date;
  /** Milliseconds that one call may wait for the forge in all; 30 s when absent. */
  readonly patience?: number;
}

const mostBytes = 16 * 1024 * 1024;
const attempts = 4;
const callLimit = 30_000;

/**
 * Plain JSON over HTTP. Readings are tried again when the forge does not answer; writings only when it says that it did nothing (429,
 * 403 of a limit, or 503 with `Retry-After`), because one that broke may have taken effect. Redirects are not followed: they would take the credential along.
 */
export function createForgeHttp(options: ForgeHttpOptions): CallForge {
  return async (call, signal) => {
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await sendOnce(options, call, signal).catch((error: unknown) => {
        if (!(error instanceof AppError) || !error.retryable || call.method !== 'GET' || attempt >= attempts)
          throw error;
        return undefined;
      });
      if (answer !== undefined && !isTryAgain(answer, call)) return parsed(options, call, answer);
      const wait = answer === undefined ? 250 * attempt : waitAsked(answer, options.clock(), 250 * attempt);
      if (answer !== undefined && (attempt >= attempts || waited + wait > (options.patience ?? 30_000)))
        throw refusedBy(options, call, answer);
      waited += wait;
      await sleep(wait, undefined, { signal });
    }
  };
}

interface RawAnswer {
  readonly status: number;
  readonly bytes: Buffer;
  /** What was sent as credential: a forge may repeat it. */
  readonly secrets: readonly string[];
  readonly header: (name: string) => string | undefined;
}

function isTryAgain({ status, header }: RawAnswer, { method }: ForgeCall): boolean {
  return isLimit(status, header) || (method === 'GET' && status >= 500);
}

/** GitHub answers 403 when its limits are reached, and 403 to those who may not; only the headers tell the two apart. */
function isLimit(status: number, header: RawAnswer['header']): boolean {
  if (status === 429) return true;
  const asks = header('retry-after') !== undefined;
  if (status === 403) return asks || header('x-ratelimit-remaining') === '0';
  return status === 503 && asks;
}

function parsed(options: ForgeHttpOptions, call: ForgeCall, answer: RawAnswer): ForgeAnswer {
  const { status, bytes, header } = answer;
  if ((status < 200 || status > 299) && call.accept?.includes(status) !== true) throw refusedBy(options, call, answer);
  if (bytes.length === 0) return { status, value: null, header };
  try {
    return { status, value: parseJson(bytes.toString('utf8')), header };
  } catch {
    if (call.accept?.includes(status) === true) return { status, value: null, header };
    throw forgeFailed(options.base, call, `it answered ${status} with something that is no JSON`, true);
  }
}

function refusedBy(
  { base }: ForgeHttpOptions,
  call: ForgeCall,
  { status, bytes, secrets, header }: RawAnswer,
): AppError {
  const said = secrets.reduce((text, secret) => text.replaceAll(secret, '•••'), bytes.toString('utf8'));
  const isLimited = isLimit(status, header);
  const why = whyRefused(isLimited ? 429 : status, said);
  return forgeFailed(base, call, why, isLimited || status >= 500);
}

async function sendOnce(options: ForgeHttpOptions, call: ForgeCall, signal: AbortSignal): Promise<RawAnswer> {
  const { base, agent, credentials } = options;
  const url = new URL(call.path, base);
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname))
    throw forgeFailed(base, call, 'the path leaves the API', false);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  const content = call.body === undefined ? {} : { 'content-type': 'application/json' };
  const credential = await credentials(signal);
  const secrets = Object.values(credential).map((value) => value.split(' ').at(-1) ?? value);
  const headers = {
    accept: 'application/json',
    'user-agent': 'mooring',
    ...content,
    ...call.headers,
    ...credential,
  };
  const late = AbortSignal.timeout(callLimit);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: call.method,
      headers,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.any([signal, late]),
    });
    const header = (name: string): string | undefined => [answer.headers[name] ?? []].flat()[0];
    return { status: answer.statusCode, bytes: await readBody(answer.body), secrets, header };
  } catch (error) {
    signal.throwIfAborted();
    throw forgeFailed(
      base,
      call,
      late.aborted ? 'it did not answer in time' : `it cannot be reached (${codeOf(error)})`,
      true,
    );
  }
}

async function readBody(body: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > mostBytes) throw new RangeError('larger than 16 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A code, never a message: messages of proxies may repeat their URL with its password. */
function codeOf(error: unknown): string {
  if (error instanceof RangeError) return error.message;
  if (!(error instanceof Error)) return 'the connection broke';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? 'the connection broke' : codeOf(error.cause);
}
