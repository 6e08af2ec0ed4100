import { expect, test } from 'vitest';
import type { ResourceReport, Suppression } from '../../src/drift/drift-report.ts';
import { SharedSuppressions } from '../../src/drift/shared-suppressions.ts';

const policy: Suppression = {
  path: 'spec.dnsPolicy',
  class: 'default',
  reason: 'default of the server',
  desired: null,
  live: 'ClusterFirst',
  confidence: 'high',
};

function report(...suppressions: readonly Suppression[]): ResourceReport {
  const empty = { differences: [], pending: [], invalid: [], undetermined: [], notes: [] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'n',
    name: 'p',
    verdict: 'in-sync',
    drift: null,
    suppressions,
    ...empty,
  };
}

test('equal suppressions of two reports become one', () => {
  const shared = new SharedSuppressions();
  const [first] = shared.share(report({ ...policy })).suppressions;
  const [second] = shared.share(report({ ...policy })).suppressions;
  expect(second).toBe(first);
});

test.for<Partial<Suppression>>([
  { path: 'spec.restartPolicy' },
  { live: 'None' },
  { desired: 'ClusterFirst' },
  { reason: 'a rule' },
  { class: 'rule' },
  { confidence: 'medium' },
])('a suppression that differs in %o keeps its own words', (difference) => {
  const shared = new SharedSuppressions();
  shared.share(report(policy));
  expect(shared.share(report({ ...policy, ...difference })).suppressions).toEqual([{ ...policy, ...difference }]);
});

test('values that every object has for itself stay apart, however many', () => {
  const shared = new SharedSuppressions();
  const uids = Array.from({ length: 100 }, (_, index) => ({ ...policy, path: 'metadata.uid', live: `uid-${index}` }));
  const told = uids.flatMap((suppression) => shared.share(report(suppression)).suppressions);
  expect(told).toEqual(uids);
});
