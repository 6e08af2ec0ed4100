import { describe, expect, it, vi } from 'vitest';
import { parseMachineBlock } from '../../src/rollback/text/machine-block.ts';
import { talkContract } from './contract-talk.ts';
import { faultContract } from './contract-faults.ts';
import { type ForgeHarness, pushBranch, request, signal } from './forge-world.ts';

/** What Mooring relies on, whatever the forge. Every adapter runs it, against the real forge where that can run here. */
export function forgeContract(harness: ForgeHarness): void {
  describe(`a proposal on ${harness.name}`, { timeout: 120_000 }, () => {
    lifeContract(harness);
    peopleContract(harness);
    contentContract(harness);
  });
  talkContract(harness);
  faultContract(harness);
}

function lifeContract(harness: ForgeHarness): void {
  it('is found and listed as it was opened', async () => {
    await using world = await harness.open();
    const { pullRequests } = world.forge();
    const asked = await pushBranch(world, 'web');
    const opened = await pullRequests.open(asked, signal);
    const { branch, base, title, commit } = asked;
    expect(opened).toMatchObject({ branch, base, title, commit, state: 'open', draft: false });
    expect(opened).toMatchObject({ closedByPerson: false, reopened: false, mergeCommit: null });
    expect(opened.body.trim()).toBe(asked.body.trim());
    expect(Date.parse(opened.openedAt)).not.toBeNaN();
    expect(Date.parse(opened.updatedAt)).toBeGreaterThanOrEqual(Date.parse(opened.openedAt));
    expect(await world.forge().pullRequests.find(branch, signal)).toMatchObject({ id: opened.id, state: 'open' });
    expect((await world.forge().pullRequests.list(signal)).map(({ id }) => id)).toEqual([opened.id]);
    expect(await pullRequests.find('mooring/adopt/none', signal)).toBeUndefined();
  });

  it('is one, however often and at once it is opened', async () => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    const { id } = await world.forge().pullRequests.open(asked, signal);
    const again = await Promise.all([1, 2, 3].map(() => world.forge().pullRequests.open(asked, signal)));
    expect(again.map((each) => each.id)).toEqual([id, id, id]);
    expect(await world.forge().pullRequests.list(signal)).toHaveLength(1);
  });

  it('says what it was updated to, and is opened when there was none', async () => {
    await using world = await harness.open();
    const { pullRequests } = world.forge();
    const asked = await pushBranch(world, 'web');
    const { id } = await pullRequests.update(asked, signal);
    const body = asked.body.replace('Body', 'Another body');
    const updated = await pullRequests.update({ ...asked, title: 'Another title', body }, signal);
    expect(updated).toMatchObject({ id, title: 'Another title', state: 'open' });
    expect((await world.forge().pullRequests.find(asked.branch, signal))?.body.trim()).toBe(body.trim());
  });

  it('that Mooring closes is closed, without its branch, and stays so when closed again', async () => {
    await using world = await harness.open();
    const { pullRequests } = world.forge();
    const asked = await pushBranch(world, 'web');
    await pullRequests.open(asked, signal);
    await pullRequests.close(asked.branch, 'the difference is gone', signal);
    const closed = await world.forge().pullRequests.find(asked.branch, signal);
    expect(closed).toMatchObject({ state: 'closed', closedByPerson: false, title: asked.title });
    expect(parseMachineBlock(closed?.body ?? '')?.object).toBe('apps/Deployment/shop/web');
    expect(await world.repository.branchHead(asked.branch, signal)).toBeUndefined();
    await world.forge().pullRequests.close(asked.branch, 'the difference is gone', signal);
    await pullRequests.close('mooring/adopt/none', 'never was', signal);
    expect(await world.forge().pullRequests.list(signal)).toEqual([closed]);
  });

  it('that Mooring closed is opened anew for the same branch', async () => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    await world.forge().pullRequests.open(asked, signal);
    await world.forge().pullRequests.close(asked.branch, 'gone', signal);
    await world.repository.publish(asked.branch, asked.commit, null, signal);
    await world.forge().pullRequests.open(asked, signal);
    expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject({ state: 'open' });
  });

  it(`is listed beyond two pages of the forge, newest first (${harness.many})`, async () => {
    await using world = await harness.open();
    const { pullRequests } = world.forge();
    const { commit } = await pushBranch(world, 'n1');
    const asked = Array.from({ length: harness.many }, (_, index) => request(`n${index + 1}`, commit));
    const branches = asked.map(({ branch }) => branch);
    await world.publishAll(commit, branches);
    for (const each of asked) await pullRequests.open(each, signal);
    const listed = await world.forge().pullRequests.list(signal);
    expect(new Set(listed.map(({ branch }) => branch)).size).toBe(harness.many);
    expect(listed).toHaveLength(harness.many);
    expect(await world.forge().pullRequests.find('mooring/adopt/n1', signal)).toMatchObject({ title: 'Adopt n1' });
  }, 300_000);
}

