import type { NewPullRequest } from './pull-requests.ts';
import type { RepairPlan } from './repair-plan.ts';

/** What a pull request is given beside its text, as the owners of the repository want it. */
export interface Manners {
  readonly labels: boolean;
  /** Ask the owners of the changed files. */
  readonly reviewers: boolean;
  /** Open a draft when a check failed or could not be made. */
  readonly drafts: boolean;
}

export const plainManners: Manners = { labels: false, reviewers: false, drafts: false };

/** `mooring`, the kind of repair, the risk, and the namespace: few enough that a list of labels stays readable. */
export function labelsOf(plan: RepairPlan): NewPullRequest['labels'] {
  const namespace = plan.object.split('/')[2] ?? '';
  const risk = { go: 'low', hold: 'look', 'no-go': 'high' }[plan.recommendation];
  const names = ['mooring', `mooring/${plan.repair}`, `mooring/risk-${risk}`];
  return namespace === '' ? names : [...names, `mooring/ns-${namespace}`.slice(0, 50)];
}

/** Whether the evidence has a hole that the author of the plan could still fill. Skipping a dry run because nobody gave the right is none. */
export function isIncomplete({ proof, recommendation }: RepairPlan): boolean {
  const proofs = [proof.reparse, proof.render, proof.dryRun];
  return (
    recommendation !== 'go' &&
    (proofs.some((result) => result.startsWith('failed')) || proof.preflight.some(({ result }) => result === 'fail'))
  );
}
