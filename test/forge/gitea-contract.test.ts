import { afterAll, beforeAll } from 'vitest';
import { type Gitea, startGitea } from '../../tools/gitea/start-gitea.ts';
import { forgeContract } from './contract.ts';
import { type GiteaUsers, makeUsers, openGiteaWorld } from './gitea-world.ts';

let gitea: Gitea | undefined;
let users: GiteaUsers | undefined;

beforeAll(async () => {
  gitea = await startGitea();
  users = await makeUsers(gitea);
}, 900_000);

afterAll(async () => {
  await gitea?.[Symbol.asyncDispose]();
});

forgeContract({
  name: 'a real Gitea',
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
  // The server of the tests gives 20 at most, whatever is asked for.
  many: 45,
  open: async () => {
    if (gitea === undefined || users === undefined) throw new Error('Gitea was not started');
    return await openGiteaWorld(gitea, users);
  },
});