function peopleContract(harness: ForgeHarness): void {
  const { has } = harness;

  it.each(harness.ways)('that a person merged by %s is merged', async (way) => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    const { id } = await world.forge().pullRequests.open(asked, signal);
    await world.person.merge(id, way);
    const merged = await world.forge().pullRequests.find(asked.branch, signal);
    expect(merged).toMatchObject({ id, state: 'merged', closedByPerson: false });
    const base = await world.repository.baseCommit(signal);
    expect([null, base]).toContain(merged?.mergeCommit);
    await world.forge().pullRequests.close(asked.branch, 'too late', signal);
    expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject({ state: 'merged' });
  });

  it('that a person closed says so, and can be opened again', async () => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    const { id } = await world.forge().pullRequests.open(asked, signal);
    await world.person.close(id);
    const closed = await world.forge().pullRequests.find(asked.branch, signal);
    expect(closed).toMatchObject({ state: 'closed', closedByPerson: true });
    expect((await world.forge().pullRequests.list(signal))[0]).toMatchObject({ closedByPerson: true });
    if ((await world.repository.branchHead(asked.branch, signal)) === undefined)
      await world.repository.publish(asked.branch, asked.commit, null, signal);
    await world.forge().pullRequests.open(asked, signal);
    expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject({ state: 'open' });
  });

  it('whose branch a person deleted is closed by a person', async () => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    await world.forge().pullRequests.open(asked, signal);
    await world.person.deleteBranch(asked.branch);
    // Forges notice that a branch is gone in their own time.
    const closed = { branch: asked.branch, state: 'closed', closedByPerson: true };
    const look = async (): Promise<void> =>
      expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject(closed);
    await vi.waitFor(look, { timeout: 60_000, interval: 200 });
  });

  it('that Mooring closes keeps the branch that a person wrote to', async () => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    await world.forge().pullRequests.open(asked, signal);
    const theirs = await world.person.push(asked.branch, { 'note.txt': 'mine\n' });
    const seen = await world.forge().pullRequests.find(asked.branch, signal);
    if (harness.name !== 'local') expect(seen?.commit).toBe(theirs);
    await world.forge().pullRequests.close(asked.branch, 'gone', signal);
    expect((await world.repository.branchHead(asked.branch, signal))?.commit).toBe(theirs);
  });

  if (has.person.has('reopen'))
    it('that a person opened again is theirs', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      const { id } = await world.forge().pullRequests.open(asked, signal);
      await world.forge().pullRequests.close(asked.branch, 'gone', signal);
      await world.repository.publish(asked.branch, asked.commit, null, signal);
      await world.person.reopen?.(id);
      const reopened = await world.forge().pullRequests.find(asked.branch, signal);
      expect(reopened).toMatchObject({ id, state: 'open', reopened: true });
      await world.person.close(id);
      const closed = await world.forge().pullRequests.find(asked.branch, signal);
      expect(closed).toMatchObject({ id, state: 'closed', closedByPerson: true });
    });

  if (has.person.has('open'))
    it('of a person is none of Mooring, whatever its branch', async () => {
      await using world = await harness.open();
      await world.person.push('feature', { 'f.txt': '1\n' });
      await world.person.push('mooring/adopt/forged', { 'g.txt': '1\n' });
      await world.person.open?.('feature', 'main', 'Mine');
      await world.person.open?.('mooring/adopt/forged', 'main', 'Also mine');
      expect(await world.forge().pullRequests.list(signal)).toEqual([]);
    });

  if (has.person.has('renameBase'))
    it('goes into the base under its new name', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      const { id } = await world.forge().pullRequests.open(asked, signal);
      await world.person.renameBase?.('trunk');
      expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject({ id, state: 'open' });
      const again = await world.forge().pullRequests.open({ ...asked, base: 'trunk' }, signal);
      expect(again.id).toBe(id);
    });

  if (has.person.has('deleteRepository'))
    it('in a repository that is gone fails and says so', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      await world.person.deleteRepository?.();
      const { pullRequests } = world.forge();
      await expect(pullRequests.list(signal)).rejects.toMatchObject({ code: 'proposal-failed' });
      await expect(pullRequests.open(asked, signal)).rejects.toMatchObject({ code: 'proposal-failed' });
    });
}

