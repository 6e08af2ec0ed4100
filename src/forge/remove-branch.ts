import type { RepairRepository } from '../rollback/repair-repository.ts';
import type { GitPlace } from './git-call.ts';
import { deleteRef } from './git-refs.ts';

/** Removes a branch that holds nothing but Mooring's commits, at exactly the commit that was looked at. */
export function createBranchRemover(
  place: GitPlace,
  repository: RepairRepository,
): (branch: string, signal: AbortSignal) => Promise<void> {
  return async (branch, signal) => {
    const head = await repository.branchHead(branch, signal);
    if (head === undefined || head.foreign) return;
    await deleteRef(place, `refs/heads/${branch}`, head.commit, signal);
  };
}
