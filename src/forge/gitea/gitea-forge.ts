import type { Forge } from '../../rollback/forge.ts';
import type { CallForge } from '../http/forge-call.ts';
import { accountOf } from './gitea-api.ts';
import { giteaConversation } from './gitea-conversation.ts';
import { giteaDashboard } from './gitea-dashboard.ts';
import { giteaPullRequests, type RemoveBranch } from './gitea-pull-requests.ts';

export interface GiteaForgeOptions {
  /** Calls below `…/api/v1/`, with `Authorization: token …`. */
  readonly call: CallForge;
  readonly owner: string;
  readonly name: string;
  readonly removeBranch: RemoveBranch;
}

/** Pull requests, comments and issues of one repository on Gitea 1.23 or newer, or on Forgejo, which speaks the same. */
export function createGiteaForge({ call, owner, name, removeBranch }: GiteaForgeOptions): Forge {
  const repository = { call, owner, name, account: accountOf(call) };
  return {
    pullRequests: giteaPullRequests(repository, removeBranch),
    conversation: giteaConversation(repository),
    dashboard: giteaDashboard(repository),
  };
}
