import { Buffer } from 'node:buffer';
import { isJsonObject, type JsonValue, stringAt, valueAt } from '../../../src/resource/json.ts';
import { type ApiCheck, loadApi } from './api-check.ts';
import type { FakeAnswer, FakeCall, FakeDialect } from './fake-host.ts';
import type { FakePull, FakeRepository } from './fake-repository.ts';
import { answerGraphql } from './github-graphql.ts';
import { commentShape, issueShape, pageOf, pullShape } from './github-shapes.ts';

const api = loadApi('github.json');

export interface GitHubAccounts {
  /** Account of each token. An App's ends in `[bot]`. */
  readonly tokens: Map<string, string>;
  /** Answers calls of the App itself; undefined for what is none. */
  readonly app?: (call: FakeCall) => FakeAnswer | undefined;
}

/** GitHub Enterprise Server at `/api/v3` and `/api/graphql`. Requests and answers are checked against the description that GitHub publishes. */
export function githubDialect(accounts: GitHubAccounts): (violations: string[]) => FakeDialect {
  return (violations) => ({
    isWrite: (method, path, body) => (path === '/api/graphql' ? body.includes('"mutation') : method !== 'GET'),
    actorOf(headers, isGit) {
      const [scheme, word = ''] = headers.authorization?.split(' ') ?? [];
      if (!isGit) return accounts.tokens.get(word) ?? (word.split('.').length === 3 ? 'app' : undefined);
      const [user, token = ''] = Buffer.from(word, 'base64').toString('utf8').split(':');
      return scheme === 'Basic' && user === 'x-access-token' ? accounts.tokens.get(token) : undefined;
    },
    answer(repository, call) {
      if (call.path === '/api/graphql') return answerGraphql(repository, call);
      return checked(call, violations, (operation, seen) => {
        if (operation.includes('installation')) return accounts.app?.(seen) ?? notFound;
        return seen.actor === 'app'
          ? { status: 401, body: { message: 'A JSON web token could not be decoded' } }
          : route(repository, operation, seen);
      });
    },
  });
}

const notFound: FakeAnswer = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.forge.test' },
};

const notAllowed: FakeAnswer = {
  status: 403,
  body: { message: 'Resource not accessible by integration', documentation_url: 'https://docs.forge.test' },
};

function checked(
  call: FakeCall,
  violations: string[],
  answer: (operation: string, seen: FakeCall) => FakeAnswer,
): FakeAnswer {
  const seen = { ...call, path: call.path.replace('/api/v3', '') };
  const operation = api.operationOf(seen);
  if (operation === undefined) {
    violations.push(`${seen.method} ${seen.path} is not described`);
    return notFound;
  }
  const wrong = api.request(operation, seen);
  violations.push(...wrong.map((each) => `${operation}: ${each}`));
  const given = answer(operation, seen);
  const body = given.status < 300 ? filled(api, operation, given) : given.body;
  violations.push(...api.answer(operation, given.status, body).map((each) => `answer to ${operation}: ${each}`));
  return { ...given, body };
}

function filled(check: ApiCheck, operation: string, { status, body }: FakeAnswer): JsonValue {
  return status === 204 ? null : check.fill(operation, status, body);
}

function route(repository: FakeRepository, operation: string, call: FakeCall): FakeAnswer {
  if (repository.isGone || !call.path.startsWith('/repos/shop/web/')) return notFound;
  // A stranger may read, comment and open issues.
  const isOpenToAll = /^(GET|POST) .*\/(issues|comments)$/.test(operation);
  if (!isOpenToAll && !operation.startsWith('GET') && !repository.writers.has(call.actor)) return notAllowed;
  const [, , , , kind = '', id = '', more = ''] = call.path.split('/').map(decodeURIComponent);
  const pull = repository.pulls.find(({ number }) => String(number) === id);
  switch (kind) {
    case 'collaborators': {
      const permission = repository.writers.has(id) ? 'write' : 'read';
      return { status: 200, body: { permission, role_name: permission, user: null } };
    }
    case 'pulls':
      return routePulls(repository, call, pull, more);
    default:
      return routeIssue(repository, call, pull);
  }
}

function routeIssue(repository: FakeRepository, call: FakeCall, pull: FakePull | undefined): FakeAnswer {
  const [id = '', more = '', name = ''] = call.path.split('/').slice(5).map(decodeURIComponent);
  if (id === '') return routeIssues(repository, call);
  if (id === 'comments') return editComment(repository, more, call);
  if (more === 'comments') return routeComments(repository, call, pull);
  return more === 'labels' ? routeLabels(pull, call, name) : editIssue(repository, id, call);
}

