import { describe, expect, it } from 'vitest';
import { defaultLimits, guardProposal, type GuardInput } from '../../src/rollback/guard-rails.ts';
import type { PullRequest } from '../../src/rollback/pull-requests.ts';
import { planFor } from '../forge/propose-world.ts';

const now = new Date('2026-01-02T12:00:00Z');
const { plan } = planFor('a'.repeat(40));

function proposal(minutesAgo: number, more: Partial<PullRequest> = {}): PullRequest {
  const openedAt = new Date(now.getTime() - minutesAgo * 60_000).toISOString();
  return {
    id: '1',
    branch: `mooring/adopt/${minutesAgo}`,
    base: 'main',
    title: 't',
    body: 'b',
    state: 'merged',
    draft: false,
    labels: [],
    closedByPerson: false,
    reopened: false,
    mergeCommit: null,
    commit: 'c',
    openedAt,
    updatedAt: openedAt,
    link: 'l',
    ...more,
  };
}

function guard(more: Partial<GuardInput>): string {
  const decision = guardProposal({
    plan,
    proposals: [],
    limits: defaultLimits,
    mutes: [],
    paths: ['spec.replicas'],
    now,
    asked: false,
    ...more,
  });
  return decision.kind === 'held' ? decision.code : decision.kind;
}

const many = (count: number, more: Partial<PullRequest> = {}): readonly PullRequest[] =>
  Array.from({ length: count }, (_, index) => proposal(120 + index, more));

describe('a proposal', () => {
  it.each<[string, Partial<GuardInput>, string]>([
    ['is allowed when nothing speaks against it', {}, 'allowed'],
    ['waits while ten are open', { proposals: many(10, { state: 'open' }) }, 'too-many-open'],
    ['waits after two within an hour', { proposals: [proposal(10), proposal(50)] }, 'too-many-this-hour'],
    ['goes on after the hour', { proposals: [proposal(10), proposal(61)] }, 'allowed'],
    ['waits after ten within a day', { proposals: many(10) }, 'too-many-today'],
    [
      'counts one from the future as just opened, when a clock jumped',
      { proposals: [proposal(-9999), proposal(1)] },
      'too-many-this-hour',
    ],
    [
      'counts one without a readable time as just opened',
      { proposals: [proposal(1, { openedAt: '?' }), proposal(2)] },
      'too-many-this-hour',
    ],
    [
      'that a person closed stays closed',
      { proposals: [proposal(9999, { branch: plan.branch, state: 'closed', closedByPerson: true })] },
      'closed-by-person',
    ],
    [
      'that Mooring closed itself may come back',
      { proposals: [proposal(9999, { branch: plan.branch, state: 'closed' })] },
      'allowed',
    ],
    [
      'that is open is looked at again whatever the rates',
      { proposals: [...many(10, { state: 'open' }), proposal(1, { branch: plan.branch, state: 'open' })] },
      'allowed',
    ],
    ['is muted for its object', { mutes: [{ object: 'apps/Deployment/shop/web' }] }, 'muted'],
    [
      'is muted for its namespace until a time',
      { mutes: [{ namespace: 'shop', until: '2026-01-03T00:00:00Z' }] },
      'muted',
    ],
    [
      'is no longer muted after that time',
      { mutes: [{ namespace: 'shop', until: '2026-01-02T11:00:00Z' }] },
      'allowed',
    ],
    ['is muted for its only field', { mutes: [{ path: 'spec.replicas' }] }, 'muted'],
    [
      'is not muted for one of two fields',
      { mutes: [{ path: 'spec.replicas' }], paths: ['spec.replicas', 'spec.paused'] },
      'allowed',
    ],
    [
      'that a person asks for passes rates and mutes',
      { asked: true, mutes: [{}], proposals: many(20, { state: 'open' }) },
      'allowed',
    ],
    [
      'that is refused never opens',
      { asked: true, plan: { ...plan, refused: { code: 'x', why: 'y', remedy: 'z' } } },
      'refused',
    ],
  ])('%s', (_name, input, expected) => {
    expect(guard(input)).toBe(expected);
  });

  it('10,000 of which are wanted at once opens no more than the cap', () => {
    const proposals: PullRequest[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      const wanted = { ...plan, branch: `mooring/adopt/${index}` };
      if (guard({ plan: wanted, proposals }) === 'allowed')
        proposals.push(proposal(0, { branch: wanted.branch, state: 'open' }));
    }
    expect(proposals).toHaveLength(2);
  });
});
