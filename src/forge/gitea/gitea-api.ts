import { arrayAt, isJsonArray, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { CallForge, ForgeCall } from '../http/forge-call.ts';

/** A repository on a Gitea or a Forgejo, which speaks the same. */
export interface GiteaRepository {
  readonly call: CallForge;
  readonly owner: string;
  readonly name: string;
  /** Login of the account that the token belongs to. */
  readonly account: (signal: AbortSignal) => Promise<string>;
}

/** A part of a path; nothing in it can leave its place. */
export function part(text: string): string {
  const encoded = encodeURIComponent(text);
  return /^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}

/** One call below the repository. */
export async function callRepository(
  repository: GiteaRepository,
  call: ForgeCall,
  signal: AbortSignal,
): ReturnType<CallForge> {
  const path = `repos/${part(repository.owner)}/${part(repository.name)}${call.path === '' ? '' : `/${call.path}`}`;
  return await repository.call({ ...call, path }, signal);
}

const pageSize = 50;
const mostPages = 2_000;

/** Every page of a list. A server may give fewer than asked for a page, so only an empty page or the total ends it. */
export async function everyPage(
  repository: GiteaRepository,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly JsonValue[]> {
  const items: JsonValue[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const paged = { ...query, page: String(page), limit: String(pageSize) };
    const { value, header } = await callRepository(repository, { method: 'GET', path, query: paged }, signal);
    if (!isJsonArray(value) || value.length === 0) break;
    items.push(...value);
    const total = Number(header('x-total-count') ?? Number.NaN);
    if (items.length >= total) break;
  }
  return items;
}

/** Login of the account behind the token, asked for once. */
export function accountOf(call: CallForge): GiteaRepository['account'] {
  let known: string | undefined;
  return async (signal) => {
    known ??= stringAt((await call({ method: 'GET', path: 'user' }, signal)).value, 'login') ?? '';
    return known;
  };
}

export function numberAt(value: JsonValue | undefined, ...keys: readonly string[]): number | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'number' ? found : undefined;
}

export function namesAt(value: JsonValue | undefined, list: string, key: string): readonly string[] {
  return arrayAt(value, list).flatMap((item) => stringAt(item, key) ?? []);
}
