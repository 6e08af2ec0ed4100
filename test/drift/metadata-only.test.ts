import { expect, test } from 'vitest';
import { formatResourceId } from '../../src/resource/resource-id.ts';
import { now, resources, session } from './pairs.ts';

const pod = (more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web-1\n  namespace: shop\n  ownerReferences:\n  - { apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true }\n${more}`;

test('nothing is said of an object whose metadata alone is held, neither drift nor in sync', () => {
  const desired = resources(pod('spec: { containers: [{ name: main, image: "web:1" }] }\n'));
  const live = resources(pod()).map((each) => ({ ...each, origin: null, metadataOnly: true as const }));
  const [first] = desired;
  const report = session({ desired, live }).judge(first === undefined ? '' : formatResourceId(first.id), now);
  expect(report?.verdict).toBe('undetermined');
  expect(report?.differences).toEqual([]);
  expect(report?.undetermined[0]?.reason).toContain('metadata');
});

test('one that nobody declares is no extra: its owner answers for it', () => {
  const live = resources(pod()).map((each) => ({ ...each, origin: null, metadataOnly: true as const }));
  const desired = resources('apiVersion: v1\nkind: Pod\nmetadata: { name: other, namespace: shop }\n');
  expect(session({ desired, live }).keys()).toHaveLength(1);
});
