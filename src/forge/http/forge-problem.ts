import { AppError } from '../../errors/app-error.ts';
import { parseJson, stringAt } from '../../resource/json.ts';
import type { ForgeCall } from './forge-call.ts';

/** A call that did not succeed, without its query and body: they may hold what nobody should read. */
export function forgeFailed(base: URL, call: ForgeCall, why: string, retryable: boolean): AppError {
  return new AppError({
    code: 'proposal-failed',
    what: `${call.method} ${decodeURI(call.path)
      .replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
      .slice(0, 120)} failed at ${base.host}`,
    why,
    remedy: retryable
      ? 'Nothing; it is tried again with the next round'
      : 'Check the token, its rights and the repository',
    retryable,
  });
}

const reasons: Readonly<Record<number, string>> = {
  401: 'it does not accept the token',
  403: 'it does not allow this to the token',
  404: 'there is no such thing, or the token may not see it',
  409: 'it is in conflict with what is there',
  413: 'what was sent is too large',
  422: 'it does not take what was sent',
  429: 'it asks to wait longer than a round may',
};

/** Why, in words, with what the forge itself says in a short line. */
export function whyRefused(status: number, text: string): string {
  const redirected = status >= 300 && status < 400 ? 'it redirects; name the repository by its new URL' : undefined;
  const reason = reasons[status] ?? redirected ?? 'it refused or could not';
  const said = messageOf(text);
  return `${reason} (${status}${said === '' ? '' : `: ${said}`})`;
}

function messageOf(text: string): string {
  try {
    const value = parseJson(text);
    const said = stringAt(value, 'message') ?? stringAt(value, 'error', 'message') ?? stringAt(value, 'error') ?? '';
    return said.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 160);
  } catch {
    return '';
  }
}
