import { parseRetryAfter } from '../../errors/retry-after.ts';

/** What the wait depends on; any HTTP answer has it. */
interface Asking {
  readonly header: (name: string) => string | undefined;
}

/**
 * Milliseconds that a forge asks to wait: `Retry-After` (seconds or a date), else the reset of its rate limit (seconds since 1970, as GitHub,
 * GitLab and Gitea's proxies send it), else `otherwise`.
 */
export function waitAsked({ header }: Asking, now: Date, otherwise: number): number {
  const after = parseRetryAfter(header('retry-after'), now.getTime());
  if (after !== null) return after;
  const remaining = header('x-ratelimit-remaining') ?? header('ratelimit-remaining');
  const reset = (header('x-ratelimit-reset') ?? header('ratelimit-reset') ?? '').trim();
  if (remaining === '0' && /^\d{9,11}$/.test(reset)) return Math.max(0, Number(reset) * 1_000 - now.getTime());
  return otherwise;
}
