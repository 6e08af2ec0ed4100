import type { JsonValue } from '../../resource/json.ts';

export interface ForgeCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base, without a slash in front; every part percent-encoded by the caller. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Becomes JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses besides 2xx that are answers, not errors. */
  readonly accept?: readonly number[];
}

export interface ForgeAnswer {
  readonly status: number;
  /** Null when the answer is empty. */
  readonly value: JsonValue;
  readonly header: (name: string) => string | undefined;
}

/** Calls of one forge. Throws AppError `proposal-failed`; `retryable` when waiting may help. No error names the credential. */
export type CallForge = (call: ForgeCall, signal: AbortSignal) => Promise<ForgeAnswer>;
