import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EngineDiscovery } from '../src/app-discovery.ts';
import { DiscoveredSupply } from '../src/app-source-supply.ts';
import { createGitSetup } from '../src/app-sources.ts';
import { type AppliedRule, RuleBook } from '../src/collectors/discovery/rule-book.ts';
import { DirectorySource } from '../src/collectors/directory-source.ts';
import type { DesiredSnapshot } from '../src/resource/snapshot.ts';
import { application, argoBasics, now } from './collectors/discovery/live-objects.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';
import { configMap, TestRepository } from './git/repository.ts';

const { signal } = new AbortController();

interface World {
  readonly supply: DiscoveredSupply;
  readonly discovery: EngineDiscovery;
  readonly rules: readonly AppliedRule[];
  readonly repository: TestRepository;
  /** Writes an engine object, or takes it away. */
  put(name: string, text: string | null): Promise<void>;
  /** What every source says, by name. */
  read(): Promise<Readonly<Record<string, DesiredSnapshot>>>;
}

const shop = (path: string, more = ''): string =>
  `source: { repoURL: https://git.example.com/shop.git, path: ${path}, targetRevision: main }\n${more}`;

/** A cluster that is a folder, with two applications of one repository. */
async function open(more: Readonly<Record<string, string>> = {}): Promise<World> {
  const [folder, cache, repository] = [temporaryFolder(), temporaryFolder(), new TestRepository()];
  repository.commit({ 'web/a.yaml': configMap('a', '1'), 'api/b.yaml': configMap('b', '1') });
  const put: World['put'] = async (name, text) => {
    const file = join(folder, `${name}.yaml`);
    await (text === null ? rm(file) : writeFile(file, text));
  };
  await put('basics', argoBasics);
  await put('web', application('web', shop('web')));
  await put('api', application('api', shop('api')));
  for (const [name, text] of Object.entries(more)) await put(name, text);
  const live = new DirectorySource(folder);
  const rules: AppliedRule[] = [];
  const discovery = new EngineDiscovery({
    live,
    access: {
      git: await createGitSetup({ MOORING_CACHE: cache, PATH: process.env['PATH'] }),
      cacheDirectory: cache,
      mappings: [{ url: 'https://git.example.com/shop', path: repository.path }],
      poll: 60_000,
    },
    tools: () => Promise.reject(new Error('nothing needs to be rendered')),
    rules: new RuleBook(rules),
    clock: () => new Date(now),
  });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  const supply = await DiscoveredSupply.open(discovery, live, signal);
  const read: World['read'] = async () => {
    const snapshots = await Promise.all(supply.current.map(({ source }) => source.manifests.read(signal)));
    return Object.fromEntries(snapshots.map((snapshot) => [snapshot.source, snapshot]));
  };
  return { supply, discovery, rules, repository, put, read };
}

const names = ({ supply }: World): readonly string[] =>
  supply.current.slice(1).map(({ source }) => source.manifests.name);
const declared = (snapshot: DesiredSnapshot | undefined): readonly string[] =>
  (snapshot?.resources ?? []).map(({ id }) => id.name);

describe('a daemon without sources', () => {
  test('follows what Argo CD declares, and is told only when that changes', async () => {
    const world = await open();
    const before = names(world);
    expect(before).toEqual(['Application argocd/api', 'Application argocd/web']);
    expect(await world.supply.renew(signal)).toBeNull();
    await world.put('third', application('third', shop('web')));
    expect(await world.supply.renew(signal)).toHaveLength(4);
    await world.put('third', null);
    expect(await world.supply.renew(signal)).toHaveLength(3);
    expect(names(world)).toEqual(before);
  });

  test('rebuilds only the source whose definition changed; the others keep what they have parsed', async () => {
    const world = await open();
    const first = await world.read();
    const [, api, web] = world.supply.current;
    expect(world.discovery.built).toBe(2);

    await world.put('web', application('web', shop('api')));
    await world.supply.renew(signal);
    expect(world.discovery.built).toBe(3);
    expect(world.supply.current[1]).toBe(api);
    expect(world.supply.current[2]).not.toBe(web);
    const second = await world.read();
    expect(second['Application argocd/api']?.resources).toBe(first['Application argocd/api']?.resources);
    expect(declared(second['Application argocd/web'])).toEqual(['b']);

    // A status that changes is no other definition.
    await world.put('web', `${application('web', shop('api'))}status: { sync: { status: OutOfSync } }\n`);
    expect(await world.supply.renew(signal)).toBeNull();
    expect(world.discovery.built).toBe(3);
  });

  test('takes over rules that change with a definition, and drops them with it', async () => {
    const world = await open();
    const ignoring = (pointer: string): string =>
      application('web', shop('web', `ignoreDifferences: [ { kind: ConfigMap, jsonPointers: [ ${pointer} ] } ]`));
    const paths = async (): Promise<readonly string[]> => {
      await world.supply.renew(signal);
      await world.read();
      return world.rules.map(({ path, rule }) => `${path}: ${rule}`);
    };
    await world.put('web', ignoring('/data/a'));
    expect(await paths()).toEqual(['data.a: ignores /data/a of ["","ConfigMap","",""] (Application argocd/web)']);
    await world.put('web', ignoring('/data/b'));
    expect(await paths()).toEqual(['data.b: ignores /data/b of ["","ConfigMap","",""] (Application argocd/web)']);
    await world.put('web', application('web', shop('web')));
    expect(await paths()).toEqual([]);
  });

  test('is called when a definition changes, and not for a status, a refresh or another object', async () => {
    const world = await open();
    const watching = new AbortController();
    onTestFinished(() => watching.abort());
    let calls = 0;
    let ring = (): void => {};
    await world.supply.watch(() => {
      calls += 1;
      ring();
    }, watching.signal);
    const called = (): Promise<void> =>
      new Promise((resolve) => {
        ring = resolve;
      });
    await world.put('noise', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: argocd }\n');
    await world.put('api', `${application('api', shop('api'))}status: { health: { status: Degraded } }\n`);
    const changed = called();
    await world.put('web', application('web', shop('api')));
    await changed;
    expect(calls).toBe(1);
    expect(await world.supply.renew(signal)).not.toBeNull();
    const gone = called();
    await world.put('web', null);
    await gone;
    expect(calls).toBe(2);
  });
});

