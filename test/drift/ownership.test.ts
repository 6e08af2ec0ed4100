import { describe, expect, test } from 'vitest';
import { DriftSession } from '../../src/drift/drift-session.ts';
import { OwnedGround } from '../../src/drift/ownership.ts';
import { now, resources } from './pairs.ts';

const ground = new OwnedGround([
  { source: 'shop', owns: { namespaces: ['shop'], kinds: [] } },
  { source: 'platform', owns: { namespaces: [], kinds: ['ClusterRole.rbac.authorization.k8s.io', 'StorageClass'] } },
  { source: 'other' },
  { source: 'late', owns: { namespaces: ['shop'], kinds: [] } },
]);

const id = (
  kind: string,
  namespace: string,
  group = 'apps',
): { group: string; kind: string; namespace: string; name: string } => ({ group, kind, namespace, name: 'a' });

describe('ground that belongs to one source', () => {
  test.for([
    ['shop', id('Deployment', 'shop'), null],
    ['other', id('Deployment', 'shop'), 'other declares Deployment shop/a, and namespace shop belongs to shop'],
    ['late', id('Deployment', 'shop'), 'late declares Deployment shop/a, and namespace shop belongs to shop'],
    ['other', id('Deployment', 'elsewhere'), null],
    ['platform', id('ClusterRole', '', 'rbac.authorization.k8s.io'), null],
    [
      'shop',
      id('ClusterRole', '', 'rbac.authorization.k8s.io'),
      'shop declares ClusterRole a, and ClusterRole belongs to platform',
    ],
    ['shop', id('ClusterRole', '', 'example.com'), null],
    [
      'shop',
      id('StorageClass', '', 'storage.k8s.io'),
      'shop declares StorageClass a, and StorageClass belongs to platform',
    ],
  ] as const)('%s and %j: %s', ([source, declared, expected]) => {
    expect(ground.objection(source, declared)).toBe(expected);
  });

  test.for([
    [id('Deployment', 'shop'), true],
    [id('Deployment', 'elsewhere'), false],
    [id('ClusterRole', '', 'rbac.authorization.k8s.io'), true],
    [id('ClusterRole', '', 'example.com'), false],
  ] as const)('%j is covered: %s', ([found, expected]) => {
    expect(ground.covers(found)).toBe(expected);
  });
});

const configMap = (name: string, namespace: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { a: "1" }\n`;
const role = (name: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: ${name} }\nrules: []\n`;

interface Declares {
  readonly source: string;
  readonly texts: readonly string[];
  readonly owns?: { readonly namespaces: readonly string[]; readonly kinds: readonly string[] };
}

function verdicts(sources: readonly Declares[], liveTexts: readonly string[]): readonly string[] {
  const opened = new DriftSession({ defaultNamespace: 'default' });
  opened.setLive({ source: 'live', resources: resources(liveTexts.join('---\n')), gaps: [], openApi: [], readAt: now });
  opened.setDesired(
    sources.map(({ source, texts, owns }) => ({
      source,
      revision: null,
      resources: resources(texts.join('---\n')),
      gaps: [],
      unstable: [],
      readAt: now,
      ...(owns === undefined ? {} : { owns }),
    })),
  );
  return opened.keys().flatMap((key) => {
    const report = opened.judge(key, now);
    return report === null
      ? []
      : [
          `${report.name}: ${report.drift ?? report.verdict}${report.invalid.map(({ reason }) => ` (${reason})`).join('')}`,
        ];
  });
}

describe('a source that owns', () => {
  const shop = { source: 'shop', texts: [configMap('a', 'shop')], owns: { namespaces: ['shop', 'empty'], kinds: [] } };

  test('a namespace is told of everything else in it, also where it declares nothing', () => {
    const live = [configMap('a', 'shop'), configMap('b', 'shop'), configMap('c', 'empty'), configMap('d', 'elsewhere')];
    expect(verdicts([shop], live)).toEqual(['a: in-sync', 'b: extra', 'c: extra']);
  });

  test('a kind is told of everything else of it, cluster-wide, but not of what Kubernetes itself brings', () => {
    const platform = {
      source: 'platform',
      texts: [role('mine')],
      owns: { namespaces: [], kinds: ['ClusterRole.rbac.authorization.k8s.io'] },
    };
    const brought = role('system:node').replace(
      'name: system:node',
      'name: "system:node", labels: { kubernetes.io/bootstrapping: rbac-defaults }',
    );
    expect(verdicts([platform], [role('mine'), role('stray'), brought])).toEqual(['mine: in-sync', 'stray: extra']);
    expect(verdicts([{ ...platform, owns: { namespaces: [], kinds: [] } }], [role('mine'), role('stray')])).toEqual([
      'mine: in-sync',
    ]);
  });

  test('a place is told when another source declares something there', () => {
    const other = { source: 'other', texts: [configMap('b', 'shop')] };
    expect(verdicts([shop, other], [configMap('a', 'shop'), configMap('b', 'shop')])).toEqual([
      'a: in-sync',
      'b: invalid (other declares ConfigMap shop/b, and namespace shop belongs to shop)',
    ]);
  });
});

describe('two sources that declare one object', () => {
  test('differently leave no desired state, and both are named', () => {
    const left = { source: 'left', texts: [configMap('a', 'shop')] };
    const right = { source: 'right', texts: [configMap('a', 'shop').replace('"1"', '"2"')] };
    expect(verdicts([left, right], [configMap('a', 'shop')])).toEqual([
      'a: invalid (declared differently in left: test.yaml:1 and right: test.yaml:1)',
    ]);
  });
});
