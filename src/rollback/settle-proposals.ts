import type { Conversation } from './conversation.ts';
import { prose, visible } from './text/foreign-text.ts';
import { parseMachineBlock } from './text/machine-block.ts';
import type { PullRequest, PullRequests } from './pull-requests.ts';
import type { RepairRepository } from './repair-repository.ts';

export interface SettleDependencies {
  readonly repository: RepairRepository;
  readonly pullRequests: PullRequests;
  /** Where the forge has one, a pull request that is spared says why; once. */
  readonly conversation?: Conversation | null;
}

/** A proposal that lost its point, and why. */
export interface Pointless {
  readonly pullRequest: PullRequest;
  readonly reason: string;
}

/** Open proposals whose object is in sync again. `inSync` holds objects as `apps/Deployment/shop/web`. */
export function settledProposals(proposals: readonly PullRequest[], inSync: ReadonlySet<string>): readonly Pointless[] {
  const shown = new Set([...inSync].map(visible));
  return proposals.flatMap((pullRequest) => {
    const object = parseMachineBlock(pullRequest.body)?.object;
    const settled = pullRequest.state === 'open' && object !== undefined && shown.has(object);
    return settled ? [{ pullRequest, reason: 'the difference is gone: live and Git agree again' }] : [];
  });
}

/** Open proposals about the same object that a newer one replaces. */
export function supersededProposals(
  proposals: readonly PullRequest[],
  object: string,
  by: string,
): readonly Pointless[] {
  return proposals.flatMap((pullRequest) => {
    const same = pullRequest.state === 'open' && pullRequest.branch !== by;
    const replaced = same && parseMachineBlock(pullRequest.body)?.object === visible(object);
    return replaced ? [{ pullRequest, reason: `superseded by ${by}` }] : [];
  });
}

/** Closes proposals with their reason; those that a person has written to, or opened again, stay open. Answers with the branches closed. */
export async function closePointless(
  pointless: readonly Pointless[],
  dependencies: SettleDependencies,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const closed: string[] = [];
  for (const { pullRequest, reason } of pointless) {
    const head = await dependencies.repository.branchHead(pullRequest.branch, signal);
    const whose = pullRequest.reopened
      ? 'a person opened it again'
      : head?.foreign === true
        ? 'a person wrote to its branch'
        : null;
    if (whose !== null) {
      await dependencies.conversation?.say(pullRequest.id, 'spared', sparedText(reason, whose), signal);
      continue;
    }
    await dependencies.pullRequests.close(pullRequest.branch, reason, signal);
    closed.push(pullRequest.branch);
  }
  return closed;
}

function sparedText(reason: string, whose: string): string {
  return `This has lost its point: ${prose(reason)}. Mooring leaves it open because ${whose}. Close it when it is not needed.`;
}
