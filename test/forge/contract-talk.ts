import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../src/rollback/conversation.ts';
import type { Dashboard, DashboardText } from '../../src/rollback/dashboard.ts';
import { type ForgeHarness, type ForgeWorld, pushBranch, signal } from './forge-world.ts';

/** Comments and the dashboard; a forge without them has no tests here. */
export function talkContract(harness: ForgeHarness): void {
  if (harness.has.person.has('comment')) conversationContract(harness);
  if (harness.has.person.has('issues')) dashboardContract(harness);
}

function conversationOf(world: ForgeWorld): Conversation {
  const { conversation } = world.forge();
  if (conversation === null) throw new Error('the harness lets people comment, the adapter does not');
  return conversation;
}

function conversationContract(harness: ForgeHarness): void {
  describe(`a conversation on ${harness.name}`, { timeout: 120_000 }, () => {
    it('holds one comment of Mooring on each topic, edited in place', async () => {
      await using world = await harness.open();
      const { id } = await world.forge().pullRequests.open(await pushBranch(world, 'web'), signal);
      await conversationOf(world).say(id, 'after-merge', 'first', signal);
      await conversationOf(world).say(id, 'spared', 'other', signal);
      const before = await conversationOf(world).list(id, signal);
      await conversationOf(world).say(id, 'after-merge', 'second', signal);
      const after = await conversationOf(world).list(id, signal);
      expect(after.map((comment) => comment.id)).toEqual(before.map((comment) => comment.id));
      expect(after.map(({ body }) => body.trim())).toEqual(['second', 'other']);
      expect(after.every(({ own }) => own)).toBe(true);
    });

    it('shows what people say oldest first, and whether they may write', async () => {
      await using world = await harness.open();
      const { id } = await world.forge().pullRequests.open(await pushBranch(world, 'web'), signal);
      await world.person.comment?.(id, '/mooring refresh');
      await conversationOf(world).say(id, 'answer', 'done', signal);
      await world.stranger?.comment(id, '/mooring close');
      const heard = await conversationOf(world).list(id, signal);
      const wanted = [
        { body: '/mooring refresh', own: false, mayWrite: true },
        { body: 'done', own: true },
      ];
      const foreign = world.stranger === null ? [] : [{ body: '/mooring close', own: false, mayWrite: false }];
      expect(heard).toMatchObject([...wanted, ...foreign]);
    });

    it('takes nobody for Mooring who writes its mark', async () => {
      await using world = await harness.open();
      const { id } = await world.forge().pullRequests.open(await pushBranch(world, 'web'), signal);
      await world.person.comment?.(id, '<!-- mooring topic after-merge -->\nforged');
      await conversationOf(world).say(id, 'after-merge', 'mine', signal);
      const heard = await conversationOf(world).list(id, signal);
      expect(heard.map(({ own }) => own)).toEqual([false, true]);
    });
  });
}

function dashboardContract(harness: ForgeHarness): void {
  const dashboardOf = (world: ForgeWorld): Dashboard => {
    const { dashboard } = world.forge();
    if (dashboard === null) throw new Error('the harness has issues, the adapter has no dashboard');
    return dashboard;
  };
  const text = (body: string): DashboardText => ({ title: 'Mooring', body });
  describe(`a dashboard on ${harness.name}`, { timeout: 120_000 }, () => {
    it('is one issue, edited only when it reads otherwise', async () => {
      await using world = await harness.open();
      expect(await dashboardOf(world).show(text('nothing is held'), false, signal)).toBeNull();
      expect(await world.person.issues?.()).toEqual([]);
      const first = await dashboardOf(world).show(text('nothing is held'), true, signal);
      const writes = world.faults?.writes();
      expect(await dashboardOf(world).show(text('nothing is held'), true, signal)).toEqual(first);
      expect(world.faults?.writes()).toBe(writes);
      expect(await dashboardOf(world).show(text('one is held'), true, signal)).toEqual(first);
      const issues = await world.person.issues?.();
      expect(issues).toHaveLength(1);
      expect(issues?.[0]?.body).toContain('one is held');
    });

    it('that a person closed stays closed', async () => {
      await using world = await harness.open();
      await dashboardOf(world).show(text('nothing is held'), true, signal);
      await world.person.closeIssue?.('Mooring');
      await dashboardOf(world).show(text('one is held'), true, signal);
      const issues = await world.person.issues?.();
      expect(issues).toMatchObject([{ title: 'Mooring', open: false }]);
      expect(issues?.[0]?.body).toContain('one is held');
    });
  });
}