const hostile = [
  'emoji 😀 e\u0301 עברית',
  '"quotes" \'and\' \\backslashes\\ %s %00 ${x} {{y}}',
  'a && b | c > d; $(id) `id`',
];

function contentContract(harness: ForgeHarness): void {
  const { has } = harness;

  it.each(hostile)('keeps title and body to the letter: %s', async (text) => {
    await using world = await harness.open();
    const asked = await pushBranch(world, 'web');
    const body = `${text}\n\n| a | b |\n|---|---|\n| \`x\` | ${'y'.repeat(3_000)} |\n\n${asked.body}`;
    await world.forge().pullRequests.open({ ...asked, title: text, body }, signal);
    const found = await world.forge().pullRequests.find(asked.branch, signal);
    expect(found?.title).toBe(text);
    expect(found?.body.trim()).toBe(body.trim());
  });

  it('that is a draft is one until it is ready', async () => {
    await using world = await harness.open();
    const { pullRequests } = world.forge();
    const asked = await pushBranch(world, 'web');
    const drafts = pullRequests.traits.drafts !== 'no';
    const opened = await pullRequests.open({ ...asked, draft: true }, signal);
    expect(opened).toMatchObject({ draft: drafts, title: asked.title });
    expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject({ draft: drafts });
    expect(await pullRequests.update(asked, signal)).toMatchObject({ draft: false, title: asked.title });
    expect(await world.forge().pullRequests.find(asked.branch, signal)).toMatchObject({ draft: false });
  });

  it('carries its labels, and keeps those of people', async () => {
    await using world = await harness.open();
    const { pullRequests } = world.forge();
    if (!pullRequests.traits.labels) return;
    const asked = await pushBranch(world, 'web');
    const labels = ['mooring', 'mooring/adopt'];
    const opened = await pullRequests.open({ ...asked, labels }, signal);
    expect(opened.labels.toSorted()).toEqual(labels);
    await world.person.label?.(opened.id, 'keep me');
    const theirs = has.person.has('label') ? ['keep me'] : [];
    await pullRequests.update({ ...asked, labels: ['mooring', 'mooring/restore'] }, signal);
    const found = await world.forge().pullRequests.find(asked.branch, signal);
    expect(found?.labels.toSorted()).toEqual([...theirs, 'mooring', 'mooring/restore']);
  });

  if (harness.reviewer !== null && has.person.has('reviewersOf'))
    it('asks for a review those whom the forge knows', async () => {
      await using world = await harness.open();
      const { branch, commit } = await pushBranch(world, 'web');
      const reviewers = ['nobody-of-this-name', harness.reviewer ?? ''];
      const { id } = await world.forge().pullRequests.open(request('web', commit, { branch, reviewers }), signal);
      expect(await world.person.reviewersOf?.(id)).toEqual([harness.reviewer]);
    });
}
