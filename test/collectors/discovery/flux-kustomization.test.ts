import { describe, expect, test } from 'vitest';
import type { DiscoveredSource, KustomizeWanted } from '../../../src/collectors/discovery/discovered-source.ts';
import { discover, fluxBasics, kustomization, live } from './live-objects.ts';

function sourceOf(...texts: readonly string[]): DiscoveredSource | undefined {
  return discover(live(fluxBasics, ...texts)).sources[0];
}

function kustomizeOf(...texts: readonly string[]): KustomizeWanted | undefined {
  const render = sourceOf(...texts)?.render;
  return render?.kind === 'kustomize' ? render : undefined;
}

function gapsOf(...texts: readonly string[]): readonly string[] {
  return discover(live(fluxBasics, ...texts)).gaps.map(({ what, why }) => `${what}: ${why}`);
}

describe('a Kustomization of Flux', () => {
  test('declares a folder of its GitRepository', () => {
    expect(sourceOf(kustomization('apps', 'path: ./apps/prod/'))).toMatchObject({
      name: 'Kustomization flux-system/apps',
      engine: 'flux',
      location: {
        url: 'https://git.example.com/fleet',
        revision: { name: 'refs/heads/main', range: null },
        path: 'apps/prod',
        ignore: null,
      },
      namespace: 'default',
      prune: true,
      dependsOn: [],
      permits: null,
    });
  });

  test.for([
    ['{ branch: dev }', 'refs/heads/dev', null],
    ['{}', 'refs/heads/master', null],
    ['{ branch: dev, tag: v1 }', 'refs/tags/v1', null],
    ['{ tag: v1, semver: ">=1.0.0" }', null, '>=1.0.0'],
    ['{ semver: 1.x, name: refs/heads/x }', 'refs/heads/x', null],
    ['{ name: refs/heads/x, commit: 0123abc }', '0123abc', null],
  ] as const)('at ref %s is read at %j, range %j', ([ref, name, range]) => {
    const basics = fluxBasics.replace('ref: { branch: main }', `ref: ${ref}`);
    expect(discover(live(basics, kustomization('a', 'path: ./'))).sources[0]?.location.revision).toEqual({
      name,
      range,
    });
  });

  test('says how the kustomization is changed', () => {
    const edits = kustomizeOf(
      kustomization(
        'a',
        `path: .
targetNamespace: shop
namePrefix: p-
nameSuffix: -s
images: [ { name: web, newTag: "7" } ]
patches: [ { patch: "x", target: { kind: Deployment } } ]
components: [ ../part ]
ignoreMissingComponents: true
patchesStrategicMerge: [ { kind: Deployment } ]
patchesJson6902: [ { target: { kind: Service }, patch: [ { op: remove, path: /a } ] } ]
commonMetadata: { labels: { team: shop }, annotations: { note: hi } }`,
      ),
    );
    expect(edits).toMatchObject({
      generate: true,
      metadata: { labels: { team: 'shop' }, annotations: { note: 'hi' } },
      edits: {
        namespace: 'shop',
        namePrefix: 'p-',
        nameSuffix: '-s',
        images: [{ name: 'web', newTag: '7' }],
        imagesKeep: true,
        patches: [{ patch: 'x', target: { kind: 'Deployment' } }],
        components: ['../part'],
        ignoreMissingComponents: true,
        legacy: {
          patchesStrategicMerge: [{ kind: 'Deployment' }],
          patchesJson6902: [{ target: { kind: 'Service' }, patch: [{ op: 'remove', path: '/a' }] }],
        },
      },
    });
  });

  test('brings its ignore rules, and what it depends on', () => {
    const source = sourceOf(
      kustomization(
        'a',
        'path: .\ndependsOn: [ { name: base }, { name: crds, namespace: other } ]\nignore: [ { paths: [ /spec/replicas ], target: { kind: Deployment } } ]',
      ),
      kustomization('base', 'path: base'),
    );
    expect(source?.dependsOn.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
      'flux-system/base',
      'other/crds',
    ]);
    expect(source?.rules.map(({ reason }) => reason)).toEqual(['ignores /spec/replicas']);
  });

  test.for([
    [
      'sourceRef: { kind: GitRepository, name: gone }',
      'its source GitRepository flux-system/gone does not exist or cannot be read',
    ],
    [
      'sourceRef: { kind: OCIRepository, name: fleet }',
      'its source OCIRepository flux-system/fleet does not exist or cannot be read',
    ],
    ['path: ../../etc', 'its path leaves the repository'],
  ] as const)('with %s is a gap', ([line, why]) => {
    const text = kustomization('a', 'path: .');
    const key = line.split(':')[0] ?? '';
    expect(gapsOf(text.replace(new RegExp(`${key}: .*`), line))).toEqual([`Kustomization flux-system/a: ${why}`]);
  });

  test('from an OCIRepository or a Bucket needs a mapping, and says which', () => {
    const oci =
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: { name: oci, namespace: flux-system }\nspec: { url: oci://registry.example.com/manifests }\n';
    const text = kustomization('a', 'path: .').replace(
      'kind: GitRepository, name: fleet',
      'kind: OCIRepository, name: oci',
    );
    expect(gapsOf(oci, text)).toEqual([
      'Kustomization flux-system/a: its source OCIRepository flux-system/oci is no Git repository, and nothing else is read',
    ]);
    const mappings = [{ url: 'oci://registry.example.com/manifests', path: '/srv/manifests' }];
    expect(discover(live(fluxBasics, oci, text), { mappings }).sources.length).toBe(1);
  });

  test.for(['file:///etc', 'ext::sh -c id', 'http://git.example.com/x'])('from %s is refused', (url) => {
    const basics = fluxBasics.replace('https://git.example.com/fleet', `"${url}"`);
    const found = discover(live(basics, kustomization('a', 'path: .\ntargetNamespace: shop')));
    expect(found.sources).toEqual([]);
    expect(found.gaps).toMatchObject([{ what: 'Kustomization flux-system/a', scope: { namespace: 'shop' } }]);
  });

  test('for another cluster is listed and not compared', () => {
    const found = discover(live(fluxBasics, kustomization('a', 'path: .\nkubeConfig: { secretRef: { name: far } }')));
    expect(found).toMatchObject({
      sources: [],
      elsewhere: [{ name: 'Kustomization flux-system/a', cluster: 'the cluster of kubeConfig far' }],
    });
  });
});

