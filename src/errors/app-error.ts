import type { ErrorCode } from './error-codes.ts';

export interface AppErrorParts {
  readonly code: ErrorCode;
  /** What failed on what: "cannot read Deployment shop/cart". */
  readonly what: string;
  readonly why: string;
  /** What the reader can do about it, as an imperative sentence. */
  readonly remedy: string;
  /** Whether the same call may succeed later without anybody's help. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error that crosses folders. Its parts never contain a secret value or a credential. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
  readonly retryable: boolean;

  constructor(parts: AppErrorParts) {
    super(
      `${parts.what}: ${parts.why}. ${parts.remedy}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = 'AppError';
    this.code = parts.code;
    this.what = parts.what;
    this.why = parts.why;
    this.remedy = parts.remedy;
    this.retryable = parts.retryable ?? false;
  }
}

/** The error document of CONTRACTS 5. */
export interface ErrorDocument {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'Error';
  readonly code: ErrorCode;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

export function toErrorDocument(error: AppError): ErrorDocument {
  const { code, what, why, remedy } = error;
  return { apiVersion: 'mooring.dev/v1', kind: 'Error', code, what, why, remedy };
}

/** Any thrown value as an AppError; what is not one already is a defect and says so. */
export function asAppError(thrown: unknown, what: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError({
    code: 'internal',
    what,
    why,
    remedy: 'Report this with the command and its output',
    cause: thrown,
  });
}