function routePulls(repository: FakeRepository, call: FakeCall, pull: FakePull | undefined, more: string): FakeAnswer {
  const { body, actor, query, method } = call;
  if (more === 'requested_reviewers' && pull !== undefined) return askReviewers(repository, pull, body);
  if (pull !== undefined) {
    pull.title = stringAt(body, 'title') ?? pull.title;
    pull.body = stringAt(body, 'body') ?? pull.body;
    pull.updatedAt = repository.now();
    if (stringAt(body, 'state') === 'closed') repository.close(pull, actor);
    return { status: 200, body: pullShape(pull) };
  }
  if (method === 'GET') {
    const state = query.get('state') ?? 'open';
    const head = query.get('head');
    const found = repository.pulls.filter(
      (each) =>
        (state === 'all' || (state === 'open') === (each.state === 'open')) &&
        (head === null || head === `shop:${each.branch}`),
    );
    return pageOf(found.toReversed().map(pullShape), call);
  }
  const text = (key: string): string => stringAt(body, key) ?? '';
  if (text('title').length > 256 || text('body').length > 65_536)
    return refused('body is too long (maximum is 65536 characters)');
  const made = repository.open({
    branch: text('head'),
    base: text('base'),
    title: text('title'),
    body: text('body'),
    author: actor,
    draft: valueAt(body, 'draft') === true,
  });
  return made === undefined
    ? refused(`A pull request already exists for shop:${text('head')}.`)
    : { status: 201, body: pullShape(made) };
}

function refused(message: string): FakeAnswer {
  const errors = [{ resource: 'PullRequest', code: 'custom', message }];
  return { status: 422, body: { message: 'Validation Failed', errors, documentation_url: 'https://docs.forge.test' } };
}

function askReviewers(repository: FakeRepository, pull: FakePull, body: JsonValue | undefined): FakeAnswer {
  const asked = namesAt(body, 'reviewers');
  const isKnown = asked.every((name) => repository.writers.has(name) && name !== pull.author);
  if (!isKnown || namesAt(body, 'team_reviewers').length > 0)
    return refused('Reviews may only be requested from collaborators.');
  pull.reviewers = [...new Set([...pull.reviewers, ...asked])];
  return { status: 201, body: pullShape(pull) };
}

/** Pull requests are issues, too. */
function routeIssues(repository: FakeRepository, call: FakeCall): FakeAnswer {
  const { body, actor, query, method } = call;
  if (method === 'GET') {
    const all = [...repository.issues, ...repository.pulls].filter(({ author }) => author === query.get('creator'));
    const sorted = all.toSorted((a, b) =>
      query.get('direction') === 'asc' ? a.number - b.number : b.number - a.number,
    );
    return pageOf(sorted.map(issueShape), call);
  }
  const now = repository.now();
  const text = { title: stringAt(body, 'title') ?? '', body: stringAt(body, 'body') ?? '' };
  const issue = { ...text, number: repository.nextNumber(), author: actor, open: true, openedAt: now, updatedAt: now };
  repository.issues.push(issue);
  return { status: 201, body: issueShape(issue) };
}

function editIssue(repository: FakeRepository, id: string, { body }: FakeCall): FakeAnswer {
  const issue = repository.issues.find(({ number }) => String(number) === id);
  if (issue === undefined) return notFound;
  issue.title = stringAt(body, 'title') ?? issue.title;
  issue.body = stringAt(body, 'body') ?? issue.body;
  return { status: 200, body: issueShape(issue) };
}

function routeComments(repository: FakeRepository, call: FakeCall, pull: FakePull | undefined): FakeAnswer {
  if (pull === undefined) return notFound;
  if (call.method === 'GET') return pageOf(pull.comments.map(commentShape), call);
  const made = repository.comment(pull, call.actor, stringAt(call.body, 'body') ?? '');
  return { status: 201, body: commentShape(made) };
}

function editComment(repository: FakeRepository, id: string, { body, actor }: FakeCall): FakeAnswer {
  const comment = repository.pulls.flatMap(({ comments }) => comments).find((each) => String(each.id) === id);
  if (comment === undefined || comment.author !== actor) return notFound;
  comment.body = stringAt(body, 'body') ?? '';
  comment.updatedAt = repository.now();
  return { status: 200, body: commentShape(comment) };
}

function routeLabels(pull: FakePull | undefined, { method, body }: FakeCall, name: string): FakeAnswer {
  if (pull === undefined) return notFound;
  if (method === 'DELETE') {
    if (!pull.labels.includes(name)) return notFound;
    pull.labels = pull.labels.filter((label) => label !== name);
  } else pull.labels = [...new Set([...pull.labels, ...namesAt(body, 'labels')])];
  return { status: 200, body: pull.labels.map((label) => ({ name: label })) };
}

function namesAt(body: JsonValue | undefined, key: string): readonly string[] {
  const list = isJsonObject(body) ? body[key] : undefined;
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : [];
}
