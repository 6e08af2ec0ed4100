import { describe, expect, test } from 'vitest';
import { attribute } from '../../../src/drift/attribute/attribute.ts';
import { readOwnership } from '../../../src/drift/attribute/managed-fields.ts';
import { parsePath } from '../../../src/resource/field-path.ts';
import type { JsonObject } from '../../../src/resource/json.ts';

type Entry = readonly [manager: string, spec: JsonObject];

/** Who made a change at a path, from entries that each own a part of `spec`. */
function makerOf(path: string, ...entries: readonly Entry[]): readonly (string | null | undefined)[] {
  const managedFields = entries.map(([manager, spec]) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-11-25T10:00:00Z',
    fieldsV1: { 'f:spec': spec },
  }));
  const actor = attribute(
    readOwnership({ apiVersion: 'v1', metadata: { managedFields } }),
    parsePath(path) ?? [],
    'changed',
  );
  return [actor.manager, ...(actor.coOwners ?? [])];
}

const bare: JsonObject = { 'f:requests': {} };
const cpu: JsonObject = { 'f:requests': { 'f:cpu': {} } };
const memory: JsonObject = { 'f:requests': { 'f:memory': {} } };

describe('whoever lost the last part of a map owns its name, not its parts', () => {
  test('the part belongs to who took it, a controller before a pipeline', () => {
    expect(makerOf('spec.requests.cpu', ['kubectl-client-side-apply', bare], ['vpa-updater', cpu])).toEqual([
      'vpa-updater',
    ]);
  });

  test('a part that nobody owns belongs to nobody', () => {
    expect(makerOf('spec.requests.cpu', ['kubectl-client-side-apply', bare], ['vpa-updater', memory])).toEqual([null]);
  });

  test('the map itself belongs to both', () => {
    expect(makerOf('spec.requests', ['kubectl-client-side-apply', bare], ['vpa-updater', cpu])).toEqual([
      'kubectl-client-side-apply',
      'vpa-updater',
    ]);
  });
});

describe('what nobody divides is atomic, and owned whole', () => {
  test('a leaf owns everything below it', () => {
    expect(makerOf('spec.requests.cpu', ['kubectl-edit', bare])).toEqual(['kubectl-edit']);
    expect(makerOf('spec.args[1]', ['kubectl-edit', { 'f:args': {} }])).toEqual(['kubectl-edit']);
  });

  test('two leaves own it together', () => {
    expect(makerOf('spec.args[1]', ['helm', { 'f:args': {} }], ['kubectl-edit', { 'f:args': {} }])).toEqual([
      'kubectl-edit',
      'helm',
    ]);
  });
});
