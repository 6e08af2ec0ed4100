import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/resource/json.ts';
import { foldManagedFields, managedFieldsOf } from '../../src/resource/managed-fields.ts';

const own = { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:data': { 'f:port': {} } } };
const status = { manager: 'kubelet', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } };
const scale = { manager: 'autoscaler', operation: 'Update', subresource: 'scale', fieldsV1: {} };

test('folded entries read as before, without those of the status', () => {
  const body: JsonObject = {
    kind: 'ConfigMap',
    metadata: { name: 'c', managedFields: [own, status, scale] },
    data: {},
  };
  const folded = foldManagedFields(body);
  expect(managedFieldsOf(folded)).toEqual([own, scale]);
  expect(folded).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'c' }, data: {} });
});

test('entries as the server gives them read as they are', () => {
  expect(managedFieldsOf({ metadata: { managedFields: [own] } })).toEqual([own]);
});

test.for<JsonObject>([{}, { metadata: null }, { metadata: {} }, { metadata: { managedFields: null } }])(
  '%o has no entries',
  (body) => {
    expect(managedFieldsOf(foldManagedFields(body))).toEqual([]);
  },
);
