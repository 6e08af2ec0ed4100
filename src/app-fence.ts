import { AppError } from './errors/app-error.ts';
import type { ProposeDependencies } from './rollback/propose-rollback.ts';

/** Whether this replica may write at this very moment. Never throws. */
export type MayAct = () => Promise<boolean>;

/**
 * The same, but nothing is written unless this replica leads when it comes to it. What another replica wrote in between does no
 * harm either: branch and commit follow from the plan, and a branch is moved only from where it was seen.
 */
export function fence(dependencies: ProposeDependencies, mayAct: MayAct): ProposeDependencies {
  const { repository, pullRequests, conversation = null } = dependencies;
  const guarded = async <T>(write: () => Promise<T>): Promise<T> => {
    if (await mayAct()) return await write();
    throw notLeader();
  };
  return {
    ...dependencies,
    repository: {
      baseCommit: (signal) => repository.baseCommit(signal),
      readFiles: (commit, files, signal) => repository.readFiles(commit, files, signal),
      branchHead: (branch, signal) => repository.branchHead(branch, signal),
      // A commit that no branch points at is seen by nobody.
      writeCommit: (draft, signal) => repository.writeCommit(draft, signal),
      publish: (...change) => guarded(() => repository.publish(...change)),
    },
    pullRequests: {
      traits: pullRequests.traits,
      find: (branch, signal) => pullRequests.find(branch, signal),
      list: (signal) => pullRequests.list(signal),
      open: (request, signal) => guarded(() => pullRequests.open(request, signal)),
      update: (request, signal) => guarded(() => pullRequests.update(request, signal)),
      close: (branch, reason, signal) => guarded(() => pullRequests.close(branch, reason, signal)),
    },
    conversation: conversation && {
      list: (id, signal) => conversation.list(id, signal),
      say: (...words) => guarded(() => conversation.say(...words)),
    },
  };
}

function notLeader(): AppError {
  return new AppError({
    code: 'not-leader',
    what: 'cannot write to the repository',
    why: 'another replica leads, or this one cannot prove that it does',
    remedy: 'Nothing; the replica that leads does it',
    retryable: true,
  });
}
