import { describe, expect, test } from 'vitest';
import {
  editKustomization,
  generateKustomization,
  isEmptyEdit,
} from '../../../../src/collectors/discovery/render/edit-kustomization.ts';
import type { KustomizeEdits } from '../../../../src/collectors/discovery/discovered-source.ts';
import type { JsonObject } from '../../../../src/resource/json.ts';

const before: JsonObject = {
  resources: ['a.yaml'],
  namePrefix: 'old-',
  images: [
    { name: 'web', newName: 'mirror/web', newTag: '1' },
    { name: 'db', digest: 'sha256:1' },
  ],
  replicas: [{ name: 'web', count: 1 }],
  patches: [{ path: 'p.yaml' }],
  commonLabels: { a: '1' },
  labels: [{ pairs: { x: 'y' } }],
  components: ['../one'],
};

function edit(edits: KustomizeEdits): JsonObject {
  return editKustomization(before, edits, 'kustomization.yaml', (component) => component !== 'gone');
}

describe('a kustomization is changed as its engine changes it', () => {
  test.for<[KustomizeEdits, JsonObject]>([
    [{}, {}],
    [
      { namePrefix: 'new-', nameSuffix: '-s', namespace: 'shop' },
      { namePrefix: 'new-', nameSuffix: '-s', namespace: 'shop' },
    ],
    [{ patches: [{ patch: 'x' }] }, { patches: [{ path: 'p.yaml' }, { patch: 'x' }] }],
    [{ components: ['../two'] }, { components: ['../one', '../two'] }],
    [{ components: ['gone', '../two'], ignoreMissingComponents: true }, { components: ['../one', '../two'] }],
    [{ replicas: [{ name: 'web', count: 3 }] }, { replicas: [{ name: 'web', count: 3 }] }],
    [
      { replicas: [{ name: 'api', count: 3 }] },
      {
        replicas: [
          { name: 'web', count: 1 },
          { name: 'api', count: 3 },
        ],
      },
    ],
    // Argo CD puts the whole entry anew, and `*` keeps a part.
    [
      { images: [{ name: 'web', newTag: '2' }] },
      {
        images: [
          { name: 'web', newTag: '2' },
          { name: 'db', digest: 'sha256:1' },
        ],
      },
    ],
    [
      { images: [{ name: 'web', newName: '*', newTag: '2' }] },
      {
        images: [
          { name: 'web', newName: 'mirror/web', newTag: '2' },
          { name: 'db', digest: 'sha256:1' },
        ],
      },
    ],
    // Flux keeps what is left open; tag and digest are one choice.
    [
      { imagesKeep: true, images: [{ name: 'web', newTag: '2' }] },
      {
        images: [
          { name: 'web', newName: 'mirror/web', newTag: '2' },
          { name: 'db', digest: 'sha256:1' },
        ],
      },
    ],
    [
      { imagesKeep: true, images: [{ name: 'db', newTag: '2' }] },
      {
        images: [
          { name: 'web', newName: 'mirror/web', newTag: '1' },
          { name: 'db', newTag: '2' },
        ],
      },
    ],
    [
      { imagesKeep: true, images: [{ name: 'db', newName: 'x' }] },
      {
        images: [
          { name: 'web', newName: 'mirror/web', newTag: '1' },
          { name: 'db', digest: 'sha256:1', newName: 'x' },
        ],
      },
    ],
    [
      { labels: { pairs: { b: '2' }, selectors: true, templates: false, force: false } },
      { commonLabels: { a: '1', b: '2' } },
    ],
    [{ labels: { pairs: { a: '2' }, selectors: true, templates: false, force: true } }, { commonLabels: { a: '2' } }],
    [
      { labels: { pairs: { b: '2' }, selectors: false, templates: true, force: false } },
      { labels: [{ pairs: { x: 'y' } }, { pairs: { b: '2' }, includeSelectors: false, includeTemplates: true }] },
    ],
    [{ annotations: { pairs: { n: '1' }, force: false } }, { commonAnnotations: { n: '1' } }],
    [
      {
        legacy: {
          patchesStrategicMerge: [{ kind: 'A' }],
          patchesJson6902: [{ target: { kind: 'B' }, patch: [{ op: 'remove', path: '/x' }] }],
        },
      },
      {
        patchesStrategicMerge: ['{"kind":"A"}'],
        patchesJson6902: [{ target: { kind: 'B' }, patch: '[{"op":"remove","path":"/x"}]' }],
      },
    ],
  ])('%j makes %j', ([edits, changed]) => {
    expect(edit(edits)).toEqual({ ...before, ...changed });
  });

  test('a label that is there already and is not forced is refused, as Argo CD does', () => {
    expect(() => edit({ labels: { pairs: { a: '2' }, selectors: true, templates: false, force: false } })).toThrow(
      'commonLabels has a already',
    );
  });

  test.for<[KustomizeEdits, boolean]>([
    [{}, true],
    [
      {
        images: [],
        imagesKeep: true,
        ignoreMissingComponents: true,
        legacy: { patchesStrategicMerge: [], patchesJson6902: [] },
      },
      true,
    ],
    [{ namespace: 'shop' }, false],
    [{ images: [{ name: 'a' }] }, false],
    [{ labels: { pairs: { a: '1' }, selectors: true, templates: false, force: false } }, false],
  ])('%j changes nothing: %s', ([edits, expected]) => {
    expect(isEmptyEdit(edits)).toBe(expected);
  });
});

describe('a folder without a kustomization gets one of all its manifests', () => {
  test('a folder that has its own counts as a whole', () => {
    const paths = [
      'apps/a.yaml',
      'apps/b.yml',
      'apps/readme.md',
      'apps/c.json',
      'apps/web/kustomization.yaml',
      'apps/web/x.yaml',
      'apps/web/base/Kustomization',
      'apps/deep/d.yaml',
      'other/e.yaml',
    ];
    expect(generateKustomization(paths, 'apps')['resources']).toEqual([
      './a.yaml',
      './b.yml',
      './deep/d.yaml',
      './web',
    ]);
    expect(generateKustomization(['a.yaml'], '')['resources']).toEqual(['./a.yaml']);
  });
});
