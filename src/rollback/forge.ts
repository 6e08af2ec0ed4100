import type { Conversation } from './conversation.ts';
import type { Dashboard } from './dashboard.ts';
import type { PullRequests } from './pull-requests.ts';

/** One repository on a forge: its pull requests, and where the forge has them its comments and issues. */
export interface Forge {
  readonly pullRequests: PullRequests;
  readonly conversation: Conversation | null;
  readonly dashboard: Dashboard | null;
}
