import { expect, it } from 'vitest';
import { LiveIndex } from '../../../src/drift/subtract/live-index.ts';
import type { Resource } from '../../../src/resource/resource.ts';

const id = { group: 'autoscaling', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' };

function autoscaler(apiVersion: string, maxReplicas: number): Resource {
  return { id, apiVersion, body: { apiVersion, kind: id.kind, spec: { maxReplicas } }, origin: null };
}

it('keeps an object at every version it was read at, because Git may declare its kind at two', () => {
  const index = new LiveIndex([autoscaler('autoscaling/v1', 3), autoscaler('autoscaling/v2', 3)]);
  index.set(autoscaler('autoscaling/v1', 4));
  index.set(autoscaler('autoscaling/v2', 4));
  expect(index.get(id, 'autoscaling/v1')).toEqual(autoscaler('autoscaling/v1', 4));
  expect(index.get(id, 'autoscaling/v2')).toEqual(autoscaler('autoscaling/v2', 4));
  expect([...index.all()]).toHaveLength(1);
});

it('answers with the version it has when it was never read at the one asked for', () => {
  const index = new LiveIndex([autoscaler('autoscaling/v2', 3)]);
  expect(index.get(id, 'autoscaling/v1')).toEqual(autoscaler('autoscaling/v2', 3));
});

it('forgets every version of a deleted object', () => {
  const index = new LiveIndex([autoscaler('autoscaling/v1', 3), autoscaler('autoscaling/v2', 3)]);
  index.delete(id);
  expect(index.get(id, 'autoscaling/v1')).toBeUndefined();
});
