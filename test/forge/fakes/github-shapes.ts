import type { JsonValue } from '../../../src/resource/json.ts';
import type { FakeAnswer, FakeCall } from './fake-host.ts';
import type { FakeComment, FakeIssue, FakePull } from './fake-repository.ts';

/** How GitHub's REST API shows what a fake repository holds; members that only have to be there are filled in from the description. */
export function pullShape(pull: FakePull): JsonValue {
  return {
    node_id: nodeOf(pull),
    number: pull.number,
    state: pull.state === 'open' ? 'open' : 'closed',
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    user: { login: pull.author },
    head: { ref: pull.branch, sha: pull.head },
    base: { ref: pull.base },
    html_url: `https://forge.test/shop/web/pull/${pull.number}`,
    created_at: pull.openedAt,
    updated_at: pull.updatedAt,
    labels: pull.labels.map((name) => ({ name })),
  };
}

export function issueShape(issue: FakeIssue | FakePull): JsonValue {
  const isPull = 'branch' in issue;
  const open = isPull ? issue.state === 'open' : issue.open;
  return {
    node_id: nodeOf(issue),
    number: issue.number,
    state: open ? 'open' : 'closed',
    title: issue.title,
    body: issue.body,
    user: { login: issue.author },
    html_url: `https://forge.test/shop/web/issues/${issue.number}`,
    created_at: issue.openedAt,
    updated_at: issue.updatedAt,
    ...(isPull ? { pull_request: { url: null, html_url: null, diff_url: null, patch_url: null } } : {}),
  };
}

export function commentShape({ id, author, body, at, updatedAt }: FakeComment): JsonValue {
  return { id, user: { login: author }, body, created_at: at, updated_at: updatedAt };
}

/** The id by which GraphQL knows it. */
export function nodeOf(it: FakeIssue | FakePull): string {
  return `${'branch' in it ? 'PR' : 'I'}_fake${it.number}`;
}

/** At most a hundred, and the header that names the next page. */
export function pageOf(items: readonly JsonValue[], { query }: FakeCall): FakeAnswer {
  const size = Math.min(100, Number(query.get('per_page') ?? 30));
  const page = Number(query.get('page') ?? 1);
  const isLast = page * size >= items.length;
  const link = `<https://forge.test/?page=${page + 1}>; rel="next", <https://forge.test/?page=9>; rel="last"`;
  return { status: 200, body: items.slice((page - 1) * size, page * size), headers: isLast ? {} : { link } };
}
