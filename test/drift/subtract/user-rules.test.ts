import { describe, expect, test } from 'vitest';
import { judgeAll, resources } from '../pairs.ts';

const declared = `
apiVersion: v1
kind: ConfigMap
metadata: { name: a, namespace: shop }
data: { kept: x, changed: x, removed: x }
`;

const live = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: shop
  managedFields:
    - { manager: trusted, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: { "f:data": { "f:changed": {}, "f:added": {} } } }
    - { manager: kubectl-edit, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: { "f:data": { "f:other": {} } } }
data: { kept: x, changed: y, added: y, other: y }
`;

describe('a rule that trusts a field manager', () => {
  test('hides what that manager wrote, and neither what another wrote nor what somebody removed', () => {
    const rule = { path: '**', manager: 'trusted', reason: 'trusted', owner: 'team', expires: null };
    const report = judgeAll({ desired: resources(declared), live: resources(live), rules: [rule] }).get(
      'ConfigMap shop/a',
    );
    expect(report?.differences.map(({ path }) => path).sort()).toEqual(['data.other', 'data.removed']);
    expect(report?.suppressions.map(({ path }) => path).sort()).toEqual(['data.added', 'data.changed']);
  });
});
