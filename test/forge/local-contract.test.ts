import { forgeContract } from './contract.ts';
import type { ForgeWorld } from './forge-world.ts';
import { createLocalForge } from '../../src/forge/local-forge.ts';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import { makeGitWorld } from './git-world.ts';
import { identity, text } from './propose-world.ts';

forgeContract({
  name: 'local',
  ways: ['merge', 'squash', 'rebase'],
  has: { person: new Set(), stranger: false, faults: false },
  reviewer: null,
  many: 104,
  open: () => Promise.resolve(openLocal()),
});

function openLocal(): ForgeWorld {
  const world = makeGitWorld({ 'web.yaml': text });
  const { place } = world;
  let now = Date.parse('2026-01-02T04:00:00Z');
  const clock = (): Date => new Date((now += 1_000));
  const repository = createRepairWriter({ place, baseBranch: 'main', identity });
  const git = (...args: readonly string[]): Promise<string> => Promise.resolve(world.git(...args));
  return {
    forge: () => ({ pullRequests: createLocalForge({ place, clock }), conversation: null, dashboard: null }),
    repository,
    publishAll: (commit, branches) => {
      for (const branch of branches) world.git('update-ref', `refs/heads/${branch}`, commit);
      return Promise.resolve();
    },
    token: null,
    person: {
      async push(branch, files) {
        await git('checkout', '--quiet', branch);
        const commit = world.commit(files, 'by hand');
        await git('checkout', '--quiet', 'main');
        return commit;
      },
      async merge(branch, way) {
        if (way === 'merge') await git('merge', '--quiet', '--no-ff', '--no-edit', branch);
        else if (way === 'squash') {
          await git('merge', '--quiet', '--squash', branch);
          await git('commit', '--quiet', '--message', 'squashed');
          await git('branch', '--quiet', '-D', branch);
        } else {
          world.commit({ 'other.yaml': 'a: 1\n' }, 'base moves');
          await git('cherry-pick', branch);
          await git('branch', '--quiet', '-D', branch);
        }
      },
      close: async (branch) => void (await git('branch', '--quiet', '-D', branch)),
      deleteBranch: async (branch) => void (await git('branch', '--quiet', '-D', branch)),
    },
    stranger: null,
    faults: null,
    [Symbol.asyncDispose]: () => Promise.resolve(world[Symbol.dispose]()),
  };
}
