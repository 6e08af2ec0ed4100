import { Buffer } from 'node:buffer';
import { createSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors/app-error.ts';
import { stringAt } from '../../resource/json.ts';
import type { CallForge } from '../http/forge-call.ts';
import { numberAt, part } from './github-api.ts';

/** Whom Mooring is on GitHub, as an App that is installed for the repository. */
export interface AppAccess {
  /** Of the installation: good for at most an hour, and for this one repository. */
  token(signal: AbortSignal): Promise<string>;
  /** `slug[bot]`. */
  account(signal: AbortSignal): Promise<string>;
}

export interface AppAccessOptions {
  /** Calls below the REST base, with `appCredentials`. */
  readonly rest: CallForge;
  readonly owner: string;
  readonly name: string;
  readonly clock: () => Date;
}

/** Milliseconds: a token that somebody revoked is not used for longer than this. */
const longestUse = 10 * 60_000;
/** Milliseconds: one that ends so soon may end in the middle of a proposal. */
const leastLeft = 5 * 60_000;

/** Throws AppError `proposal-failed` when the App is not installed for the repository. */
export function createAppAccess({ rest, owner, name, clock }: AppAccessOptions): AppAccess {
  let installation: { readonly id: number; readonly slug: string } | undefined;
  let held: { readonly token: string; readonly until: number } | undefined;
  const findInstallation = async (signal: AbortSignal): Promise<{ readonly id: number; readonly slug: string }> => {
    if (installation !== undefined) return installation;
    const path = `repos/${part(owner)}/${part(name)}/installation`;
    const { value } = await rest({ method: 'GET', path }, signal);
    const id = numberAt(value, 'id');
    const slug = stringAt(value, 'app_slug');
    if (id === undefined || slug === undefined) throw noToken(owner, name);
    installation = { id, slug };
    return installation;
  };
  return {
    account: async (signal) => `${(await findInstallation(signal)).slug}[bot]`,
    async token(signal) {
      const now = clock().getTime();
      if (held !== undefined && held.until > now) return held.token;
      const { id } = await findInstallation(signal);
      const path = `app/installations/${id}/access_tokens`;
      const { value } = await rest({ method: 'POST', path, body: { repositories: [name] } }, signal).catch(
        (error: unknown) => {
          // The App may have been installed anew.
          installation = undefined;
          throw error;
        },
      );
      const token = stringAt(value, 'token');
      const end = Date.parse(stringAt(value, 'expires_at') ?? '');
      if (token === undefined || Number.isNaN(end)) throw noToken(owner, name);
      held = { token, until: Math.min(now + longestUse, end - leastLeft) };
      return token;
    },
  };
}

/** The signed word of the App itself, with which it gets tokens: good for nine minutes, from one minute ago for clocks that differ. */
export async function appCredentials(
  app: { readonly id: string; readonly keyFile: string },
  now: Date,
): Promise<Readonly<Record<string, string>>> {
  const seconds = Math.floor(now.getTime() / 1_000);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat: seconds - 60, exp: seconds + 540, iss: app.id };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  try {
    const key = await readFile(app.keyFile, 'utf8');
    return { authorization: `Bearer ${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}` };
  } catch (error) {
    // Without the cause: what cannot parse a key may repeat it.
    throw new AppError({
      code: 'proposal-failed',
      what: `cannot use the key file ${app.keyFile} of the GitHub App`,
      why:
        error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is none' : 'it holds no RSA key',
      remedy: 'Mount the private key that GitHub gave out for the App, in PEM form',
    });
  }
}

function noToken(owner: string, name: string): AppError {
  return new AppError({
    code: 'proposal-failed',
    what: `the GitHub App gets no token for ${owner}/${name}`,
    why: 'GitHub answered with something else than was asked for',
    remedy: 'Install the App for this repository',
    retryable: true,
  });
}
