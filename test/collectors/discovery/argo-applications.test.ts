import { describe, expect, test } from 'vitest';
import type { DiscoveredSource } from '../../../src/collectors/discovery/discovered-source.ts';
import { application, argoBasics, discover, live } from './live-objects.ts';

const git = 'source: { repoURL: https://git.example.com/shop, path: deploy, targetRevision: main }';

function sourcesOf(text: string): readonly DiscoveredSource[] {
  return discover(live(argoBasics, text)).sources;
}

function gapsOf(...texts: readonly string[]): readonly string[] {
  return discover(live(...texts)).gaps.map(({ what, why }) => `${what}: ${why}`);
}

describe('an Application', () => {
  test('declares a folder of a repository at a revision, and where its objects belong', () => {
    expect(sourcesOf(application('shop', git))).toMatchObject([
      {
        name: 'Application argocd/shop',
        engine: 'argocd',
        owner: { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'shop' },
        location: { url: 'https://git.example.com/shop', revision: { name: 'main', range: null }, path: 'deploy' },
        namespace: 'shop',
        prune: false,
      },
    ]);
  });

  test.for([
    ['HEAD', null, null],
    ['', null, null],
    ['release-2', 'release-2', null],
    ['v1.2.3', 'v1.2.3', null],
    ['1.2.*', '1.2.*', '1.2.*'],
    ['0123456789abcdef0123456789abcdef01234567', '0123456789abcdef0123456789abcdef01234567', null],
  ] as const)('at targetRevision %j is read at name %j, range %j', ([revision, name, range]) => {
    const [source] = sourcesOf(
      application('a', `source: { repoURL: https://git.example.com/a, path: ., targetRevision: "${revision}" }`),
    );
    expect(source?.location).toEqual({ url: 'https://git.example.com/a', revision: { name, range }, path: '' });
  });

  test('with several sources declares each, and one that is only referred to is reachable for the others', () => {
    const sources = sourcesOf(
      application(
        'a',
        `sources:
  - { repoURL: https://git.example.com/charts, path: web, helm: { valueFiles: [$values/prod.yaml] } }
  - { repoURL: https://git.example.com/values, targetRevision: live, ref: values }
  - { repoURL: https://git.example.com/extra, path: more, ref: also }`,
      ),
    );
    expect(sources.map(({ name, location }) => [name, location.path])).toEqual([
      ['Application argocd/a [1]', 'web'],
      ['Application argocd/a [3]', 'more'],
    ]);
    const [first] = sources;
    expect(first?.render.kind === 'argo' ? Object.keys(first.render.context.refs) : []).toEqual(['values', 'also']);
  });

  test('with a hydrator is read where the hydrated manifests are', () => {
    const [source] = sourcesOf(
      application(
        'a',
        `sourceHydrator:
  drySource: { repoURL: https://git.example.com/a, path: dry, targetRevision: HEAD }
  syncSource: { targetBranch: env/prod, path: hydrated }`,
      ),
    );
    expect(source?.location).toEqual({
      url: 'https://git.example.com/a',
      revision: { name: 'env/prod', range: null },
      path: 'hydrated',
    });
  });

  test('that prunes by itself is told apart', () => {
    const [source] = sourcesOf(application('a', `${git}\nsyncPolicy: { automated: { prune: true } }`));
    expect(source?.prune).toBe(true);
  });

  test.for([
    ['destination: { server: https://other.example.com, namespace: shop }', 'https://other.example.com'],
    ['destination: { name: far-away, namespace: shop }', 'far-away'],
  ] as const)('for another cluster (%s) is listed and not compared', ([destination, cluster]) => {
    const text = application('a', git).replace(/destination: .*/, destination);
    expect(discover(live(argoBasics, text))).toMatchObject({
      sources: [],
      gaps: [],
      engines: [],
      elsewhere: [{ name: 'Application argocd/a', cluster }],
    });
  });

  test('may name its own cluster either way', () => {
    const text = application('a', git).replace(/destination: .*/, 'destination: { name: in-cluster, namespace: shop }');
    expect(sourcesOf(text).length).toBe(1);
  });

  test.for([
    ['file:///etc', 'file URLs in objects of the cluster are not followed'],
    ['ext::sh -c id', 'neither an https nor an ssh URL'],
    ['/etc', 'neither an https nor an ssh URL'],
    ['http://git.example.com/a', 'only https, ssh'],
  ] as const)('that points at %s is refused', ([url, why]) => {
    const text = application('a', `source: { repoURL: "${url}", path: x }`);
    expect(sourcesOf(text)).toEqual([]);
    expect(gapsOf(argoBasics, text)).toEqual([expect.stringContaining(why)]);
  });

  test('is read from a mapped repository, whatever its URL', () => {
    const text = application('a', 'source: { repoURL: "file:///srv/git/shop.git", path: x }');
    const found = discover(live(argoBasics, text), {
      mappings: [{ url: 'file:///srv/git/shop.git', path: '/srv/git/shop.git' }],
    });
    expect(found.sources.length).toBe(1);
  });

  test('with a chart of a chart repository is a gap that says what to map; mapped it is a source', () => {
    const text = application(
      'a',
      'source: { repoURL: https://charts.example.com, chart: podinfo, targetRevision: 6.x }',
    );
    expect(gapsOf(argoBasics, text)).toEqual([
      'Application argocd/a: chart podinfo of https://charts.example.com is in a chart repository, which is not read',
    ]);
    const mappings = [{ url: 'https://charts.example.com/podinfo', path: '/charts/podinfo' }];
    expect(discover(live(argoBasics, text), { mappings }).sources[0]?.location).toEqual({
      url: 'https://charts.example.com/podinfo',
      revision: { name: null, range: null },
      path: '',
    });
  });

  test('that cannot be read keeps its namespace from being searched for objects too many', () => {
    const found = discover(live(argoBasics, application('a', 'source: { repoURL: "file:///etc", path: x }')));
    expect(found.gaps.map(({ scope }) => scope)).toEqual([{ namespace: 'shop' }]);
  });

  test('brings its own rules and those of its installation', () => {
    const settings = `
apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-cm, namespace: argocd, labels: { app.kubernetes.io/part-of: argocd } }
data: { resource.customizations.ignoreDifferences.all: "jsonPointers: [ /spec/a ]" }
`;
    const text = application(
      'a',
      `${git}\nignoreDifferences: [ { group: apps, kind: Deployment, jsonPointers: [ /spec/replicas ], jqPathExpressions: [ "walk(.)" ] } ]`,
    );
    const found = discover(live(argoBasics, settings, text));
    expect(found.sources[0]?.rules.map(({ reason, owner }) => [reason, owner])).toEqual([
      ['ignores /spec/replicas', 'Application argocd/a'],
      ['ignores /spec/a', 'ConfigMap argocd/argocd-cm'],
    ]);
    expect(found.gaps.map(({ what, why }) => [what, why])).toEqual([
      ['a rule of Application argocd/a', 'walk(.) is not understood, so it hides nothing'],
    ]);
  });

  test('a ConfigMap of that name without the label of Argo CD is nobody’s setting', () => {
    const forged =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: argocd-cm, namespace: argocd }\ndata: { resource.customizations.ignoreDifferences.all: "jsonPointers: [ / ]" }\n';
    expect(discover(live(argoBasics, forged, application('a', git))).sources[0]?.rules).toEqual([]);
  });
});
