import { describe, expect, test } from 'vitest';
import { isTouchedOnly } from '../../src/kubernetes/watch/touched-only.ts';
import type { JsonObject } from '../../src/resource/json.ts';

const before: JsonObject = {
  metadata: { name: 'web', resourceVersion: '5', labels: { app: 'web' }, managedFields: '[1]' },
  spec: { replicas: 2, list: [{ a: 1 }, { b: null }] },
  status: { ready: 1 },
};
const metadata = { name: 'web', resourceVersion: '6', labels: { app: 'web' }, managedFields: '[1]' };

describe('a new version', () => {
  test.for<[string, JsonObject]>([
    ['the status', { ...before, metadata, status: { ready: 2 } }],
    ['the status, which is gone', { metadata, spec: { replicas: 2, list: [{ a: 1 }, { b: null }] } }],
    ['its version', { ...before, metadata }],
  ])('that differs in %s only is touched', ([, after]) => {
    expect(isTouchedOnly(before, after)).toBe(true);
  });

  test.for<[string, JsonObject]>([
    ['a value', { ...before, spec: { replicas: 3, list: [{ a: 1 }, { b: null }] } }],
    ['a list', { ...before, spec: { replicas: 2, list: [{ a: 1 }] } }],
    ['null instead of nothing', { ...before, spec: { replicas: 2, list: [{ a: 1 }, {}] } }],
    ['an added member', { ...before, data: {} }],
    ['a removed member', { metadata, status: {} }],
    ['a label', { ...before, metadata: { ...metadata, labels: { app: 'web', by: 'hand' } } }],
    ['a deletion that began', { ...before, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    ['who owns a field', { ...before, metadata: { ...metadata, managedFields: '[2]' } }],
    ['the kind of a value', { ...before, spec: [] }],
  ])('that differs in %s has changed', ([, after]) => {
    expect(isTouchedOnly(before, after)).toBe(false);
  });
});
