import { describe, expect, test } from 'vitest';
import type { DiscoveredSource, HelmWanted } from '../../../src/collectors/discovery/discovered-source.ts';
import { discover, fluxBasics, helmRelease, live } from './live-objects.ts';

function sourceOf(...texts: readonly string[]): DiscoveredSource | undefined {
  return discover(live(fluxBasics, ...texts)).sources[0];
}

function helmOf(...texts: readonly string[]): HelmWanted | undefined {
  const render = sourceOf(...texts)?.render;
  return render?.kind === 'helm' ? render : undefined;
}

function gapsOf(...texts: readonly string[]): readonly string[] {
  return discover(live(fluxBasics, ...texts)).gaps.map(({ what, why }) => `${what}: ${why}`);
}

describe('a HelmRelease', () => {
  const fromGit =
    'chart: { spec: { chart: ./charts/api, sourceRef: { kind: GitRepository, name: fleet, namespace: flux-system } } }';
  const values = (data: string, kind = 'ConfigMap', name = 'v'): string =>
    `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\ndata: ${data}\n`;
  const valuesOf = (...texts: readonly string[]): unknown => JSON.parse(helmOf(...texts)?.values ?? 'null');

  test('declares a chart in a Git repository', () => {
    expect(sourceOf(helmRelease('api', fromGit))).toMatchObject({
      name: 'HelmRelease shop/api',
      location: { url: 'https://git.example.com/fleet', path: 'charts/api' },
      namespace: 'shop',
      render: {
        kind: 'helm',
        release: 'api',
        namespace: 'shop',
        includeCrds: true,
        values: '{}',
        valueFiles: [],
        replacesChartValues: false,
      },
    });
  });

  test.for([
    ['', 'api'],
    ['targetNamespace: prod', 'prod-api'],
    ['releaseName: mine\ntargetNamespace: prod', 'mine'],
  ] as const)('with %j is released as %s', ([lines, release]) => {
    expect(helmOf(helmRelease('api', `${fromGit}\n${lines}`))?.release).toBe(release);
  });

  test('with a name too long for Helm is released under the first 40 characters and a hash', () => {
    const name = 'a'.repeat(60);
    expect(helmOf(helmRelease(name, fromGit))?.release).toMatch(/^a{40}-[0-9a-f]{12}$/);
  });

  test('takes values from ConfigMaps in their order, its own over them, and those with a path over all', () => {
    const references = `valuesFrom:
  - { kind: ConfigMap, name: one }
  - { kind: ConfigMap, name: two, valuesKey: more }
  - { kind: ConfigMap, name: two, valuesKey: port, targetPath: "service.ports[0].number" }
  - { kind: ConfigMap, name: two, valuesKey: text, targetPath: "note.a\\\\.b", literal: true }`;
    expect(
      valuesOf(
        values('{ values.yaml: "a: 1\\nb: { c: 1, d: 1 }\\n" }', 'ConfigMap', 'one'),
        values('{ more: "b: { d: 2 }\\ne: [1]\\n", port: "8080", text: "x,{y}" }', 'ConfigMap', 'two'),
        helmRelease(
          'api',
          `${fromGit}\nvalues: { b: { d: 3 }, service: { ports: [ { number: 1, name: http } ] } }\n${references}`,
        ),
      ),
    ).toEqual({
      a: 1,
      b: { c: 1, d: 3 },
      e: [1],
      service: { ports: [{ number: 8080, name: 'http' }] },
      note: { 'a.b': 'x,{y}' },
    });
  });

  test('with one value from a Secret leaves that place open', () => {
    const release = helmOf(
      values('{ password: c2VjcmV0 }', 'Secret', 's'),
      helmRelease(
        'api',
        `${fromGit}\nvaluesFrom: [ { kind: Secret, name: s, valuesKey: password, targetPath: db.password } ]`,
      ),
    );
    expect(release?.hiddenValues).toEqual(['db.password']);
    expect(release?.values).toBe('{}');
  });

  test('with all values in a Secret cannot be rendered, and says what would help', () => {
    expect(
      gapsOf(
        values('{ values.yaml: YTogMQ== }', 'Secret', 's'),
        helmRelease('api', `${fromGit}\nvaluesFrom: [ { kind: Secret, name: s } ]`),
      ),
    ).toEqual(['HelmRelease shop/api: its values come from Secret s, and values of Secrets are not read']);
  });

  test.for([
    ['{ kind: ConfigMap, name: gone }', 'ConfigMap gone, which its valuesFrom names, does not exist or cannot be read'],
    ['{ kind: ConfigMap, name: v, valuesKey: other }', 'ConfigMap v has no key other'],
    ['{ kind: ConfigMap, name: v }', 'what valuesFrom takes from ConfigMap v is no values'],
    ['{ kind: ConfigMap, name: v, targetPath: "]" }', 'what valuesFrom takes from ConfigMap v is no values'],
  ] as const)('with valuesFrom %s is a gap', ([reference, why]) => {
    expect(
      gapsOf(values('{ values.yaml: "[1]" }'), helmRelease('api', `${fromGit}\nvaluesFrom: [ ${reference} ]`)),
    ).toEqual([`HelmRelease shop/api: ${why}`]);
  });

  test('does without what is optional', () => {
    expect(
      valuesOf(helmRelease('api', `${fromGit}\nvaluesFrom: [ { kind: ConfigMap, name: gone, optional: true } ]`)),
    ).toEqual({});
  });

  test('with valuesFiles takes those in place of the values of the chart', () => {
    const text = fromGit.replace(
      'chart: ./charts/api,',
      'chart: ./charts/api, valuesFiles: [ charts/api/values.yaml, ./prod.yaml ], ignoreMissingValuesFiles: true,',
    );
    expect(helmOf(helmRelease('api', text))).toMatchObject({
      replacesChartValues: true,
      valueFiles: [
        { path: 'charts/api/values.yaml', optional: true, ref: null },
        { path: 'prod.yaml', optional: true, ref: null },
      ],
    });
  });

  test('brings its ignore rules, and changes what Helm printed', () => {
    const source = sourceOf(
      helmRelease(
        'api',
        `${fromGit}
driftDetection: { mode: enabled, ignore: [ { paths: [ /spec/replicas ], target: { kind: Deployment } } ] }
postRenderers: [ { kustomize: { images: [ { name: a, newTag: "2" } ], patches: [ { patch: p } ] } } ]
commonMetadata: { labels: { team: shop } }
install: { crds: Skip }`,
      ),
    );
    expect(source?.rules.map(({ owner }) => owner)).toEqual(['HelmRelease shop/api']);
    expect(source?.render).toMatchObject({
      includeCrds: false,
      postRender: { images: [{ name: 'a', newTag: '2' }], patches: [{ patch: 'p' }] },
      metadata: { labels: { team: 'shop' } },
    });
  });

  const repository =
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: { name: charts, namespace: shop }\nspec: { url: https://charts.example.com }\n';
  const fromCharts =
    'chart: { spec: { chart: podinfo, version: 6.x, sourceRef: { kind: HelmRepository, name: charts } } }';

  test('with a chart of a chart repository is a gap that says what to map; mapped it is a source', () => {
    expect(gapsOf(repository, helmRelease('api', fromCharts))).toEqual([
      'HelmRelease shop/api: its chart podinfo is in a chart repository (https://charts.example.com), which is not read',
    ]);
    const mappings = [{ url: 'https://charts.example.com/podinfo', path: '/charts/podinfo' }];
    expect(
      discover(live(fluxBasics, repository, helmRelease('api', fromCharts)), { mappings }).sources[0]?.location,
    ).toMatchObject({
      url: 'https://charts.example.com/podinfo',
      path: '',
    });
  });

  test('may refer to a HelmChart', () => {
    const chart =
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: { name: c, namespace: flux-system }\nspec: { chart: charts/web, sourceRef: { kind: GitRepository, name: fleet } }\n';
    expect(
      sourceOf(chart, helmRelease('api', 'chartRef: { kind: HelmChart, name: c, namespace: flux-system }'))?.location
        .path,
    ).toBe('charts/web');
  });
});
