/** `merged` and `closed` end a proposal. */
export type PullRequestState = 'open' | 'merged' | 'closed';

export interface PullRequest {
  /** How the forge calls it: a number, or the branch for a forge without numbers. */
  readonly id: string;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly state: PullRequestState;
  /** Closed without merging by somebody else than Mooring: it is not proposed again. */
  readonly closedByPerson: boolean;
  /** Head of the branch as the forge shows it, or as Mooring last recorded it. */
  readonly commit: string;
  /** RFC 3339. */
  readonly openedAt: string;
  /** Where a person looks at it: a URL, or a command. */
  readonly link: string;
}

export interface NewPullRequest {
  readonly branch: string;
  /** Name of the branch to merge into. */
  readonly base: string;
  readonly commit: string;
  readonly title: string;
  readonly body: string;
}

/**
 * A forge. Every method may be repeated: opening what is open answers with what is there, closing what is closed changes nothing.
 * Throws AppError `proposal-failed` when the forge refuses or does not answer.
 */
export interface PullRequests {
  /** The newest one of this branch in any state; undefined when there never was one. */
  find(branch: string, signal: AbortSignal): Promise<PullRequest | undefined>;
  /** All that Mooring ever opened here, newest first. */
  list(signal: AbortSignal): Promise<readonly PullRequest[]>;
  open(request: NewPullRequest, signal: AbortSignal): Promise<PullRequest>;
  update(request: NewPullRequest, signal: AbortSignal): Promise<PullRequest>;
  /** Closes without merging, leaves the reason where people see it, and removes the branch unless a person wrote to it. */
  close(branch: string, reason: string, signal: AbortSignal): Promise<void>;
}
