import { describe, expect, it } from 'vitest';
import { isIncomplete, labelsOf } from '../../src/rollback/manners.ts';
import type { RepairPlan } from '../../src/rollback/repair-plan.ts';
import { planFor } from '../forge/propose-world.ts';

const { plan } = planFor('a'.repeat(40));

describe('labels', () => {
  it.each<[Partial<RepairPlan>, readonly string[]]>([
    [{ recommendation: 'go' }, ['mooring', 'mooring/adopt', 'mooring/risk-low', 'mooring/ns-shop']],
    [
      { recommendation: 'no-go', repair: 'revert' },
      ['mooring', 'mooring/revert', 'mooring/risk-high', 'mooring/ns-shop'],
    ],
    [{ object: 'rbac.authorization.k8s.io/ClusterRole//x' }, ['mooring', 'mooring/adopt', 'mooring/risk-low']],
  ])('name the repair, the risk and the namespace: %o', (change, labels) => {
    expect(labelsOf({ ...plan, recommendation: 'go', ...change })).toEqual(labels);
  });

  it('are never longer than forges take', () => {
    const labels = labelsOf({ ...plan, object: `v1/Secret/${'n'.repeat(63)}/x` });
    expect(labels.every((label) => label.length <= 50)).toBe(true);
  });
});

describe('evidence', () => {
  const whole = { ...plan.proof, reparse: 'ok', render: 'ok', dryRun: 'ok', preflight: [] } as const;
  const failed = { ...whole, render: 'failed: another object changes' } as const;
  const warned = { ...whole, preflight: [{ check: 'pruning', result: 'fail', why: 'deletes' }] } as const;
  it.each<[Partial<RepairPlan>, boolean]>([
    [{ recommendation: 'go', proof: whole }, false],
    [{ recommendation: 'hold', proof: whole }, false],
    [{ recommendation: 'hold', proof: { ...whole, dryRun: 'skipped: nobody gave the right' } }, false],
    [{ recommendation: 'no-go', proof: failed }, true],
    [{ recommendation: 'hold', proof: warned }, true],
  ])('is incomplete when a check failed: %o', (change, incomplete) => {
    expect(isIncomplete({ ...plan, ...change })).toBe(incomplete);
  });
});
