import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSshSigner } from '../../src/forge/ssh-signer.ts';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import type { GitPlace } from '../../src/forge/git-call.ts';
import { closePointless, settledProposals } from '../../src/rollback/settle-proposals.ts';
import type { PlannedRepair } from '../../src/rollback/repair-plan.ts';
import { asRemote, type GitWorld, makeGitWorld } from './git-world.ts';
import { dependencies, identity, planFor, propose, signal, text } from './propose-world.ts';

const files = { 'web.yaml': text, 'odd \u{1F600}/[x].yaml': 'a: 1\n', 'run.sh': '#!/bin/sh\n' };

function plan(world: GitWorld, live = 5, source = text): PlannedRepair {
  return planFor(world.git('rev-parse', 'main'), live, source);
}

describe.each([
  ['in the repository itself', (world: GitWorld): GitPlace => world.place],
  ['through a remote', asRemote],
])('a proposal %s', { timeout: 60_000 }, (_where, placeOf) => {
  it('is a branch that git alone lists, shows and merges', async () => {
    using world = makeGitWorld(files);
    const planned = plan(world);
    const outcome = await propose(placeOf(world), planned);
    expect(outcome.kind).toBe('opened');
    expect(world.git('branch', '--list', 'mooring/*', '--format=%(refname:short)')).toBe(planned.plan.branch);
    expect(world.git('show', '--format=%an <%ae> %s', '--stat=80', planned.plan.branch)).toContain('web.yaml | 2 +-');
    world.git('merge', '--quiet', '--no-edit', planned.plan.branch);
    expect(world.git('show', 'HEAD:web.yaml')).toBe(text.replace('3', '5').trimEnd());
    const again = await propose(placeOf(world), planned);
    expect(again.kind).toBe('merged');
  });

  it('is made once, however often it is asked for', async () => {
    using world = makeGitWorld(files);
    const planned = plan(world);
    const first = await propose(placeOf(world), planned);
    const second = await propose(placeOf(world), planned);
    expect(second).toMatchObject({ kind: 'already-open' });
    expect('commit' in second && 'commit' in first && second.commit === first.commit).toBe(true);
    expect(
      world.git('for-each-ref', '--format=%(refname)', 'refs/mooring', 'refs/heads/mooring').split('\n'),
    ).toHaveLength(2);
  });

  it('made by two replicas at once is one', async () => {
    using world = makeGitWorld(files);
    const place = placeOf(world);
    const planned = plan(world);
    const outcomes = await Promise.all([propose(place, planned), propose(place, planned), propose(place, planned)]);
    expect(outcomes.every(({ kind }) => kind === 'opened' || kind === 'already-open')).toBe(true);
    expect(await dependencies(place).pullRequests.list(signal)).toHaveLength(1);
  });

  it('never overwrites a person', async () => {
    using world = makeGitWorld(files);
    const place = placeOf(world);
    const planned = plan(world);
    await propose(place, planned);
    world.git('checkout', '--quiet', planned.plan.branch);
    const theirs = world.commit({ 'note.txt': 'hands off\n' }, 'mine');
    world.git('checkout', '--quiet', 'main');
    world.commit({ 'web.yaml': `# moved\n${text}` }, 'base moves');
    const outcome = await propose(place, plan(world, 5, `# moved\n${text}`));
    expect(outcome).toMatchObject({ kind: 'held', code: 'edited-by-person' });
    expect(world.git('rev-parse', planned.plan.branch)).toBe(theirs);
  });

  it('follows its base when the file changed there, on the same branch', async () => {
    using world = makeGitWorld(files);
    const place = placeOf(world);
    await propose(place, plan(world));
    const moved = `# moved\n${text}`;
    world.commit({ 'web.yaml': moved }, 'base moves');
    const stale = await propose(place, plan(world));
    expect(stale.kind).toBe('already-open');
    const planned = plan(world, 5, moved);
    const outcome = await propose(place, planned);
    expect(outcome.kind).toBe('updated');
    expect(world.git('show', `${planned.plan.branch}:web.yaml`)).toBe(moved.replace('3', '5').trimEnd());
    expect(world.git('rev-list', '--count', `main..${planned.plan.branch}`)).toBe('1');
  });

  it('that a person closed is not opened again, unless somebody asks', async () => {
    using world = makeGitWorld(files);
    const place = placeOf(world);
    const planned = plan(world);
    await propose(place, planned);
    world.git('branch', '--quiet', '-D', planned.plan.branch);
    expect(await propose(place, planned, false)).toMatchObject({ kind: 'held', code: 'closed-by-person' });
    expect(await propose(place, planned, true)).toMatchObject({ kind: 'opened' });
  });

  it('counts as merged when it was squashed', async () => {
    using world = makeGitWorld(files);
    const planned = plan(world);
    await propose(placeOf(world), planned);
    world.commit({ 'web.yaml': text.replace('3', '5') }, 'squashed');
    world.git('branch', '--quiet', '-D', planned.plan.branch);
    expect((await propose(placeOf(world), planned, false)).kind).toBe('merged');
  });

  it('replaces an older one about the same object, which is not what a person closed', async () => {
    using world = makeGitWorld(files);
    const place = placeOf(world);
    const older = plan(world, 5);
    const newer = plan(world, 6);
    await propose(place, older, false);
    await propose(place, newer, false);
    const states = (await dependencies(place).pullRequests.list(signal)).map(({ branch, state, closedByPerson }) => [
      branch,
      state,
      closedByPerson,
    ]);
    expect(states).toHaveLength(2);
    expect(states).toContainEqual([newer.plan.branch, 'open', false]);
    expect(states).toContainEqual([older.plan.branch, 'closed', false]);
    expect(world.git('branch', '--list', 'mooring/*', '--format=%(refname:short)')).toBe(newer.plan.branch);
    expect(await propose(place, older, true)).toMatchObject({ kind: 'opened' });
  });

  it('closes by itself when the difference is gone, but never over a person', async () => {
    using world = makeGitWorld(files);
    const place = placeOf(world);
    const planned = plan(world);
    await propose(place, planned);
    const parts = dependencies(place);
    const settle = async (): Promise<readonly string[]> => {
      const gone = settledProposals(await parts.pullRequests.list(signal), new Set([planned.plan.object]));
      return await closePointless(gone, parts, signal);
    };
    world.git('checkout', '--quiet', planned.plan.branch);
    world.commit({ 'note.txt': 'hands off\n' }, 'mine');
    expect(await settle()).toEqual([]);
    world.git('reset', '--quiet', '--hard', 'HEAD^');
    world.git('checkout', '--quiet', 'main');
    expect(await settle()).toEqual([planned.plan.branch]);
    expect(await parts.pullRequests.find(planned.plan.branch, signal)).toMatchObject({
      state: 'closed',
      closedByPerson: false,
    });
  });

  it('is stale when the file is no longer what was planned on', async () => {
    using world = makeGitWorld(files);
    const planned = plan(world);
    world.commit({ 'web.yaml': text.replace('3', '4') }, 'somebody was faster');
    expect((await propose(placeOf(world), planned)).kind).toBe('stale');
    expect(world.git('branch', '--list', 'mooring/*')).toBe('');
  });
});

