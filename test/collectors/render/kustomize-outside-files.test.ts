import { expect, test } from 'vitest';
import { outsideFiles } from '../../../src/collectors/render/kustomize-outside-files.ts';
import { readerOf } from './render-tree.ts';

test('files outside the folder of their kustomization are found, whatever names them', async () => {
  const reader = readerOf({
    'apps/prod/kustomization.yaml': `
resources: [own.yaml, ../../shared/cm.yaml, ../base]
patches: [ { path: ../../patches/p.yaml }, { path: own-patch.yaml }, { patch: "a: b" } ]
patchesStrategicMerge: [ '{"kind":"ConfigMap"}' ]
configMapGenerator: [ { name: a, files: [ 'key=../../files/x.txt' ] } ]
`,
    'apps/prod/own.yaml': '',
    'apps/prod/own-patch.yaml': '',
    'apps/base/kustomization.yaml': 'resources: []',
    'shared/cm.yaml': '',
    'patches/p.yaml': '',
    'files/x.txt': '',
  });
  expect(await outsideFiles(reader, ['apps/prod', 'apps/base'])).toEqual([
    'files/x.txt',
    'patches/p.yaml',
    'shared/cm.yaml',
  ]);
});

test('none are found where none are named', async () => {
  const reader = readerOf({
    'a/kustomization.yaml': 'resources: [b.yaml]\ntransformers: [t.yaml]',
    'a/b.yaml': '',
    'a/t.yaml': '',
  });
  expect(await outsideFiles(reader, ['a'])).toEqual([]);
});

test.for([
  ['configMapGenerator: [ { name: a, files: [ ../../etc/passwd ] } ]', 'leaves the tree'],
  ['secretGenerator: [ { name: a, envs: [ /etc/passwd ] } ]', 'leaves the tree'],
  ['replacements: [ { path: ../../../x } ]', 'leaves the tree'],
  ['resources: [../x.yaml]\ntransformers: [t.yaml]', 'uses plugins while x.yaml is loaded from outside'],
] as const)('%s is refused: it %s', async ([text, why]) => {
  const reader = readerOf({ 'a/kustomization.yaml': text, 'x.yaml': '', 'a/t.yaml': 'apiVersion: builtin' });
  await expect(outsideFiles(reader, ['a'])).rejects.toThrow(why);
});
