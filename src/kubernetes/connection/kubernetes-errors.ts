import { AppError } from '../../errors/app-error.ts';
import type { ErrorCode } from '../../errors/error-codes.ts';
import { isJsonObject, type JsonValue, parseJson, stringAt, valueAt } from '../../resource/json.ts';

/** What the server said instead of the answer. Credentials are never part of it. */
export interface Refusal {
  readonly status: number;
  /** The `reason` of the Status object (`Forbidden`, `Expired`), or empty. */
  readonly reason: string;
  readonly message: string;
  /** From Retry-After or `details.retryAfterSeconds`; null when the server asks for no particular wait. */
  readonly retryAfterMs: number | null;
}

const longestRetryAfterMs = 120_000;

/** Reads a Status object; an HTML page or an empty body of a load balancer gives a refusal with the bare status. */
export function readRefusal(status: number, retryAfter: string | undefined, body: Buffer): Refusal {
  const document = parseStatus(body.toString('utf8'));
  const seconds = Number(retryAfter ?? valueAt(document, 'details', 'retryAfterSeconds') ?? Number.NaN);
  return {
    status,
    reason: stringAt(document, 'reason') ?? '',
    message: (stringAt(document, 'message') ?? `HTTP ${status}`).slice(0, 500),
    retryAfterMs: seconds > 0 ? Math.min(seconds * 1_000, longestRetryAfterMs) : null,
  };
}

function parseStatus(text: string): JsonValue | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const document = parseJson(text);
    return isJsonObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

/** 429 and the 5xx family: the same request may succeed later without anybody's help. */
export function isPassing(refusal: Refusal): boolean {
  return refusal.status === 429 || refusal.status >= 500;
}

export function refusalError(what: string, refusal: Refusal): AppError {
  const { code, remedy } = explain(refusal.status);
  return new AppError({ code, what, why: refusal.message, remedy, retryable: isPassing(refusal) });
}

function explain(status: number): { readonly code: ErrorCode; readonly remedy: string } {
  if (status === 401) return { code: 'cluster-unauthorized', remedy: 'Renew the credentials of this context' };
  if (status === 403) return { code: 'cluster-forbidden', remedy: 'Grant get, list and watch on it' };
  if (status === 410) return { code: 'cluster-expired', remedy: 'Read it again' };
  if (status === 429) return { code: 'cluster-error', remedy: 'Wait; the API server is busy' };
  return { code: 'cluster-error', remedy: 'See the log of the API server' };
}

/** A request that got no answer at all. */
export function unreachable(server: string, thrown: unknown): AppError {
  const code = errorCodeOf(thrown);
  const isTrust = /CERT|SIGNATURE|SELF_SIGNED|ALTNAME|ISSUER|SSL|TLS/.test(code);
  return new AppError({
    code: 'cluster-unreachable',
    what: `cannot reach the API server at ${server}`,
    why: describe(thrown, code),
    remedy: isTrust
      ? 'Check certificate-authority and client certificate of this context'
      : 'Check the address, the network and that the API server runs',
    retryable: true,
    cause: thrown,
  });
}

/** Whether a TLS handshake failed: the certificate authority or our certificate may have been replaced on disk. */
export function isTrustFailure(thrown: unknown): boolean {
  return /CERT|SIGNATURE|SELF_SIGNED|ALTNAME|ISSUER|ERR_SSL|ERR_TLS/.test(errorCodeOf(thrown));
}

function errorCodeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return thrown.cause === undefined ? '' : errorCodeOf(thrown.cause);
}

function describe(thrown: unknown, code: string): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message === '' ? code : message;
}
