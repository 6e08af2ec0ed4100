import { AppError } from '../../errors/app-error.ts';
import { arrayAt, isJsonArray, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { CallForge, ForgeCall } from '../http/forge-call.ts';

/** A repository on GitHub or on a GitHub Enterprise Server. */
export interface GitHubRepository {
  /** Below `https://api.github.com/`, or `https://HOST/api/v3/`. */
  readonly rest: CallForge;
  /** Below `https://api.github.com/`, or `https://HOST/api/`; only `graphql` is called there. */
  readonly graphql: CallForge;
  readonly owner: string;
  readonly name: string;
  /** Login of the account that the token belongs to; that of an App ends in `[bot]`. */
  readonly account: (signal: AbortSignal) => Promise<string>;
}

const version = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** A part of a path; nothing in it can leave its place. */
export function part(text: string): string {
  const encoded = encodeURIComponent(text);
  return /^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

/** One REST call below the repository. */
export async function callRepository(
  { rest, owner, name }: GitHubRepository,
  call: ForgeCall,
  signal: AbortSignal,
): ReturnType<CallForge> {
  const path = `repos/${part(owner)}/${part(name)}/${call.path}`;
  return await rest({ ...call, path, headers: { ...version, ...call.headers } }, signal);
}

const mostPages = 200;

/** Every page of a list. The header `Link` names the next page as long as there is one. */
export async function everyPage(
  repository: GitHubRepository,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly JsonValue[]> {
  const items: JsonValue[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const paged = { ...query, per_page: '100', page: String(page) };
    const { value, header } = await callRepository(repository, { method: 'GET', path, query: paged }, signal);
    if (!isJsonArray(value)) throw unexpected(path);
    items.push(...value);
    if (!/;\s*rel="?next"?/.test(header('link') ?? '')) break;
  }
  return items;
}

/** The data of a GraphQL answer. What REST cannot do or shows one by one is asked for here. Throws AppError `proposal-failed` when the answer holds errors. */
export async function askGraphql(
  { graphql }: Pick<GitHubRepository, 'graphql'>,
  question: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
): Promise<JsonValue> {
  const { value } = await graphql({ method: 'POST', path: 'graphql', body: question }, signal);
  const errors = arrayAt(value, 'errors');
  // A node that is gone is null in the data and an error beside it.
  const serious = errors.filter((error) => stringAt(error, 'type') !== 'NOT_FOUND');
  const data = valueAt(value, 'data');
  if (serious.length === 0 && data !== undefined && data !== null) return data;
  throw unexpected('graphql', stringAt(serious[0], 'message'));
}

/** Login of the account behind a personal token, asked for once. */
export function accountOfToken(graphql: CallForge): GitHubRepository['account'] {
  let known: string | undefined;
  return async (signal) => {
    const question = { query: 'query { viewer { login } }', variables: {} };
    known ??= stringAt(await askGraphql({ graphql }, question, signal), 'viewer', 'login');
    if (known === undefined) throw unexpected('graphql');
    return known;
  };
}

function unexpected(path: string, said?: string): AppError {
  const words = said?.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 160);
  return new AppError({
    code: 'proposal-failed',
    what: `${path} failed at GitHub`,
    why: words ?? 'it answered with something else than was asked for',
    remedy: 'Check the token, its rights and the repository',
    retryable: true,
  });
}

export function numberAt(value: JsonValue | undefined, ...keys: readonly string[]): number | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'number' ? found : undefined;
}
