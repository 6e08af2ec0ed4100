import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { liveRequest, placeIn } from '../../src/loop/estate/declared-sources.ts';
import { formatResourceId } from '../../src/resource/resource-id.ts';

const text = `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`;

describe('placing what a source declares', () => {
  test('an object without a namespace gets that of its source, and what is unstable of it goes along', () => {
    const { resources, gaps } = parseManifests(text, 'all.yaml');
    const unstable = [
      { resource: 'v1/ConfigMap//settings', path: 'data.id' },
      { resource: 'v1/Namespace//shop', path: 'metadata.labels.id' },
    ];
    const placed = placeIn(
      { source: 'git', revision: null, readAt: '', resources, gaps, unstable },
      { namespace: 'shop' },
      [],
    );
    expect(placed.resources.map(({ id }) => formatResourceId(id))).toEqual([
      'v1/ConfigMap/shop/settings',
      'v1/Namespace//shop',
    ]);
    expect(placed.unstable).toEqual([
      { resource: 'v1/ConfigMap/shop/settings', path: 'data.id' },
      { resource: 'v1/Namespace//shop', path: 'metadata.labels.id' },
    ]);
  });
});

describe('what is read of the live side', () => {
  test('names, of kinds that controllers make in masses, those that manifests declare', () => {
    const pods = `apiVersion: v1
kind: Pod
metadata: { name: shell, namespace: tools }
---
apiVersion: v1
kind: Pod
metadata: { name: shell, namespace: shop }
---
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
`;
    const snapshot = { source: 'git', revision: null, readAt: '', gaps: [], unstable: [] };
    const request = liveRequest([
      { ...snapshot, resources: parseManifests(pods, 'pods.yaml').resources },
      { ...snapshot, resources: parseManifests(text, 'all.yaml').resources },
    ]);
    expect(request.masses).toEqual([
      { apiVersion: 'v1', kind: 'Pod', names: ['shell'] },
      { apiVersion: 'batch/v1', kind: 'Job', names: ['migrate'] },
    ]);
  });
});
