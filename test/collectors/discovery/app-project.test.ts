import { describe, expect, test } from 'vitest';
import { application, discover, live } from './live-objects.ts';

const git = 'source: { repoURL: https://git.example.com/shop, path: deploy, targetRevision: main }';

function gapsOf(...texts: readonly string[]): readonly string[] {
  return discover(live(...texts)).gaps.map(({ what, why }) => `${what}: ${why}`);
}

const project = (spec: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: default, namespace: argocd }
spec: ${spec}
`;
const anywhere = "destinations: [{ server: '*', namespace: '*' }]";

describe('an AppProject', () => {
  test.for([
    ["sourceRepos: ['*']", true],
    ["sourceRepos: ['https://git.example.com/*']", true],
    ["sourceRepos: ['https://git.example.com/**']", true],
    ["sourceRepos: ['https://GIT.example.com/shop.git']", true],
    ["sourceRepos: ['https://git.example.com/shop-two']", false],
    ["sourceRepos: ['https://*/shop']", true],
    ["sourceRepos: ['*', '!https://git.example.com/**']", false],
    ['sourceRepos: []', false],
  ] as const)('with %s permits the repository: %s', ([repos, expected]) => {
    const found = discover(live(project(`{ ${repos}, ${anywhere} }`), application('a', git)));
    expect(found.sources.length).toBe(expected ? 1 : 0);
    if (!expected)
      expect(found.gaps[0]?.why).toBe('project default does not permit the repository https://git.example.com/shop');
  });

  test.for([
    ["{ server: '*', namespace: shop }", true],
    ["{ server: '*', namespace: 'sh*' }", true],
    ["{ server: https://kubernetes.default.svc, namespace: '*' }", true],
    ["{ name: in-cluster, namespace: '*' }", true],
    ["{ server: '*', namespace: other }", false],
    ["{ server: https://other.example.com, namespace: '*' }", false],
    ["{ server: '*', namespace: '!shop' }, { server: '*', namespace: '*' }", false],
    ["{ server: '!https://kubernetes.default.svc', namespace: '*' }, { server: '*', namespace: '*' }", false],
  ] as const)('with the destination %s permits it: %s', ([destinations, expected]) => {
    const found = discover(
      live(project(`{ sourceRepos: ['*'], destinations: [${destinations}] }`), application('a', git)),
    );
    expect(found.sources.length).toBe(expected ? 1 : 0);
  });

  test.for([
    ['', 'Deployment', 'shop', null],
    [
      'namespaceResourceBlacklist: [{ group: apps, kind: Deployment }]',
      'Deployment',
      'shop',
      'project default does not permit Deployment',
    ],
    ["namespaceResourceWhitelist: [{ group: apps, kind: '*' }]", 'Deployment', 'shop', null],
    [
      'namespaceResourceWhitelist: [{ group: batch, kind: Job }]',
      'Deployment',
      'shop',
      'project default does not permit Deployment',
    ],
    ['', 'Deployment', 'other', 'project default does not permit namespace other'],
    ['', 'ClusterRole', '', 'project default does not permit ClusterRole'],
    ["clusterResourceWhitelist: [{ group: '*', kind: '*' }]", 'ClusterRole', '', null],
    [
      "clusterResourceWhitelist: [{ group: '*', kind: '*', name: 'shop-*' }]",
      'ClusterRole',
      '',
      'project default does not permit ClusterRole',
    ],
    [
      "clusterResourceWhitelist: [{ group: '*', kind: '*' }]\n  clusterResourceBlacklist: [{ group: '*', kind: ClusterRole }]",
      'ClusterRole',
      '',
      'project default does not permit ClusterRole',
    ],
  ] as const)('with %j permits %s in %j unless: %s', ([lists, kind, namespace, expected]) => {
    const spec = `\n  sourceRepos: ['*']\n  destinations: [{ server: '*', namespace: shop }]\n  ${lists}`;
    const [source] = discover(live(project(spec), application('a', git))).sources;
    const group = kind === 'ClusterRole' ? 'rbac.authorization.k8s.io' : 'apps';
    expect(source?.permits?.({ group, kind, namespace, name: 'web' })).toBe(expected);
  });

  test('takes applications from other namespaces only when it says so', () => {
    const text = application('a', git).replace('namespace: argocd', 'namespace: team-a');
    const closed = project(`{ sourceRepos: ['*'], ${anywhere} }`);
    expect(gapsOf(closed, text)).toEqual([
      'Application team-a/a: project default takes no applications from namespace team-a',
    ]);
    const open = project(`{ sourceRepos: ['*'], sourceNamespaces: ['team-*'], ${anywhere} }`);
    expect(discover(live(open, text)).sources.length).toBe(1);
  });

  test('that is missing lets nothing be applied', () => {
    expect(gapsOf(application('a', git))).toEqual([
      'Application argocd/a: its project default does not exist or cannot be read',
    ]);
  });
});
