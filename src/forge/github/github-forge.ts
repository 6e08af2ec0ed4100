import type { Forge } from '../../rollback/forge.ts';
import type { GitHubRepository } from './github-api.ts';
import { githubConversation } from './github-conversation.ts';
import { githubDashboard } from './github-dashboard.ts';
import { githubPullRequests, type RemoveBranch } from './github-pull-requests.ts';

/**
 * Pull requests, comments and issues of one repository on GitHub or GitHub Enterprise Server. The token needs to write contents and pull
 * requests, and issues for the dashboard.
 */
export function createGitHubForge(repository: GitHubRepository, removeBranch: RemoveBranch): Forge {
  return {
    pullRequests: githubPullRequests(repository, removeBranch),
    conversation: githubConversation(repository),
    dashboard: githubDashboard(repository),
  };
}
