import { describe, expect, it } from 'vitest';
import { type Faults, type ForgeHarness, type ForgeWorld, pushBranch, signal } from './forge-world.ts';

/** What comes in between. A forge that nothing can come in between of has no tests here. */
export function faultContract(harness: ForgeHarness): void {
  if (!harness.has.faults) return;
  describe(`trouble on ${harness.name}`, { timeout: 120_000 }, () => {
    it.each([500, 502, 503, 504])('that loses the answer with %i ends in one proposal', async (status) => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      faultsOf(world).loseAnswer(status);
      await world
        .forge()
        .pullRequests.open(asked, signal)
        .catch(() => undefined);
      await world.forge().pullRequests.open(asked, signal);
      expect(await world.forge().pullRequests.list(signal)).toMatchObject([{ state: 'open' }]);
    });

    it('that loses the answer of a closing leaves it closed by Mooring', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      await world.forge().pullRequests.open(asked, signal);
      faultsOf(world).loseAnswer(502);
      await world
        .forge()
        .pullRequests.close(asked.branch, 'gone', signal)
        .catch(() => undefined);
      await world.forge().pullRequests.close(asked.branch, 'gone', signal);
      const closed = await world.forge().pullRequests.find(asked.branch, signal);
      expect(closed).toMatchObject({ state: 'closed', closedByPerson: false });
      expect(await world.repository.branchHead(asked.branch, signal)).toBeUndefined();
    });

    it.each([401, 403])('with the token (%i) is told without the token', async (status) => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      faultsOf(world).refuse(status, 20);
      const told = await world
        .forge()
        .pullRequests.open(asked, signal)
        .then(
          () => new Error('no error'),
          (error: unknown) => error,
        );
      expect(told).toMatchObject({ code: 'proposal-failed' });
      expect(JSON.stringify(told) + String(told)).not.toContain(world.token ?? 'no token');
    });

    it('that passes when asked to wait is waited for', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      faultsOf(world).refuse(429, 2, { 'retry-after': '1' });
      expect(await world.forge().pullRequests.open(asked, signal)).toMatchObject({ state: 'open' });
    });

    it('that lasts longer than a round may wait is a failure to try again', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      faultsOf(world).refuse(429, 20, { 'retry-after': '3600' });
      const opening = world.forge().pullRequests.open(asked, signal);
      await expect(opening).rejects.toMatchObject({ code: 'proposal-failed', retryable: true });
    });

    it('of an answer that is no JSON is a failure, not an empty list', async () => {
      await using world = await harness.open();
      faultsOf(world).refuse(200, 20, { 'content-type': 'text/html' });
      await expect(world.forge().pullRequests.list(signal)).rejects.toMatchObject({ code: 'proposal-failed' });
    });

    it('of readings that lag behind ends in one proposal', async () => {
      await using world = await harness.open();
      const asked = await pushBranch(world, 'web');
      await world.forge().pullRequests.list(signal);
      faultsOf(world).staleReads(3);
      const first = await world.forge().pullRequests.open(asked, signal);
      const second = await world
        .forge()
        .pullRequests.open(asked, signal)
        .catch(() => first);
      expect(second.id).toBe(first.id);
      faultsOf(world).staleReads(0);
      expect(await world.forge().pullRequests.list(signal)).toMatchObject([{ id: first.id, state: 'open' }]);
    });
  });
}

function faultsOf({ faults }: ForgeWorld): Faults {
  if (faults === null) throw new Error('the harness says that it has faults');
  return faults;
}
