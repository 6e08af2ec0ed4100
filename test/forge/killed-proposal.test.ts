import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { GitPlace } from '../../src/forge/git-call.ts';
import { asRemote, type GitWorld, makeGitWorld } from './git-world.ts';
import { dependencies, planFor, signal, text } from './propose-world.ts';

const program = fileURLToPath(new URL('killed-proposal.ts', import.meta.url));

interface Ended {
  readonly killed: boolean;
  readonly output: string;
}

function proposeInAnotherProcess(world: GitWorld, place: GitPlace, killBefore: number): Ended {
  const args = [program, world.root, place.gitDirectory, place.remote?.url ?? '-', String(killBefore)];
  const ended = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { killed: ended.signal === 'SIGKILL', output: ended.stdout };
}

/** Everything that people could see of a proposal. */
function visible(world: GitWorld): string {
  return world.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/mooring', 'refs/mooring');
}

describe.each([
  ['in the repository itself', (world: GitWorld): GitPlace => world.place],
  ['through a remote', asRemote],
])('a proposal that is killed %s', (_where, placeOf) => {
  it('at any step and asked for again ends as exactly the one that was never killed', async () => {
    using undisturbed = makeGitWorld({ 'web.yaml': text });
    const whole = proposeInAnotherProcess(undisturbed, placeOf(undisturbed), 0);
    const wanted = visible(undisturbed);
    expect(wanted.split('\n')).toHaveLength(2);
    const calls = Number(/"calls":(\d+)/.exec(whole.output)?.[1]);
    expect(calls).toBeGreaterThanOrEqual(6);
    using world = makeGitWorld({ 'web.yaml': text });
    const place = placeOf(world);
    const seen = new Set<string>();
    let killed = 0;
    for (let step = 1; step <= calls; step += 1) {
      for (const ref of visible(world)
        .split('\n')
        .filter((line) => line !== ''))
        world.git('update-ref', '-d', ref.split(' ')[0] ?? '');
      killed += proposeInAnotherProcess(world, place, step).killed ? 1 : 0;
      seen.add(visible(world));
      proposeInAnotherProcess(world, place, 0);
      expect(visible(world)).toBe(wanted);
    }
    // What was fetched once is not fetched again, so a remote has fewer steps later.
    expect(killed).toBeGreaterThanOrEqual(5);
    // Nothing, the branch alone: each state in between was really met.
    expect(seen.size).toBeGreaterThanOrEqual(2);
    expect(await dependencies(place).pullRequests.list(signal)).toHaveLength(1);
    expect(world.git('rev-list', '--count', `main..${planFor('a'.repeat(40)).plan.branch}`)).toBe('1');
  }, 120_000);
});
