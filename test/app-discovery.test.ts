import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DiscoveredEstate, discoverEstate } from '../src/app-discovery.ts';
import { createGitSetup } from '../src/app-sources.ts';
import { RuleBook, type AppliedRule } from '../src/collectors/discovery/rule-book.ts';
import type { LiveSource } from '../src/collectors/live-source.ts';
import { describeResourceId } from '../src/resource/resource-id.ts';
import type { DesiredSnapshot } from '../src/resource/snapshot.ts';
import { application, argoBasics, fluxBasics, kustomization, live, now } from './collectors/discovery/live-objects.ts';
import { temporaryFolder } from './fakes/temporary-folder.ts';
import { configMap, TestRepository } from './git/repository.ts';

const signal = AbortSignal.timeout(60_000);

function liveSource(texts: readonly string[]): LiveSource {
  return {
    name: 'dumps',
    read: () => Promise.resolve({ source: 'dumps', resources: live(...texts), gaps: [], openApi: [], readAt: now }),
    watch: () => Promise.reject(new Error('not watched')),
  };
}

interface Found {
  readonly estate: DiscoveredEstate;
  readonly snapshots: readonly DesiredSnapshot[];
  readonly rules: readonly AppliedRule[];
}

/** Discovers what these objects declare, with `https://git.example.com/shop` mapped to a repository, and reads it all. */
async function discover(repository: string, ...texts: readonly string[]): Promise<Found> {
  const cache = temporaryFolder();
  const rules: AppliedRule[] = [];
  const estate = await discoverEstate(
    {
      live: liveSource(texts),
      access: {
        git: await createGitSetup({ MOORING_CACHE: cache, PATH: process.env['PATH'] }),
        cacheDirectory: cache,
        mappings: [
          { url: 'https://git.example.com/shop', path: repository },
          { url: 'https://git.example.com/gone', path: join(cache, 'gone') },
        ],
        poll: 60_000,
      },
      tools: () => Promise.reject(new Error('nothing needs to be rendered')),
      rules: new RuleBook(rules),
      clock: () => new Date(now),
    },
    signal,
  );
  onTestFinished(() => estate[Symbol.asyncDispose]());
  const snapshots = await Promise.all(estate.sources.map(({ source }) => source.manifests.read(signal)));
  return { estate, snapshots, rules };
}

function declared({ snapshots }: Found): readonly string[] {
  const names = snapshots.flatMap(({ source, resources }) =>
    resources.map(({ id }) => `${source}: ${describeResourceId(id)}`),
  );
  return names.sort();
}

function gapsOf({ snapshots }: Found): readonly string[] {
  return snapshots.flatMap(({ gaps }) => gaps.map(({ what, why }) => `${what}: ${why}`)).sort();
}

const shop = (path: string, revision = 'main'): string =>
  `source: { repoURL: https://git.example.com/shop.git, path: ${path}, targetRevision: "${revision}" }`;

