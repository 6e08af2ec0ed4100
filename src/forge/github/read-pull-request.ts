import { arrayAt, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import type { PullRequest } from '../../rollback/pull-requests.ts';
import { askGraphql, type GitHubRepository, numberAt } from './github-api.ts';

/** A pull request with what only the adapter wants to know of it. */
export interface SeenPullRequest extends PullRequest {
  readonly number: number;
  readonly node: string;
  /** Mooring closed it at some time. */
  readonly closedByMooring: boolean;
  /** Opened by Mooring, which did not come to labels and reviewers yet. */
  readonly unfinished: boolean;
}

/** Stands in the body from the opening until labels and reviewers are there: they are calls of their own, and a crash may come in between. */
export const unfinishedMark = '\n<!-- mooring unfinished -->';

const query = `query ($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on PullRequest {
      id number title body state isDraft isCrossRepository headRefName headRefOid baseRefName createdAt updatedAt url
      author { login }
      mergeCommit { oid }
      labels(first: 100) { nodes { name } }
      timelineItems(last: 50, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent { actor { login } } } }
    }
  }
}`;
const batch = 100;

/** The pull requests of these node ids that Mooring opened from branches of the repository itself, in the same order. */
export async function readPullRequests(
  repository: GitHubRepository,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly SeenPullRequest[]> {
  const account = bare(await repository.account(signal));
  const seen: SeenPullRequest[] = [];
  for (let start = 0; start < ids.length; start += batch) {
    const variables = { ids: ids.slice(start, start + batch) };
    const data = await askGraphql(repository, { query, variables }, signal);
    seen.push(...arrayAt(data, 'nodes').flatMap((node) => readOne(node, account) ?? []));
  }
  return seen;
}

function readOne(node: JsonValue, account: string): SeenPullRequest | undefined {
  const number = numberAt(node, 'number');
  const openedAt = textAt(node, 'createdAt');
  const isOwn = bare(textAt(node, 'author', 'login')) === account && valueAt(node, 'isCrossRepository') === false;
  if (number === undefined || openedAt === '' || !isOwn) return undefined;
  return {
    ...readBody(textAt(node, 'body')),
    ...readLife(node, account),
    id: String(number),
    number,
    node: textAt(node, 'id'),
    branch: textAt(node, 'headRefName'),
    base: textAt(node, 'baseRefName'),
    title: textAt(node, 'title'),
    draft: valueAt(node, 'isDraft') === true,
    labels: arrayAt(node, 'labels', 'nodes').map((label) => textAt(label, 'name')),
    commit: textAt(node, 'headRefOid'),
    openedAt: new Date(openedAt).toISOString(),
    updatedAt: new Date(stringAt(node, 'updatedAt') ?? openedAt).toISOString(),
    link: textAt(node, 'url'),
  };
}

type Life = 'state' | 'closedByPerson' | 'reopened' | 'closedByMooring' | 'mergeCommit';

/** GitHub keeps who closed it, each time: nothing has to be remembered elsewhere. */
function readLife(node: JsonValue, account: string): Pick<SeenPullRequest, Life> {
  const closers = arrayAt(node, 'timelineItems', 'nodes').map((event) => bare(textAt(event, 'actor', 'login')));
  const closedByMooring = closers.includes(account);
  const none = { closedByPerson: false, reopened: false, mergeCommit: null, closedByMooring };
  switch (stringAt(node, 'state')) {
    case 'OPEN':
      return { ...none, state: 'open', reopened: closedByMooring };
    case 'MERGED':
      return { ...none, state: 'merged', mergeCommit: stringAt(node, 'mergeCommit', 'oid') ?? null };
    default:
      return { ...none, state: 'closed', closedByPerson: closers.at(-1) !== account };
  }
}

function textAt(node: JsonValue, ...keys: readonly string[]): string {
  return stringAt(node, ...keys) ?? '';
}

/** What is unfinished carries no seal, so that the next round takes it for outdated and finishes it. */
function readBody(text: string): { readonly body: string; readonly unfinished: boolean } {
  const body = text.replaceAll('\r\n', '\n');
  if (!body.endsWith(unfinishedMark)) return { body, unfinished: false };
  const without = body.slice(0, -unfinishedMark.length).replace(/,"digest":"[\da-f]+"(?=\} -->\s*$)/, '');
  return { body: without, unfinished: true };
}

/** REST ends the login of an App in `[bot]`, GraphQL does not. A person's login holds no brackets. */
export function bare(login: string): string {
  return login.replace(/\[bot\]$/, '');
}