describe('a commit of Mooring', { timeout: 60_000 }, () => {
  it('is the same object whenever and wherever it is made, and touches nothing else', async () => {
    using world = makeGitWorld(files);
    using other = makeGitWorld(files);
    const draft = { files: plan(world).files, message: 'm\n' };
    const ids = await Promise.all(
      [world, other].map(async (each) => {
        const writer = createRepairWriter({ place: each.place, baseBranch: 'main', identity, signOff: true });
        return await writer.writeCommit({ ...draft, parent: await writer.baseCommit(signal) }, signal);
      }),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(world.git('diff', '--name-status', 'main', ids[0] ?? '')).toBe('M\tweb.yaml');
    expect(world.git('status', '--porcelain')).toBe('');
    expect(world.git('log', '-1', '--format=%B', ids[0] ?? '')).toBe('m\nSigned-off-by: Mooring <mooring@example.dev>');
    expect(world.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('is signed so that git accepts it, and is still the same object each time', async () => {
    using world = makeGitWorld(files);
    const keyFile = join(world.root, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mooring', '-f', keyFile]);
    writeFileSync(join(world.root, 'allowed'), `${identity.email} ${readFileSync(`${keyFile}.pub`, 'utf8')}`);
    const sign = createSshSigner({ keyFile, searchPath: process.env['PATH'] ?? '' });
    const writer = createRepairWriter({ place: world.place, baseBranch: 'main', identity, sign });
    const draft = { parent: await writer.baseCommit(signal), files: plan(world).files, message: 'm' };
    const commit = await writer.writeCommit(draft, signal);
    expect(await writer.writeCommit(draft, signal)).toBe(commit);
    const settings = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${join(world.root, 'allowed')}`];
    expect(world.git(...settings, 'log', '-1', '--format=%G? %GS', commit)).toBe(`G ${identity.email}`);
    const missing = createSshSigner({ keyFile: `${keyFile}-none`, searchPath: process.env['PATH'] ?? '' });
    await expect(missing('x', signal)).rejects.toMatchObject({ code: 'proposal-failed' });
  });

  it('is made in a repository with SHA-256 ids too', async () => {
    using world = makeGitWorld(files, 'sha256');
    expect(await propose(world.place, plan(world))).toMatchObject({
      kind: 'opened',
      commit: expect.stringMatching(/^[\da-f]{64}$/),
    });
  });

  it.each(['../x', '.git/config', 'a/.GIT/x', 'a//b', '/etc/passwd', 'git~1/x', '.gi\u200Ct/config'])(
    'never writes %s',
    async (file) => {
      using world = makeGitWorld(files);
      const writer = createRepairWriter({ place: world.place, baseBranch: 'main', identity });
      const parent = await writer.baseCommit(signal);
      await expect(
        writer.writeCommit({ parent, files: [{ file, before: null, after: 'x' }], message: 'm' }, signal),
      ).rejects.toMatchObject({ code: 'git-refused' });
    },
  );
});
