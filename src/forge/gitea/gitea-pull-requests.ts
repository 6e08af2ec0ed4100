import { AppError } from '../../errors/app-error.ts';
import type { ForgeTraits, NewPullRequest, PullRequest, PullRequests } from '../../rollback/pull-requests.ts';
import { callRepository, everyPage, type GiteaRepository } from './gitea-api.ts';
import { sayOnce } from './gitea-conversation.ts';
import { labelIds } from './gitea-labels.ts';
import { askReviewers, closedBy, knownReviewers } from './gitea-reviewers.ts';
import { closedBody, draftPrefix, readPullRequest, type SeenPullRequest } from './read-pull-request.ts';

export const giteaTraits: ForgeTraits = {
  name: 'gitea',
  bodyLimit: 1_000_000,
  drafts: 'title-prefix',
  labels: true,
  reviewers: true,
  // Its CODEOWNERS holds regular expressions; it asks the owners itself when a pull request is opened or no draft any more.
  owners: null,
  markdown: 'html-comments',
};

/** Removes a branch of Mooring, unless a person wrote to it. */
export type RemoveBranch = (branch: string, signal: AbortSignal) => Promise<void>;

/** Only what the account of the token opened from a branch of the repository itself counts as Mooring's. */
export function giteaPullRequests(repository: GiteaRepository, removeBranch: RemoveBranch): PullRequests {
  return {
    traits: giteaTraits,
    find: (branch, signal) => find(repository, branch, signal),
    list: async (signal) => (await listOwn(repository, 'all', signal)).map(shown),
    open: (request, signal) => open(repository, request, signal),
    update: (request, signal) => update(repository, request, signal),
    close: async (branch, reason, signal) => {
      const seen = await newest(repository, branch, signal);
      if (seen === undefined || seen.state === 'merged') return;
      if (seen.state === 'open') await close(repository, seen, reason, signal);
      else if (!seen.closedByMooring) return;
      await removeBranch(branch, signal);
    },
  };
}

function shown({ number: _number, closedByMooring: _closedByMooring, ...pullRequest }: SeenPullRequest): PullRequest {
  return pullRequest;
}

/** Newest first. */
async function listOwn(
  repository: GiteaRepository,
  state: 'open' | 'all',
  signal: AbortSignal,
): Promise<readonly SeenPullRequest[]> {
  const account = await repository.account(signal);
  const items = await everyPage(repository, 'pulls', { state, poster: account, sort: 'newest' }, signal);
  const seen = new Map<number, SeenPullRequest>();
  for (const item of items) {
    const pullRequest = readPullRequest(item);
    if (pullRequest !== undefined) seen.set(pullRequest.number, pullRequest);
  }
  return [...seen.values()].sort((a, b) => b.number - a.number);
}

async function newest(
  repository: GiteaRepository,
  branch: string,
  signal: AbortSignal,
): Promise<SeenPullRequest | undefined> {
  return (await listOwn(repository, 'all', signal)).find((each) => each.branch === branch);
}

async function find(
  repository: GiteaRepository,
  branch: string,
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const seen = await newest(repository, branch, signal);
  if (seen === undefined) return undefined;
  if (seen.state !== 'closed' || !seen.closedByMooring) return shown(seen);
  const person = (await closedBy(repository, seen.number, signal)) !== (await repository.account(signal));
  return { ...shown(seen), closedByPerson: person };
}

/** Asks first and looks when there is one already: to look first would list all that are open, each time. */
async function open(repository: GiteaRepository, request: NewPullRequest, signal: AbortSignal): Promise<PullRequest> {
  const openNow = async (): Promise<PullRequest | undefined> => {
    const known = (await listOwn(repository, 'open', signal)).find(({ branch }) => branch === request.branch);
    return known === undefined ? undefined : shown(known);
  };
  const { branch: head, base, body, labels, reviewers, draft } = request;
  const asked = draft ? {} : await knownReviewers(repository, reviewers, signal);
  const content = {
    head,
    base,
    title: titleOf(request),
    body,
    labels: await labelIds(repository, labels, signal),
    ...asked,
  };
  try {
    const call = { method: 'POST', path: 'pulls', body: content, accept: [409] } as const;
    const { status, value } = await callRepository(repository, call, signal);
    const made = status === 409 ? undefined : readPullRequest(value);
    if (made !== undefined) return shown(made);
  } catch (error) {
    // The call may have taken effect though its answer was lost.
    const made = await openNow().catch(() => undefined);
    if (made !== undefined) return made;
    throw error;
  }
  const winner = await openNow();
  if (winner !== undefined) return winner;
  throw new AppError({
    code: 'proposal-failed',
    what: `cannot open a pull request for ${head}`,
    why: 'Gitea says that there is one and does not show it yet',
    remedy: 'Nothing; it is tried again with the next round',
    retryable: true,
  });
}

async function update(repository: GiteaRepository, request: NewPullRequest, signal: AbortSignal): Promise<PullRequest> {
  const known = (await listOwn(repository, 'open', signal)).find(({ branch }) => branch === request.branch);
  if (known === undefined) return await open(repository, request, signal);
  const people = known.labels.filter((label) => !label.startsWith('mooring'));
  const labels = await labelIds(repository, [...people, ...request.labels], signal);
  const body = { title: titleOf(request), body: request.body, labels };
  const call = { method: 'PATCH', path: `pulls/${known.number}`, body } as const;
  const { value } = await callRepository(repository, call, signal);
  // A draft asked nobody.
  if (known.draft && !request.draft) await askReviewers(repository, known.number, request.reviewers, signal);
  const updated = readPullRequest(value);
  if (updated !== undefined) return shown(updated);
  return {
    ...shown(known),
    title: request.title,
    body: request.body,
    draft: request.draft,
    labels: [...people, ...request.labels],
  };
}

async function close(
  repository: GiteaRepository,
  { number, body }: SeenPullRequest,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  await sayOnce(repository, { number, topic: 'closed', text: `Closed by Mooring: ${reason}.` }, signal);
  const change = { state: 'closed', body: closedBody(body) };
  await callRepository(repository, { method: 'PATCH', path: `pulls/${number}`, body: change }, signal);
}

function titleOf({ title, draft }: NewPullRequest): string {
  return (draft ? `${draftPrefix}${title}` : title).slice(0, 255);
}
