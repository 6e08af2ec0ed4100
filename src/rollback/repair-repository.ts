import type { FileChange } from './repair-plan.ts';

export interface CommitDraft {
  /** The commit to build on. */
  readonly parent: string;
  readonly files: readonly FileChange[];
  readonly message: string;
}

/** A branch as it is in the repository that people see. */
export interface BranchHead {
  readonly commit: string;
  /** Commit that the branch forked from its base. */
  readonly fork: string;
  /** Whether every commit since the fork is Mooring's own, author and committer. Anything that cannot be told counts as foreign. */
  readonly foreign: boolean;
}

/** `moved`: somebody else wrote the branch in between. */
export type PublishResult = 'published' | 'moved';

/** Writes commits without a checkout. Throws AppError `git-failed` or `git-refused`; `base-changed` is an outcome, not an error. */
export interface RepairRepository {
  /** Commit of the branch that repairs go into. */
  baseCommit(signal: AbortSignal): Promise<string>;
  /** Contents at a commit; files that do not exist are absent from the map. Throws when one is no plain text file. */
  readFiles(commit: string, files: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** The same draft always gives the same commit id; the commit is on no branch yet. */
  writeCommit(draft: CommitDraft, signal: AbortSignal): Promise<string>;
  branchHead(branch: string, signal: AbortSignal): Promise<BranchHead | undefined>;
  /** Points the branch at the commit only if it still is at `expected` (null: does not exist). */
  publish(branch: string, commit: string, expected: string | null, signal: AbortSignal): Promise<PublishResult>;
}
