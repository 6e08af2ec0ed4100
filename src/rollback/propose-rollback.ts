import { createHash } from 'node:crypto';
import { AppError } from '../errors/app-error.ts';
import { defaultLimits, guardProposal, type Limits, type Mute } from './guard-rails.ts';
import { type Manners, plainManners } from './manners.ts';
import { ownerFiles, ownersOf, parseOwners } from './owners.ts';
import type { Conversation } from './conversation.ts';
import type { ProposalLog } from './proposal-log.ts';
import type { NewPullRequest, PullRequest, PullRequests } from './pull-requests.ts';
import type { PlannedRepair, RepairPlan } from './repair-plan.ts';
import { closePointless, supersededProposals } from './settle-proposals.ts';
import type { BranchHead, RepairRepository } from './repair-repository.ts';
import { isCurrent, requestFor } from './request-for.ts';

export interface ProposeDependencies {
  readonly repository: RepairRepository;
  readonly pullRequests: PullRequests;
  /** Null or absent on a forge without comments. */
  readonly conversation?: Conversation | null;
  readonly log: ProposalLog | null;
  /** Name of the branch that repairs go into. */
  readonly baseBranch: string;
  readonly limits?: Limits;
  readonly mutes?: readonly Mute[];
  readonly manners?: Manners;
  readonly clock: () => Date;
}

export interface ProposeOptions {
  /** A person asked for this one. */
  readonly asked: boolean;
  readonly paths: readonly string[];
}

export type ProposalOutcome =
  | { readonly kind: 'opened' | 'updated' | 'already-open'; readonly pullRequest: PullRequest; readonly commit: string }
  | { readonly kind: 'merged'; readonly pullRequest: PullRequest }
  | { readonly kind: 'held'; readonly code: string; readonly why: string }
  /** The base has moved under the plan, or somebody wrote the branch: plan again, nothing was done. */
  | { readonly kind: 'stale'; readonly why: string };

/**
 * Carries a plan out: commit, branch, pull request, record; then closes what it replaces. Every step may be the last one before a crash: running it again picks up
 * what is there and ends with exactly one proposal. Never writes a branch that a person has written to.
 */
export async function proposeRollback(
  planned: PlannedRepair,
  dependencies: ProposeDependencies,
  options: ProposeOptions,
  signal: AbortSignal,
): Promise<ProposalOutcome> {
  const { plan } = planned;
  const { repository, pullRequests, log, clock } = dependencies;
  const proposals = await pullRequests.list(signal);
  const known = proposals.find(({ branch }) => branch === plan.branch);
  if (known?.state === 'merged') return { kind: 'merged', pullRequest: known };
  const decision = guardProposal({
    plan,
    proposals,
    limits: dependencies.limits ?? defaultLimits,
    mutes: dependencies.mutes ?? [],
    paths: options.paths,
    now: clock(),
    asked: options.asked,
  });
  if (decision.kind === 'held') return decision;
  const branch = await ensureBranch(planned, repository, signal);
  if (branch.kind !== 'ready') return branch;
  const manners = dependencies.manners ?? plainManners;
  const place = {
    base: dependencies.baseBranch,
    commit: branch.commit,
    traits: pullRequests.traits,
    manners,
    reviewers: manners.reviewers ? await reviewersOf(planned, dependencies, signal) : [],
  };
  const request = requestFor(plan, place, sha256);
  const outcome = await ensurePullRequest(request, known, pullRequests, signal);
  await log?.record(recordOf(plan, branch.commit, outcome.pullRequest, clock()), signal);
  await closePointless(supersededProposals(proposals, plan.object, plan.branch), dependencies, signal);
  return { ...outcome, commit: branch.commit };
}

type BranchReady =
  | { readonly kind: 'ready'; readonly commit: string }
  | Extract<ProposalOutcome, { kind: 'held' | 'stale' }>;

