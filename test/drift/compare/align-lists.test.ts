import { expect, it } from 'vitest';
import { judgeOne, paths } from '../pairs.ts';

function role(...rules: readonly string[]): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [${rules.join(', ')}]
`;
}

const pods = '{apiGroups: [""], resources: [pods], verbs: [get]}';
const jobs = '{apiGroups: [batch], resources: [jobs], verbs: [list]}';

it('names that rules moved even where one of them changed as well', () => {
  const report = judgeOne(role(pods, jobs), role(jobs, pods.replace('[get]', '[get, watch]')));
  expect(paths(report)).toEqual(['+rules[1].verbs[watch]']);
  expect(report.notes).toEqual(['order-only']);
});

it('says nothing of order where a rule changed in its place', () => {
  const report = judgeOne(role(pods, jobs), role(pods.replace('[get]', '[get, watch]'), jobs));
  expect(paths(report)).toEqual(['+rules[0].verbs[watch]']);
  expect(report.notes).toEqual([]);
});
