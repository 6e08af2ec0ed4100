import { expect, test } from 'vitest';
import { judgeOne, paths } from '../pairs.ts';

const node = (spec: object, manager = 'kubectl-taint') =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'n1',
      managedFields: [{ manager, operation: 'Update', apiVersion: 'v1', fieldsV1: { 'f:spec': { 'f:taints': {} } } }],
    },
    spec,
  });
const declared = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };
const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const fresh = { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule' };
const byHand = { key: 'hand', effect: 'NoExecute' };

test.for<[string, object, object, readonly string[]]>([
  ['the state of a node is no drift', { taints: [declared] }, { taints: [declared, cordoned, fresh] }, []],
  ['not even as the only taints', {}, { taints: [cordoned] }, []],
  [
    "a person's taint among them is",
    { taints: [declared] },
    { taints: [byHand, declared, cordoned] },
    ['+spec.taints[0]'],
  ],
  ['and where it is the only one declared for nobody', {}, { taints: [byHand] }, ['+spec.taints']],
  ['a declared taint that is gone is told', { taints: [declared] }, { taints: [cordoned] }, ['~spec.taints[0].key']],
])('%s', ([, git, live, expected]) => {
  const told = paths(judgeOne(node(git), node(live)));
  if (expected[0]?.startsWith('~') === true) expect(told.length).toBeGreaterThan(0);
  else expect(told).toEqual(expected);
});
