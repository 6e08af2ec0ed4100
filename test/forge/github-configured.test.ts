import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createForgeFinder } from '../../src/app-forges.ts';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import { runGitFor } from './git-world.ts';
import { pushBranch, signal } from './forge-world.ts';
import { openGitHubWorld } from './github-world.ts';

it('GitHub of the configuration gets branch and pull request with the token of the file', {
  timeout: 120_000,
}, async () => {
  await using world = await openGitHubWorld();
  const { root, origin, caFile } = world.host;
  const tokenFile = join(root, 'token');
  writeFileSync(tokenFile, `${world.token}\n`);
  const manners = { signOff: false, labels: true, reviewers: true, drafts: 'never', dashboard: false } as const;
  const identity = { commitName: 'Mooring', commitEmail: 'mooring@example.dev' };
  const forge = { type: 'github', url: origin, tokenFile, caFile, ...identity, ...manners } as const;
  const url = `${origin}/shop/web.git`;
  const found = createForgeFinder({ forges: [forge], env: {}, clock: () => new Date() })(url);
  if (found === undefined) throw new Error('it is configured');
  const gitDirectory = join(root, 'configured.git');
  execFileSync('git', ['init', '--quiet', '--bare', gitDirectory]);
  const place = { git: runGitFor(root), gitDirectory, remote: await found.remote(url) };
  const repository = createRepairWriter({ place, baseBranch: 'main', identity: found.identity });
  const { pullRequests } = await found.open(place, repository);
  const asked = await pushBranch({ ...world, repository }, 'web');
  const opened = await pullRequests.open({ ...asked, labels: ['mooring'] }, signal);
  expect(opened).toMatchObject({ state: 'open', commit: asked.commit, labels: ['mooring'] });
  await pullRequests.close(asked.branch, 'gone', signal);
  expect(await repository.branchHead(asked.branch, signal)).toBeUndefined();
});
