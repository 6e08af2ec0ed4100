import type { Hash } from './fingerprint.ts';
import { isIncomplete, labelsOf, type Manners } from './manners.ts';
import type { ForgeTraits, NewPullRequest, PullRequest } from './pull-requests.ts';
import type { RepairPlan } from './repair-plan.ts';
import { fitBody } from './text/fit-body.ts';
import { parseMachineBlock, sealBody } from './text/machine-block.ts';

export interface RequestPlace {
  readonly base: string;
  readonly commit: string;
  readonly traits: ForgeTraits;
  readonly manners: Manners;
  /** Owners of the changed files. */
  readonly reviewers: readonly string[];
}

/** What is asked of the forge for a plan: a body that fits there, sealed with the digest of all that people see. */
export function requestFor(plan: RepairPlan, place: RequestPlace, hash: Hash): NewPullRequest {
  const { base, commit, traits, manners, reviewers } = place;
  const { branch, title } = plan;
  const text = fitBody(plan.body, traits.bodyLimit - sealLength);
  const seen = { title, labels: manners.labels ? labelsOf(plan) : [], draft: manners.drafts && isIncomplete(plan) };
  const body = sealBody(text, hash(JSON.stringify([seen, comparable(text)])).slice(0, 32));
  return { branch, base, commit, body, reviewers, ...seen };
}

/**
 * Whether the forge shows this already. A person may reword title and body, or take labels off: that stands until Mooring has something
 * else to say. A body without Mooring's seal is written again.
 */
export function isCurrent(known: PullRequest, request: NewPullRequest): boolean {
  if (known.commit !== request.commit) return false;
  const sealed = parseMachineBlock(known.body)?.digest ?? null;
  return sealed !== null && sealed === parseMachineBlock(request.body)?.digest;
}

/** `,"digest":"…"` in the block. */
const sealLength = 50;

/** The base moves all the time; a body that differs only in commit ids is not worth a notification. */
function comparable(body: string): string {
  return body.replaceAll(/\b[\da-f]{40,64}\b/g, '').trim();
}
