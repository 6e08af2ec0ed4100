import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, anything, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { openDirectoryManifests } from '../../src/collectors/directory-manifests.ts';
import type { ManifestRenderer, Rendering } from '../../src/collectors/render/manifest-renderer.ts';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { entityKey } from '../../src/resource/catalog-entity.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { noRenderer } from '../git/open-source.ts';
import { configMap } from '../git/repository.ts';

const catalog = `# who we are
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: web }
spec: { type: service, owner: shop-team, dependsOn: [component:cart] }
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: new-service }
spec: { steps: [{ id: fetch, action: "fetch:template", input: { url: "\${{ parameters.url }}" } }] }
`;

const { signal } = new AbortController();

test('entities of a catalogue stand beside the manifests and are none of them', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'web', 'catalog-info.yaml'), catalog);
  writeFileSync(join(folder, 'mixed.yaml'), `${configMap('a', '1')}---\n${catalog.replace('name: web', 'name: cart')}`);
  const source = await openDirectoryManifests(folder, { renderer: noRenderer(), now: () => new Date() });
  const { resources, entities, gaps } = await source.read(signal);
  expect(gaps).toStrictEqual([]);
  expect(resources.map(({ id }) => id.name)).toStrictEqual(['a']);
  expect(entities?.map(({ id, origin }) => `${id.kind} ${id.name} ${origin?.file}:${origin?.line}`)).toStrictEqual([
    'Component cart mixed.yaml:9',
    'Template new-service mixed.yaml:14',
    'Component web web/catalog-info.yaml:2',
    'Template new-service web/catalog-info.yaml:7',
  ]);
});

test('a catalogue beside a kustomization is read, also when the rendering stays the same', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.git'));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app', 'kustomization.yaml'), 'resources: []\n');
  const rendering: Rendering = { resources: [], gaps: [], unstable: [], inputs: ['app'], texts: new Map() };
  const renderer: ManifestRenderer = { render: () => Promise.resolve(rendering) };
  const source = await openDirectoryManifests(join(folder, 'app'), { renderer, now: () => new Date() });
  expect((await source.read(signal)).entities).toStrictEqual([]);
  writeFileSync(join(folder, 'app', 'catalog-info.yaml'), catalog);
  const { entities, resources } = await source.read(signal);
  expect(resources).toStrictEqual([]);
  expect(entities?.map(({ id, origin }) => `${id.name} ${origin?.file}`)).toStrictEqual([
    'web catalog-info.yaml',
    'new-service catalog-info.yaml',
  ]);
});

test('a broken entity is a gap, and the rest of the file is read', () => {
  const { entities, gaps } = parseManifests(
    `${catalog}---\napiVersion: backstage.io/v1alpha1\nkind: API\n`,
    'catalog-info.yaml',
  );
  expect(entities).toHaveLength(2);
  expect(gaps).toMatchObject([{ what: 'catalog-info.yaml line 12', why: 'it has no metadata' }]);
});

test.for([
  ['component:default/web', 'backstage.io/Component/default/web'],
  ['Component:web', 'backstage.io/Component/here/web'],
  ['web', 'backstage.io/API/here/web'],
  ['other/web', 'backstage.io/API/other/web'],
  ['api:other/web.v1_2', 'backstage.io/API/other/web.v1_2'],
  ['nonsense:web', undefined],
  ['component:a/b/c', undefined],
  ['component:', undefined],
  ['a b', undefined],
  [7, undefined],
  ['x'.repeat(400), undefined],
] as const)('the reference %s names %s', ([reference, key]) => {
  expect(entityKey(reference, 'API', 'here')).toBe(key);
});

test('no reference makes its reader fail', () => {
  assert(
    property(string(), anything(), (text, value) => {
      entityKey(text, 'Component', 'default');
      entityKey(value, 'Component', 'default');
    }),
    { numRuns: 300 },
  );
});
