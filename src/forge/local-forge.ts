import { AppError } from '../errors/app-error.ts';
import type {
  ForgeTraits,
  NewPullRequest,
  PullRequest,
  PullRequests,
  PullRequestState,
} from '../rollback/pull-requests.ts';
import { type GitPlace, gitText, gitTextIfAny } from './git-call.ts';
import { deleteRef, listRefs, readRef, writeRef } from './git-refs.ts';
import { formatProposal, parseProposal, type StoredProposal } from './stored-proposal.ts';

export interface LocalForgeOptions {
  readonly place: GitPlace;
  readonly clock: () => Date;
}

const traits: ForgeTraits = {
  name: 'local',
  bodyLimit: 1_000_000,
  drafts: 'yes',
  labels: true,
  reviewers: false,
  owners: null,
  markdown: 'html-comments',
};

const prefix = 'refs/mooring/proposals/';

/**
 * Proposals for a repository without a forge. The change is an ordinary branch; title and body are a JSON blob that
 * `refs/mooring/proposals/<branch>` names. Git alone lists, shows and merges:
 * `git branch --list 'mooring/*'`, `git show mooring/adopt/…`, `git merge mooring/adopt/…`.
 * Merging makes it `merged`; deleting the branch without merging makes it `closed`.
 */
export function createLocalForge(options: LocalForgeOptions): PullRequests {
  return {
    traits,
    find: async (branch, signal) => {
      const stored = await readStored(options.place, branch, signal);
      return stored === undefined ? undefined : await present(options.place, branch, stored.proposal, signal);
    },
    list: (signal) => listProposals(options.place, signal),
    open: (request, signal) => open(options, request, signal),
    update: (request, signal) => update(options, request, signal),
    close: (branch, reason, signal) => close(options, branch, reason, signal),
  };
}

interface Stored {
  readonly blob: string;
  readonly proposal: StoredProposal;
}

async function readStored(place: GitPlace, branch: string, signal: AbortSignal): Promise<Stored | undefined> {
  const blob = await readRef(place, prefix + branch, signal);
  if (blob === undefined) return undefined;
  const proposal = parseProposal(await gitText(place, ['cat-file', 'blob', blob], signal));
  return proposal === undefined ? undefined : { blob, proposal };
}

async function listProposals(place: GitPlace, signal: AbortSignal): Promise<readonly PullRequest[]> {
  const refs = await listRefs(place, `${prefix}*`, signal);
  const found: PullRequest[] = [];
  for (const ref of refs.keys()) {
    const branch = ref.slice(prefix.length);
    const stored = await readStored(place, branch, signal);
    if (stored !== undefined) found.push(await present(place, branch, stored.proposal, signal));
  }
  return found.sort((a, b) =>
    a.openedAt < b.openedAt ? 1 : a.openedAt > b.openedAt ? -1 : a.branch < b.branch ? -1 : 1,
  );
}

async function open(options: LocalForgeOptions, request: NewPullRequest, signal: AbortSignal): Promise<PullRequest> {
  const { place, clock } = options;
  const stored = await readStored(place, request.branch, signal);
  if (stored !== undefined) {
    const known = await present(place, request.branch, stored.proposal, signal);
    if (known.state === 'open') return known;
  }
  const now = clock().toISOString();
  const fresh: StoredProposal = { ...contentOf(request), openedAt: now, updatedAt: now, closed: null };
  return await write(place, request.branch, fresh, stored?.blob ?? null, signal);
}

async function update(options: LocalForgeOptions, request: NewPullRequest, signal: AbortSignal): Promise<PullRequest> {
  const stored = await readStored(options.place, request.branch, signal);
  if (stored === undefined) return await open(options, request, signal);
  const content = contentOf(request);
  const people = stored.proposal.labels.filter((label) => !label.startsWith('mooring'));
  const labels = [...people, ...content.labels];
  const updatedAt = options.clock().toISOString();
  const next: StoredProposal = { ...stored.proposal, ...content, labels, updatedAt };
  return await write(options.place, request.branch, next, stored.blob, signal);
}

