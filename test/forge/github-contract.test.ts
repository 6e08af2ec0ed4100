import { forgeContract } from './contract.ts';
import { openGitHubWorld } from './github-world.ts';

forgeContract({
  name: 'a GitHub that keeps to its description',
  ways: ['merge', 'squash', 'rebase'],
  has: {
    person: new Set([
      'reopen',
      'edit',
      'label',
      'comment',
      'open',
      'reviewersOf',
      'issues',
      'closeIssue',
      'renameBase',
      'deleteRepository',
    ]),
    stranger: true,
    faults: true,
  },
  reviewer: 'pat',
  many: 104,
  open: () => openGitHubWorld(),
});
