import { Buffer } from 'node:buffer';
import { stringAt, valueAt } from '../resource/json.ts';
import type { RegistryAnswer, RegistryRequest } from './bounded-request.ts';
import type { Challenge } from './challenge.ts';
import type { RegistryCredentials } from './docker-config.ts';
import { type HostPolicy, isConfidential } from './host-policy.ts';
import { parseDocument } from './read-manifest.ts';
import { RegistryProblem } from './registry-problem.ts';

/** Who asks for what, where. `keeper` tells whose credentials these are, so that nobody gets a token of somebody else's. */
export interface TokenRequest {
  readonly challenge: Challenge;
  /** The registry that asked. */
  readonly from: URL;
  readonly repository: string;
  readonly credentials: RegistryCredentials | undefined;
  readonly keeper: string;
}

export interface TokenParts {
  send(request: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer>;
  readonly policy: HostPolicy;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
}

const mostTokens = 1000;
const mostBytes = 256 * 1024;

interface Kept {
  readonly header: string;
  readonly until: number;
}

/** Values of `Authorization`, by the token protocol of the distribution project; tokens are kept for as long as they last. */
export class RegistryTokens {
  readonly #parts: TokenParts;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: TokenParts) {
    this.#parts = parts;
  }

  /** The one that worked before, if it still lasts. */
  known({ from, repository, keeper }: Omit<TokenRequest, 'challenge' | 'credentials'>): string | undefined {
    const kept = this.#kept.get(keyOf(from, repository, keeper));
    return kept !== undefined && kept.until > this.#parts.now() ? kept.header : undefined;
  }

  /** Undefined when there is nothing to answer a challenge with. Throws RegistryProblem. */
  async fetch(request: TokenRequest, signal: AbortSignal): Promise<string | undefined> {
    const { challenge, credentials, from, repository, keeper } = request;
    if (challenge.kind === 'basic') {
      if (credentials?.kind !== 'password') return undefined;
      if (!isConfidential(from)) throw unsafe(from);
      return this.#keep(keyOf(from, repository, keeper), basic(credentials), 3600);
    }
    const realm = this.#realmOf(challenge.realm, request);
    const scope = challenge.scope ?? `repository:${repository}:pull`;
    const answer = await this.#parts.send(tokenRequest(realm, challenge.service, scope, credentials), signal);
    if (answer.status === 429) throw new RegistryProblem('rate-limited', `${realm.host} asks to wait`, null);
    if (answer.status !== 200) {
      const problem = answer.status === 401 || answer.status === 403 ? 'unauthorized' : 'bad-answer';
      throw new RegistryProblem(problem, `${realm.host} gave no token (${answer.status})`);
    }
    const document = parseDocument(answer.bytes);
    const token = stringAt(document, 'token') ?? stringAt(document, 'access_token');
    if (token === undefined || !/^[\x21-\x7e]{1,65536}$/.test(token))
      throw new RegistryProblem('bad-answer', `${realm.host} gave no token`);
    const lasts = valueAt(document, 'expires_in');
    // The protocol says 60 when nothing is said; a tenth is kept in hand.
    const seconds = typeof lasts === 'number' && lasts > 0 ? Math.min(lasts, 3600) : 60;
    return this.#keep(keyOf(from, repository, keeper), `Bearer ${token}`, seconds * 0.9);
  }

  #realmOf(realm: string, { from, credentials }: TokenRequest): URL {
    if (!URL.canParse(realm)) throw new RegistryProblem('bad-answer', `${from.host} names a realm that is no URL`);
    const url = new URL(realm);
    if (!this.#parts.policy.mayFollow(url, from))
      throw new RegistryProblem('not-allowed', `${from.host} names a realm that may not be asked`);
    if (credentials !== undefined && !isConfidential(url)) throw unsafe(url);
    return url;
  }

  #keep(key: string, header: string, seconds: number): string {
    this.#kept.delete(key);
    this.#kept.set(key, { header, until: this.#parts.now() + seconds * 1000 });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostTokens && oldest !== undefined) this.#kept.delete(oldest);
    return header;
  }
}

function keyOf(from: URL, repository: string, keeper: string): string {
  return `${from.origin} ${repository} ${keeper}`;
}

function tokenRequest(
  realm: URL,
  service: string | null,
  scope: string,
  credentials: RegistryCredentials | undefined,
): RegistryRequest {
  const parameters = new URLSearchParams({ ...(service === null ? {} : { service }), scope });
  const accept = { accept: 'application/json' };
  if (credentials?.kind === 'identity') {
    parameters.set('grant_type', 'refresh_token');
    parameters.set('refresh_token', credentials.token);
    parameters.set('client_id', 'mooring');
    const headers = { ...accept, 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm, headers, body: parameters.toString(), mostBytes };
  }
  const url = new URL(realm);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  const headers = credentials === undefined ? accept : { ...accept, authorization: basic(credentials) };
  return { method: 'GET', url, headers, mostBytes };
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function unsafe({ host }: URL): RegistryProblem {
  return new RegistryProblem('not-allowed', `credentials are not sent to ${host} without TLS`);
}
