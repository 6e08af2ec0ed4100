import { describe, expect, test } from 'vitest';
import { kustomizationFolders } from '../../../src/collectors/render/kustomization-graph.ts';
import { AppError } from '../../../src/errors/app-error.ts';
import { readerOf } from './render-tree.ts';

const cm = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

test('every folder that a kustomization reaches is found', async () => {
  const reader = readerOf({
    'overlays/prod/kustomization.yaml': 'resources: [../../base, ../../more/cm.yaml]\ncomponents: [../../parts/tls]\n',
    'base/kustomization.yml': 'bases: [inner]\nresources: [cm.yaml]\n',
    'base/cm.yaml': cm,
    'base/inner/Kustomization': 'resources: []\n',
    'parts/tls/kustomization.yaml': 'kind: Component\ngenerators: [gen]\n',
    'parts/tls/gen/kustomization.yaml': '',
    'more/cm.yaml': cm,
  });
  expect(await kustomizationFolders(reader, 'overlays/prod')).toEqual([
    'base',
    'base/inner',
    'overlays/prod',
    'parts/tls',
    'parts/tls/gen',
  ]);
});

test('kustomizations that name one another end', async () => {
  const reader = readerOf({ 'a/kustomization.yaml': 'resources: [../b]', 'b/kustomization.yaml': 'resources: [../a]' });
  expect(await kustomizationFolders(reader, 'a')).toEqual(['a', 'b']);
});

describe('before anything is started, it is refused for', () => {
  test.for([
    ['A1: an https base', 'resources: ["https://example.com/x?ref=main"]', 'remote'],
    ['A1: a git base', 'resources: ["git::https://example.com/x"]', 'remote'],
    ['A1: an ssh base', 'resources: ["git@example.com:a/b//c"]', 'remote'],
    ['A1: a base with a host alone', 'resources: ["github.com/a/b//c?ref=v1"]', 'remote'],
    ['a host without a version', 'resources: ["github.com/a/b"]', 'neither a file nor a folder'],
    ['A2: an option in a base', 'bases: ["--upload-pack=touch"]', 'remote'],
    ['a remote component', 'components: ["https://example.com/x"]', 'remote'],
    ['a remote patch', 'patches: [{path: "https://example.com/p.yaml"}]', 'remote'],
    ['a remote strategic patch', 'patchesStrategicMerge: ["https://example.com/p.yaml"]', 'remote'],
    ['a remote JSON patch', 'patchesJson6902: [{path: "https://example.com/p.yaml"}]', 'remote'],
    ['a remote replacement', 'replacements: [{path: "https://example.com/p.yaml"}]', 'remote'],
    ['a remote schema', 'openapi: {path: "https://example.com/p.json"}', 'remote'],
    ['remote CRDs', 'crds: ["https://example.com/p.json"]', 'remote'],
    ['a remote configuration', 'configurations: ["https://example.com/p.json"]', 'remote'],
    ['a remote file of a generator', 'configMapGenerator: [{name: a, files: ["k=https://example.com/p"]}]', 'remote'],
    ['a remote env file', 'secretGenerator: [{name: a, envs: ["https://example.com/p"]}]', 'remote'],
    ['a remote generator', 'generators: ["https://example.com/p"]', 'remote'],
    ['A3: a chart', 'helmCharts: [{name: x, repo: "https://example.com"}]', 'inflates a Helm chart'],
    ['A3: a chart, as it was written once', 'helmChartInflationGenerator: [{chartName: x}]', 'inflates a Helm chart'],
    ['A4: a function in a file', 'transformers: [fn.yaml]', 'runs a function'],
    [
      'A4: a function inline',
      'generators: ["apiVersion: x\\nkind: Y\\nmetadata:\\n  annotations:\\n    config.kubernetes.io/function: exec"]',
      'runs a function',
    ],
    ['A4: a plugin', 'validators: [plugin.yaml]', 'needs a plugin (someteam.example/v1)'],
    ['a base outside the tree', 'resources: [../../etc]', 'leaves the tree'],
    ['an absolute base', 'resources: [/etc]', 'leaves the tree'],
    ['a base that is not there', 'resources: [nope]', 'neither a file nor a folder'],
    ['a folder without a kustomization', 'resources: [plain]', 'no kustomization.yaml'],
  ] as const)('%s', async ([, text, why]) => {
    const reader = readerOf({
      'app/kustomization.yaml': text,
      'app/fn.yaml':
        'apiVersion: x\nkind: Y\nmetadata:\n  annotations:\n    config.k8s.io/function: |\n      container: {image: x}\n',
      'app/plugin.yaml': 'apiVersion: someteam.example/v1\nkind: Y\n',
      'app/plain/cm.yaml': cm,
    });
    const refused = kustomizationFolders(reader, 'app');
    await expect(refused).rejects.toThrow(AppError);
    await expect(refused).rejects.toMatchObject({ code: 'render-refused', why: expect.stringContaining(why) });
  });

  test('nothing when its plugins are built in', async () => {
    const reader = readerOf({
      'app/kustomization.yaml':
        'transformers:\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: x}\n  prefix: a-\n',
    });
    expect(await kustomizationFolders(reader, 'app')).toEqual(['app']);
  });

  test('a kustomization that is no YAML is an error of its own', async () => {
    await expect(kustomizationFolders(readerOf({ 'kustomization.yaml': 'a: [' }), '')).rejects.toMatchObject({
      code: 'render-failed',
    });
  });
});
