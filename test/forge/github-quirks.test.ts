import { describe, expect, it } from 'vitest';
import { isCurrent } from '../../src/rollback/request-for.ts';
import { sealBody } from '../../src/rollback/text/machine-block.ts';
import { pushBranch, signal } from './forge-world.ts';
import { openGitHubWorld } from './github-world.ts';

describe('GitHub', { timeout: 120_000 }, () => {
  it.each(['labels', 'requested_reviewers'])('that breaks before %s has them with the next round', async (step) => {
    let isBroken = true;
    await using world = await openGitHubWorld((rest) => async (call, by) => {
      if (isBroken && call.path.endsWith(`/${step}`)) throw new Error('killed');
      return await rest(call, by);
    });
    const asked = await pushBranch(world, 'web');
    const body = sealBody(asked.body, 'abc123');
    const request = { ...asked, body, labels: ['mooring'], reviewers: ['pat'] };
    await expect(world.forge().pullRequests.open(request, signal)).rejects.toThrow('killed');
    const [left] = await world.forge().pullRequests.list(signal);
    if (left === undefined) throw new Error('it was opened');
    expect(isCurrent(left, request)).toBe(false);
    expect(left.body).not.toContain('unfinished');
    isBroken = false;
    const finished = await world.forge().pullRequests.update(request, signal);
    expect(finished).toMatchObject({ id: left.id, labels: ['mooring'], body });
    expect(isCurrent(finished, request)).toBe(true);
    expect(await world.person.reviewersOf?.(left.id)).toEqual(['pat']);
    expect(world.host.repository.pulls[0]?.body).toBe(body);
  });

  it('that asks to wait with 403 is waited for, and told as a limit when it takes too long', async () => {
    await using world = await openGitHubWorld();
    const asked = await pushBranch(world, 'web');
    world.faults?.refuse(403, 2, { 'retry-after': '1' });
    expect(await world.forge().pullRequests.open(asked, signal)).toMatchObject({ state: 'open' });
    world.faults?.refuse(403, 1, { 'retry-after': '90' });
    const told = world.forge().pullRequests.list(signal);
    await expect(told).rejects.toMatchObject({ retryable: true, why: expect.stringContaining('asks to wait') });
    const reset = String(Math.floor(Date.now() / 1_000) + 3_600);
    world.faults?.refuse(403, 1, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    await expect(world.forge().pullRequests.list(signal)).rejects.toMatchObject({ retryable: true });
  });
});