async function close(options: LocalForgeOptions, branch: string, reason: string, signal: AbortSignal): Promise<void> {
  const stored = await readStored(options.place, branch, signal);
  if (stored === undefined || stored.proposal.closed !== null) return;
  const at = options.clock().toISOString();
  await write(
    options.place,
    branch,
    { ...stored.proposal, updatedAt: at, closed: { at, reason } },
    stored.blob,
    signal,
  );
  await deleteRef(options.place, `refs/heads/${branch}`, stored.proposal.commit, signal);
}

type Content = Pick<StoredProposal, 'base' | 'commit' | 'title' | 'body' | 'labels' | 'draft'>;

function contentOf({ base, commit, title, body, labels, draft }: NewPullRequest): Content {
  return { base, commit, title, body, labels, draft };
}

/** Another process that was faster wins; its proposal is the answer. */
async function write(
  place: GitPlace,
  branch: string,
  proposal: StoredProposal,
  ...rest: [string | null, AbortSignal]
): Promise<PullRequest> {
  const [expected, signal] = rest;
  const blob = await gitText(place, ['hash-object', '-w', '--no-filters', '--stdin'], signal, formatProposal(proposal));
  const result = await writeRef(place, prefix + branch, { to: blob, expected }, signal);
  if (result === 'written') return await present(place, branch, proposal, signal);
  const winner = await readStored(place, branch, signal);
  if (winner !== undefined) return await present(place, branch, winner.proposal, signal);
  throw new AppError({
    code: 'proposal-failed',
    what: `cannot record the proposal ${branch}`,
    why: 'another process changes it at the same time',
    remedy: 'Try again',
    retryable: true,
  });
}

async function present(
  place: GitPlace,
  branch: string,
  proposal: StoredProposal,
  signal: AbortSignal,
): Promise<PullRequest> {
  const { closed, updatedAt, ...shown } = proposal;
  const state = await stateOf(place, branch, proposal, signal);
  return {
    ...shown,
    id: branch,
    branch,
    state,
    // Git alone tells that it was merged, not by which commit without walking the base.
    mergeCommit: null,
    closedByPerson: state === 'closed' && closed === null,
    // A branch that is back after Mooring removed it cannot be told from one that was not removed yet.
    reopened: false,
    updatedAt: updatedAt ?? shown.openedAt,
    link: `git show ${branch}`,
  };
}

async function stateOf(
  place: GitPlace,
  branch: string,
  proposal: StoredProposal,
  signal: AbortSignal,
): Promise<PullRequestState> {
  const base = await readRef(place, `refs/heads/${proposal.base}`, signal);
  const head = await readRef(place, `refs/heads/${branch}`, signal);
  if (base !== undefined && (await isAncestor(place, head ?? proposal.commit, base, signal))) return 'merged';
  if (head === undefined && base !== undefined && (await isSquashed(place, proposal.commit, base, signal)))
    return 'merged';
  return proposal.closed !== null || head === undefined ? 'closed' : 'open';
}

async function isAncestor(place: GitPlace, commit: string, of: string, signal: AbortSignal): Promise<boolean> {
  return (await gitTextIfAny(place, ['merge-base', '--is-ancestor', '--', commit, of], signal)) !== undefined;
}

/** Merged as another commit: every file the proposal touched is on the base as the proposal left it. */
async function isSquashed(place: GitPlace, commit: string, base: string, signal: AbortSignal): Promise<boolean> {
  const changed = await gitTextIfAny(place, ['diff-tree', '-r', '-z', '--no-commit-id', '--name-only', commit], signal);
  const files = changed?.split('\0').filter((file) => file !== '') ?? [];
  if (files.length === 0) return false;
  const args = ['--literal-pathspecs', 'diff-tree', '-r', '--quiet', commit, base, '--', ...files];
  return (await gitTextIfAny(place, args, signal)) !== undefined;
}
