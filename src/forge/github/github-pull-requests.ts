import { AppError } from '../../errors/app-error.ts';
import { stringAt, valueAt } from '../../resource/json.ts';
import type { ForgeTraits, NewPullRequest, PullRequest, PullRequests } from '../../rollback/pull-requests.ts';
import { askGraphql, callRepository, everyPage, type GitHubRepository } from './github-api.ts';
import { sayOnce } from './github-conversation.ts';
import { askReviewers } from './github-reviewers.ts';
import { setLabels } from './github-labels.ts';
import { readPullRequests, type SeenPullRequest, unfinishedMark } from './read-pull-request.ts';

/** GitHub takes 65,536 characters; the rest is room for marks and for characters that it counts twice. */
export const githubTraits: ForgeTraits = {
  name: 'github',
  bodyLimit: 58_000,
  drafts: 'yes',
  labels: true,
  reviewers: true,
  owners: 'github',
  markdown: 'html-comments',
};

/** Removes a branch of Mooring, unless a person wrote to it. */
export type RemoveBranch = (branch: string, signal: AbortSignal) => Promise<void>;

/** Only what the account of the token opened from a branch of the repository itself counts as Mooring's. */
export function githubPullRequests(repository: GitHubRepository, removeBranch: RemoveBranch): PullRequests {
  return {
    traits: githubTraits,
    find: async (branch, signal) => shownIfAny(await newest(repository, branch, 'all', signal)),
    list: (signal) => list(repository, signal),
    open: (request, signal) => open(repository, request, signal),
    update: (request, signal) => update(repository, request, signal),
    close: async (branch, reason, signal) => {
      const seen = await newest(repository, branch, 'all', signal);
      if (seen === undefined || seen.state === 'merged') return;
      if (seen.state === 'open') await close(repository, seen.number, reason, signal);
      else if (!seen.closedByMooring) return;
      await removeBranch(branch, signal);
    },
  };
}

function shown({ number: _n, node: _i, closedByMooring: _c, unfinished: _u, ...seen }: SeenPullRequest): PullRequest {
  return seen;
}

function shownIfAny(seen: SeenPullRequest | undefined): PullRequest | undefined {
  return seen === undefined ? undefined : shown(seen);
}

/** The list of pull requests cannot be asked for one author, that of issues can, and holds pull requests too: the work is proportional to what Mooring opened. */
async function list(repository: GitHubRepository, signal: AbortSignal): Promise<readonly PullRequest[]> {
  const creator = await repository.account(signal);
  const query = { creator, state: 'all', sort: 'created', direction: 'desc' };
  const items = await everyPage(repository, 'issues', query, signal);
  const ids = items.flatMap((item) =>
    valueAt(item, 'pull_request') === undefined ? [] : (stringAt(item, 'node_id') ?? []),
  );
  const seen = await readPullRequests(repository, [...new Set(ids)], signal);
  return seen.toSorted((a, b) => b.number - a.number).map(shown);
}

async function newest(
  repository: GitHubRepository,
  branch: string,
  state: 'open' | 'all',
  signal: AbortSignal,
): Promise<SeenPullRequest | undefined> {
  const query = { head: `${repository.owner}:${branch}`, state, sort: 'created', direction: 'desc' };
  const items = await everyPage(repository, 'pulls', query, signal);
  const ids = items.flatMap((item) => stringAt(item, 'node_id') ?? []);
  const seen = await readPullRequests(repository, ids, signal);
  return seen.filter((each) => each.branch === branch).toSorted((a, b) => b.number - a.number)[0];
}

/** Asks first and looks when it was refused: most that is to be opened is not there. */
async function open(repository: GitHubRepository, request: NewPullRequest, signal: AbortSignal): Promise<PullRequest> {
  const more = request.labels.length + request.reviewers.length > 0;
  const node = await post(repository, request, more, signal).catch(async (error: unknown) => {
    // There may be one already: from another process, or from a call whose answer was lost.
    const known = await newest(repository, request.branch, 'open', signal).catch(() => undefined);
    if (known !== undefined) return known;
    // Drafts are no part of every plan of GitHub.
    if (!request.draft || isRetryable(error)) throw error;
    return await post(repository, { ...request, draft: false }, more, signal);
  });
  if (typeof node !== 'string') return shown(node);
  const [made] = await readPullRequests(repository, [node], signal);
  if (made === undefined) throw notShown(request.branch);
  return more ? await finish(repository, made, request, signal) : shown(made);
}

async function post(
  repository: GitHubRepository,
  request: NewPullRequest,
  more: boolean,
  signal: AbortSignal,
): Promise<string> {
  const { branch: head, base, draft } = request;
  const body = more ? `${request.body.trimEnd()}${unfinishedMark}` : request.body;
  const call = { method: 'POST', path: 'pulls', body: { head, base, draft, title: titleOf(request), body } } as const;
  const { value } = await callRepository(repository, call, signal);
  const node = stringAt(value, 'node_id');
  if (node === undefined) throw notShown(head);
  return node;
}

async function update(
  repository: GitHubRepository,
  request: NewPullRequest,
  signal: AbortSignal,
): Promise<PullRequest> {
  const known = await newest(repository, request.branch, 'open', signal);
  return known === undefined
    ? await open(repository, request, signal)
    : await finish(repository, known, request, signal);
}

/** Labels, reviewers and draft first, the body with its seal last: whatever comes in between is done again. */
async function finish(
  repository: GitHubRepository,
  known: SeenPullRequest,
  request: NewPullRequest,
  signal: AbortSignal,
): Promise<PullRequest> {
  const { number, node, labels } = known;
  await setLabels(repository, { number, labels }, request.labels, signal);
  const isNew = known.unfinished || known.draft;
  if (isNew && !request.draft) await askReviewers(repository, number, request.reviewers, signal);
  if (known.draft !== request.draft && (known.draft || !known.unfinished))
    await setDraft(repository, node, request.draft, signal);
  const body = { title: titleOf(request), body: request.body };
  await callRepository(repository, { method: 'PATCH', path: `pulls/${number}`, body }, signal);
  const [now] = await readPullRequests(repository, [node], signal);
  if (now === undefined) throw notShown(request.branch);
  return shown(now);
}

/** REST has no way to do this. */
async function setDraft(
  repository: GitHubRepository,
  node: string,
  draft: boolean,
  signal: AbortSignal,
): Promise<void> {
  const mutation = draft ? 'convertPullRequestToDraft' : 'markPullRequestReadyForReview';
  const query = `mutation ($id: ID!) { ${mutation}(input: { pullRequestId: $id }) { clientMutationId } }`;
  await askGraphql(repository, { query, variables: { id: node } }, signal);
}

async function close(repository: GitHubRepository, number: number, reason: string, signal: AbortSignal): Promise<void> {
  await sayOnce(repository, { number, topic: 'closed', text: `Closed by Mooring: ${reason}.` }, signal);
  await callRepository(repository, { method: 'PATCH', path: `pulls/${number}`, body: { state: 'closed' } }, signal);
}

function titleOf({ title }: NewPullRequest): string {
  return title.slice(0, 256);
}

function isRetryable(error: unknown): boolean {
  return !(error instanceof AppError) || error.retryable;
}

function notShown(branch: string): AppError {
  return new AppError({
    code: 'proposal-failed',
    what: `cannot read the pull request for ${branch}`,
    why: 'GitHub took it and does not show it yet',
    remedy: 'Nothing; it is tried again with the next round',
    retryable: true,
  });
}