test('objects that engine objects take values from are worth another look, and no others', async () => {
  const release = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: shop, namespace: apps }
spec: { valuesFrom: [ { kind: ConfigMap, name: values }, { kind: Secret, name: hidden } ] }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: shop, namespace: flux-system }
spec: { postBuild: { substituteFrom: [ { kind: ConfigMap, name: cluster } ] } }
`;
  const { supply } = await open({ release });
  const id = (kind: string, namespace: string, name: string, group = '') => ({ group, kind, namespace, name });
  const concerning = [
    id('ConfigMap', 'apps', 'values'),
    id('Secret', 'apps', 'hidden'),
    id('ConfigMap', 'flux-system', 'cluster'),
    id('ConfigMap', 'argocd', 'argocd-cm'),
    id('CustomResourceDefinition', '', 'applicationsets.argoproj.io', 'apiextensions.k8s.io'),
  ];
  const others = [
    id('ConfigMap', 'other', 'values'),
    id('Secret', 'apps', 'values'),
    id('Deployment', 'apps', 'values', 'apps'),
    id('CustomResourceDefinition', '', 'berths.example.com', 'apiextensions.k8s.io'),
  ];
  expect([...concerning, ...others].filter((each) => supply.concerns(each))).toEqual(concerning);
});

describe('an engine object that broke', () => {
  test('keeps what it declared last, unjudged, with the reason', async () => {
    const world = await open();
    await world.read();
    await world.put('web', application('web', 'source: { repoURL: file:///etc, path: x }'));
    expect(await world.supply.renew(signal)).toHaveLength(3);
    const snapshots = await world.read();
    const web = snapshots['Application argocd/web'];
    expect(declared(web)).toEqual(['a']);
    expect(web?.doubt).toContain('file:///etc is not opened');
    expect(Object.values(snapshots)[0]?.gaps).toContainEqual(
      expect.objectContaining({
        what: 'Application argocd/web',
        why: expect.stringContaining('its last objects are kept and not judged'),
        scope: { namespace: 'shop' },
      }),
    );
    expect(await world.supply.renew(signal)).toBeNull();
    expect(declared((await world.read())['Application argocd/web'])).toEqual(['a']);

    await world.put('web', application('web', shop('web')));
    expect(await world.supply.renew(signal)).not.toBeNull();
    expect((await world.read())['Application argocd/web']).toMatchObject({
      gaps: [],
      resources: [{ id: { name: 'a' } }],
    });
    expect((await world.read())['Application argocd/web']?.doubt).toBeUndefined();
  });

  test('is gone when it is deleted in the end', async () => {
    const world = await open();
    await world.read();
    await world.put('web', application('web', 'source: { repoURL: file:///etc, path: x }'));
    await world.supply.renew(signal);
    await world.put('web', null);
    expect(await world.supply.renew(signal)).toHaveLength(2);
  });

  test('whose new folder cannot be read leaves the objects of the old one unjudged', async () => {
    const world = await open();
    await world.read();
    await world.put('web', application('web', shop('nowhere')));
    await world.supply.renew(signal);
    const web = (await world.read())['Application argocd/web'];
    expect(declared(web)).toEqual(['a']);
    expect(web?.doubt).toContain('declares something else now, and that cannot be read');
    world.repository.commit({ 'nowhere/c.yaml': configMap('c', '1') });
    expect(declared((await world.read())['Application argocd/web'])).toEqual(['c']);
  });

  test('a repository that cannot be read for a while is judged by what it said last', async () => {
    const world = await open();
    await world.read();
    await rm(join(world.repository.path, '.git'), { recursive: true });
    const web = (await world.read())['Application argocd/web'];
    expect(declared(web)).toEqual(['a']);
    expect(web).toMatchObject({
      gaps: [{ what: 'Application argocd/web' }],
      revision: expect.stringMatching(/^[0-9a-f]{40}/),
    });
    expect(web?.doubt).toBeUndefined();
  });

  test('an ApplicationSet that cannot be evaluated any more does not take its applications with it', async () => {
    const set = (url: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: all, namespace: argocd }
spec:
  generators: [ { git: { repoURL: ${url}, revision: main, directories: [ { path: web } ] } } ]
  template:
    metadata: { name: 'made-{{path.basename}}' }
    spec: { project: default, destination: { name: in-cluster, namespace: shop }, source: { repoURL: https://git.example.com/shop, path: '{{path}}', targetRevision: main } }
`;
    const world = await open({ set: set('https://git.example.com/shop') });
    expect(declared((await world.read())['Application argocd/made-web'])).toEqual(['a']);
    await world.put('set', set('file:///gone'));
    await world.supply.renew(signal);
    const made = (await world.read())['Application argocd/made-web'];
    expect(declared(made)).toEqual(['a']);
    expect(made?.doubt).toContain('ApplicationSet argocd/all');
    await world.put('set', null);
    await world.supply.renew(signal);
    expect(names(world)).not.toContain('Application argocd/made-web');
  });
});
