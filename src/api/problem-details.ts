import type { AppError } from '../errors/app-error.ts';
import { toErrorDocument } from '../errors/app-error.ts';
import type { ErrorDocument } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';

export const problemType = 'application/problem+json; charset=utf-8';

/** RFC 9457, with the members of CONTRACTS 5 beside. */
export interface ProblemDetails extends ErrorDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

const statusOf: Partial<Readonly<Record<ErrorCode, number>>> = {
  usage: 400,
  'resource-not-found': 404,
  'episode-not-found': 404,
  'not-ready': 503,
  'not-leader': 503,
  'store-unavailable': 503,
  'store-damaged': 503,
  'cluster-unreachable': 503,
};

export function problemDetails(error: AppError): ProblemDetails {
  const status = statusOf[error.code] ?? 500;
  return {
    ...toErrorDocument(error),
    type: `urn:mooring:error:${error.code}`,
    title: error.what,
    status,
    detail: `${error.why}. ${error.remedy}`,
  };
}