describe('what engines declare on the live side', () => {
  test('is opened and read, each source by itself', async () => {
    const repository = new TestRepository();
    repository.commit({
      'web/a.yaml': configMap('a', '1'),
      'web/deep/b.yaml': configMap('b', '1'),
      'api/c.yaml': configMap('c', '1'),
    });
    const found = await discover(
      repository.path,
      argoBasics,
      application('web', shop('web')),
      application(
        'api',
        `source: { repoURL: https://git.example.com/shop, path: ., directory: { recurse: true, exclude: 'web/*' } }`,
      ),
    );
    expect(declared(found)).toEqual(['Application argocd/api: ConfigMap c', 'Application argocd/web: ConfigMap a']);
    expect(found.estate.sources.map(({ namespace }) => namespace)).toEqual(['default', 'shop', 'shop']);
    expect(found.estate.sources[1]?.source.spec).toMatchObject({
      kind: 'git',
      location: 'local',
      repository: repository.path,
    });
  });

  test('one that cannot be read is a gap in its namespace, and the others are read', async () => {
    const repository = new TestRepository();
    repository.commit({ 'web/a.yaml': configMap('a', '1') });
    const found = await discover(
      repository.path,
      argoBasics,
      application('web', shop('web')),
      application('nowhere', shop('nowhere')),
      application('unknown', shop('web', 'no-such-branch')),
      application('gone', 'source: { repoURL: https://git.example.com/gone, path: x }'),
      application('odd', shop('web', '--upload-pack=x')),
    );
    expect(declared(found)).toEqual(['Application argocd/web: ConfigMap a']);
    expect(gapsOf(found).filter((gap) => !gap.includes('stale:'))).toEqual([
      expect.stringMatching(/^Application argocd\/gone: cannot read the repository .*: there is no such directory$/),
      expect.stringMatching(
        /^Application argocd\/nowhere: cannot read Application argocd\/nowhere: there is no nowhere in commit/,
      ),
      'Application argocd/odd: will not read https://git.example.com/shop.git: “--upload-pack=x” is no branch, tag or commit',
      expect.stringMatching(/^Application argocd\/unknown: .*it has no branch, tag or commit “no-such-branch”$/),
    ]);
    const scopes = found.snapshots.flatMap(({ gaps }) => gaps.flatMap(({ scope }) => scope.namespace ?? []));
    expect(new Set(scopes)).toEqual(new Set(['shop']));
  });

  test('what a project forbids is left out and said', async () => {
    const repository = new TestRepository();
    repository.commit({
      'web/a.yaml': `${configMap('a', '1')}---\n${configMap('b', '1').replace('name: b', 'name: b\n  namespace: other')}`,
    });
    const limited = argoBasics.replace(
      "destinations: [{ server: '*', namespace: '*' }]",
      "destinations: [{ server: '*', namespace: shop }]",
    );
    const found = await discover(repository.path, limited, application('web', shop('web')));
    expect(declared(found)).toEqual(['Application argocd/web: ConfigMap a']);
    expect(gapsOf(found)).toContain(
      'ConfigMap other/b of Application argocd/web: project default does not permit namespace other',
    );
  });

  test('its rules come with what it declares', async () => {
    const repository = new TestRepository();
    repository.commit({ 'web/a.yaml': configMap('a', '1') });
    const found = await discover(
      repository.path,
      argoBasics,
      application('web', `${shop('web')}\nignoreDifferences: [ { kind: ConfigMap, jsonPointers: [ /data/a ] } ]`),
    );
    expect(found.rules).toMatchObject([
      { path: 'data.a', kind: 'ConfigMap', namespace: 'shop', name: 'a', owner: 'Application argocd/web' },
    ]);
  });

  test('a range of versions is read at its highest tag', async () => {
    const repository = new TestRepository();
    for (const version of ['v1.0.0', 'v1.9.0', 'v1.10.0', 'v2.0.0']) {
      repository.commit({ 'web/a.yaml': configMap(version.replaceAll('.', '-'), '1') });
      repository.git('tag', version);
    }
    const found = await discover(repository.path, argoBasics, application('web', shop('web', '1.x')));
    expect(declared(found)).toEqual(['Application argocd/web: ConfigMap v1-10-0']);
  });

  test('an ApplicationSet asks the repository for its folders', async () => {
    const repository = new TestRepository();
    repository.commit({
      'apps/web/a.yaml': configMap('a', '1'),
      'apps/api/b.yaml': configMap('b', '1'),
      'other/c.yaml': configMap('c', '1'),
    });
    const set = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: all, namespace: argocd }
spec:
  generators: [ { git: { repoURL: https://git.example.com/shop, revision: main, directories: [ { path: 'apps/*' } ] } } ]
  template:
    metadata: { name: '{{path.basename}}' }
    spec: { project: default, destination: { name: in-cluster, namespace: '{{path.basename}}' }, source: { repoURL: https://git.example.com/shop, path: '{{path}}', targetRevision: main } }
`;
    const found = await discover(repository.path, argoBasics, set);
    expect(declared(found)).toEqual(['Application argocd/api: ConfigMap b', 'Application argocd/web: ConfigMap a']);
  });

  test('an object of Flux is refused what lies outside its repository', async () => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': configMap('a', '1') });
    const basics = fluxBasics.replace('https://git.example.com/fleet', 'file:///etc');
    const found = await discover(repository.path, basics, kustomization('a', 'path: .'));
    expect(declared(found)).toEqual([]);
    expect(gapsOf(found)[0]).toContain('file URLs in objects of the cluster are not followed');
  });
});