async function ensureBranch(
  planned: PlannedRepair,
  repository: RepairRepository,
  signal: AbortSignal,
): Promise<BranchReady> {
  const { plan, files, commitMessage } = planned;
  const parent = await repository.baseCommit(signal);
  const head = await repository.branchHead(plan.branch, signal);
  if (head?.foreign === true)
    return { kind: 'held', code: 'edited-by-person', why: `${plan.branch} holds commits that are not Mooring's` };
  if (head !== undefined && (await carries(head, planned, repository, signal)))
    return { kind: 'ready', commit: head.commit };
  if (!(await isAsPlanned(parent, planned, repository, signal))) {
    return { kind: 'stale', why: `the files are no longer what they were at ${plan.base ?? 'planning'}` };
  }
  const commit = await repository.writeCommit({ parent, files, message: commitMessage }, signal);
  if (head?.commit === commit) return { kind: 'ready', commit };
  const published = await repository.publish(plan.branch, commit, head?.commit ?? null, signal);
  if (published === 'published') return { kind: 'ready', commit };
  const winner = await repository.branchHead(plan.branch, signal);
  return winner?.commit === commit
    ? { kind: 'ready', commit }
    : { kind: 'stale', why: `somebody else wrote ${plan.branch} at the same time` };
}

/** Whether the branch holds this very change already, on a base on which it still applies: then it is left alone. */
async function carries(
  head: BranchHead,
  planned: PlannedRepair,
  repository: RepairRepository,
  signal: AbortSignal,
): Promise<boolean> {
  const names = planned.files.map(({ file }) => file);
  const proposed = await repository.readFiles(head.commit, names, signal);
  const forked = await repository.readFiles(head.fork, names, signal);
  return planned.files.every(
    ({ file, before, after }) => (proposed.get(file) ?? null) === after && (forked.get(file) ?? null) === before,
  );
}

async function isAsPlanned(
  commit: string,
  planned: PlannedRepair,
  repository: RepairRepository,
  signal: AbortSignal,
): Promise<boolean> {
  const present = await repository.readFiles(
    commit,
    planned.files.map(({ file }) => file),
    signal,
  );
  return planned.files.every(({ file, before }) => (present.get(file) ?? null) === before);
}

async function ensurePullRequest(
  request: NewPullRequest,
  known: PullRequest | undefined,
  pullRequests: PullRequests,
  signal: AbortSignal,
): Promise<{ kind: 'opened' | 'updated' | 'already-open'; pullRequest: PullRequest }> {
  if (known?.state !== 'open') return { kind: 'opened', pullRequest: await pullRequests.open(request, signal) };
  if (isCurrent(known, request)) return { kind: 'already-open', pullRequest: known };
  return { kind: 'updated', pullRequest: await pullRequests.update(kept(request, known), signal) };
}

/** By the CODEOWNERS of the base, which a proposal cannot change. At most ten: more would be nobody. */
async function reviewersOf(
  { files }: PlannedRepair,
  { repository, pullRequests: { traits } }: ProposeDependencies,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (traits.owners === null || !traits.reviewers) return [];
  const places = ownerFiles[traits.owners];
  const texts = await repository.readFiles(await repository.baseCommit(signal), places, signal);
  const text = places.map((place) => texts.get(place)).find((each) => each !== undefined);
  if (text === undefined) return [];
  const changed = files.map(({ file }) => file);
  return ownersOf(changed, parseOwners(text, traits.owners)).slice(0, 10);
}

/** What a person called ready is not made a draft again. */
function kept(request: NewPullRequest, known: PullRequest): NewPullRequest {
  return { ...request, draft: request.draft && known.draft };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function recordOf(
  plan: RepairPlan,
  commit: string,
  pullRequest: PullRequest,
  now: Date,
): Parameters<ProposalLog['record']>[0] {
  const { branch, fingerprint, object, repair, title } = plan;
  return {
    branch,
    fingerprint,
    object,
    repair,
    commit,
    state: pullRequest.state,
    link: pullRequest.link,
    title,
    at: now.toISOString(),
  };
}

/** The outcome as an error, for callers that asked for exactly one proposal. */
export function proposalRefused(outcome: Extract<ProposalOutcome, { kind: 'held' | 'stale' }>): AppError {
  const held = outcome.kind === 'held';
  return new AppError({
    code: held ? 'proposal-refused' : 'proposal-failed',
    what: 'no proposal was opened',
    why: outcome.why,
    remedy: held ? 'Settle the reason, or carry the change out by hand' : 'Plan again',
    retryable: !held,
  });
}
