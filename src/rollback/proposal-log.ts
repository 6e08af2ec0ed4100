import type { Repair } from './repair-plan.ts';
import type { PullRequestState } from './pull-requests.ts';

/** What history keeps of a proposal. One record a branch; the newest state wins. */
export interface ProposalRecord {
  readonly branch: string;
  readonly fingerprint: string;
  readonly object: string;
  readonly repair: Repair;
  readonly commit: string;
  readonly state: PullRequestState;
  readonly link: string;
  readonly title: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Implemented by `history/`. Recording the same branch again replaces its record. */
export interface ProposalLog {
  record(record: ProposalRecord, signal: AbortSignal): Promise<void>;
}