describe('variables of a Kustomization', () => {
  const map = (name: string, data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: flux-system }\ndata: ${data}\n`;
  const from = (references: string, substitute = '{}'): string =>
    kustomization('a', `path: .\npostBuild: { substitute: ${substitute}, substituteFrom: [ ${references} ] }`);

  test('come from ConfigMaps in their order and then from what is written inline', () => {
    const substitution = kustomizeOf(
      map('one', '{ A: "1", B: "1", C: "1" }'),
      map('two', '{ B: "2", C: "2", D: "l1\\nl2" }'),
      from('{ kind: ConfigMap, name: one }, { kind: ConfigMap, name: two }', '{ C: "3" }'),
    )?.substitution;
    expect(substitution?.variables).toEqual({ A: '1', B: '2', C: '3', D: 'l1l2' });
    expect(substitution?.hidden).toEqual([]);
  });

  test('of a Secret are known by name only, also when only its metadata was read', () => {
    const secret = `apiVersion: v1
kind: Secret
metadata:
  name: keys
  namespace: flux-system
  managedFields: [ { manager: x, fieldsV1: { "f:data": { ".": {}, "f:TOKEN": {}, "f:A": {} } } } ]
`;
    const substitution = kustomizeOf(
      map('one', '{ A: "1" }'),
      secret,
      from('{ kind: ConfigMap, name: one }, { kind: Secret, name: keys }', '{ A: "2" }'),
    )?.substitution;
    expect(substitution?.hidden).toEqual(['TOKEN']);
    expect(substitution?.variables['A']).toBe('2');
  });

  test('of a Secret whose keys nobody tells can be any', () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: keys, namespace: flux-system }\n';
    expect(kustomizeOf(secret, from('{ kind: Secret, name: keys }'))?.substitution?.hidden).toBeNull();
  });

  test('of a Secret that Mooring must not read can be any, and are no reason to read nothing', () => {
    const gaps = [{ what: 'secrets', why: 'forbidden', remedy: '', scope: { group: '', kind: 'Secret' } }];
    const found = discover(live(fluxBasics, from('{ kind: Secret, name: keys }', '{ A: "1" }')), { gaps });
    expect(found.sources[0]?.render).toMatchObject({ substitution: { variables: { A: '1' }, hidden: null } });
  });

  test('that are missing stop Flux too, unless they are optional', () => {
    expect(gapsOf(from('{ kind: ConfigMap, name: gone }'))).toEqual([
      'Kustomization flux-system/a: ConfigMap gone, which its postBuild takes variables from, does not exist or cannot be read',
    ]);
    expect(kustomizeOf(from('{ kind: ConfigMap, name: gone, optional: true }'))).toBeDefined();
  });

  test('with a name that Flux refuses stop it', () => {
    expect(gapsOf(from('', '{ not-a-name: x }'))).toEqual([
      'Kustomization flux-system/a: its postBuild has a variable that Flux refuses: not-a-name',
    ]);
  });
});
