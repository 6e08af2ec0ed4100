import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import type {
  DiscoveredSource,
  HelmWanted,
  RenderWanted,
} from '../../../../src/collectors/discovery/discovered-source.ts';
import { DiscoveredTree } from '../../../../src/collectors/discovery/render/discovered-tree.ts';
import { MemoryTree } from '../../../../src/collectors/discovery/render/memory-tree.ts';
import { planRender, type RenderPlan } from '../../../../src/collectors/discovery/render/plan-render.ts';
import type { JsonObject } from '../../../../src/resource/json.ts';

const signal = new AbortController().signal;
const state = { revision: null, committedAt: null };
const cluster = { kubeVersion: '1.36.3', apiVersions: ['example.com/v1'] };

function sourceWith(
  render: RenderWanted,
  path = 'app',
  engine: DiscoveredSource['engine'] = 'argocd',
): DiscoveredSource {
  return {
    name: 'Application argocd/a',
    engine,
    owner: { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'a' },
    location: { url: 'https://git.example.com/a', revision: { name: null, range: null }, path },
    namespace: 'shop',
    render,
    beyondRoot: false,
    permits: null,
    limits: null,
    rules: [],
    prune: false,
    dependsOn: [],
  };
}

const argo = (source: JsonObject): RenderWanted => ({
  kind: 'argo',
  source,
  context: { application: 'a', project: 'default', namespace: 'shop', refs: {} },
});

const helm: HelmWanted = {
  kind: 'helm',
  release: 'a',
  namespace: 'shop',
  valueFiles: [],
  replacesChartValues: false,
  values: null,
  hiddenValues: [],
  settings: [],
  includeCrds: true,
  skipTests: false,
  skipSchemaValidation: false,
  kubeVersion: null,
  apiVersions: null,
  postRender: null,
  metadata: null,
};

const kustomize = (generate: boolean, edits = {}): RenderWanted => ({
  kind: 'kustomize',
  edits,
  generate,
  substitution: null,
  metadata: null,
});

function plan(
  render: RenderWanted,
  files: Readonly<Record<string, string>>,
  engine: DiscoveredSource['engine'] = 'argocd',
): Promise<RenderPlan> {
  return planRender(sourceWith(render, 'app', engine), new MemoryTree('git', new Map(Object.entries(files))), state, {
    cluster,
    signal,
  });
}

function overlayOf({ overlays }: RenderPlan, file: string, index = 0): unknown {
  const text = overlays[index]?.files.get(file);
  return text === undefined ? undefined : JSON.parse(text);
}

describe('a plan of a chart', () => {
  const chart = { 'app/Chart.yaml': 'name: a\n', 'app/values.yaml': 'a: 1\n', 'app/prod.yaml': 'a: 2\n' };

  test('hands on what the cluster is, unless the source says otherwise', async () => {
    expect((await plan(helm, chart)).helm).toMatchObject({
      kubeVersion: '1.36.3',
      apiVersions: ['example.com/v1'],
      release: 'a',
      namespace: 'shop',
    });
    expect((await plan({ ...helm, kubeVersion: '1.30.0', apiVersions: [] }, chart)).helm).toMatchObject({
      kubeVersion: '1.30.0',
      apiVersions: [],
    });
  });

  test('takes files of values that are there, and inline values after them', async () => {
    const planned = await plan(
      {
        ...helm,
        valueFiles: [
          { path: 'app/prod.yaml', optional: false, ref: null },
          { path: 'gone.yaml', optional: true, ref: null },
        ],
        values: '{"a":3}',
      },
      chart,
    );
    expect(planned.helm?.values).toEqual(['app/prod.yaml', '.mooring-values/values.yaml']);
    expect(overlayOf(planned, '.mooring-values/values.yaml')).toEqual({ a: 3 });
  });

  test('fails for a file of values that is missing', async () => {
    await expect(
      plan({ ...helm, valueFiles: [{ path: 'gone.yaml', optional: false, ref: null }] }, chart),
    ).rejects.toThrow('there is no values file gone.yaml');
    await expect(
      plan({ ...helm, valueFiles: [{ path: 'gone.yaml', optional: false, ref: 'v' }] }, chart),
    ).rejects.toThrow('$v/gone.yaml');
  });

  test('of Flux with files of its own leaves the values of the chart out', async () => {
    const files = [
      { path: 'app/values.yaml', optional: false, ref: null },
      { path: 'app/prod.yaml', optional: false, ref: null },
    ];
    const planned = await plan({ ...helm, replacesChartValues: true, valueFiles: files }, chart);
    expect(planned.helm?.values).toEqual(['.mooring-values/values-0.yaml', '.mooring-values/values-1.yaml']);
    expect(planned.overlays[0]?.files.get('.mooring-values/values-0.yaml')).toBe('a: 1\n');
    expect(planned.overlays[0]?.files.get('app/values.yaml')).toBe('{}');
  });

  test('with a value that nobody may read is rendered with two stand-ins', async () => {
    const planned = await plan({ ...helm, values: '{"a":1}', hiddenValues: ['db.password'] }, chart);
    expect([0, 1].map((index) => overlayOf(planned, '.mooring-values/values.yaml', index))).toEqual([
      { a: 1, db: { password: 'mooring-hidden-1' } },
      { a: 1, db: { password: 'mooring-hidden-2' } },
    ]);
  });

  test('needs a chart, and is not taken for a kustomization', async () => {
    await expect(plan(helm, { 'app/x.yaml': '' })).rejects.toThrow('app has no Chart.yaml');
    const planned = await plan(helm, { ...chart, 'app/kustomization.yaml': '' });
    expect(planned.overlays[0]?.hides('app/kustomization.yaml')).toBe(true);
  });
});

describe('a plan of a kustomization', () => {
  test('leaves a file alone that needs no change', async () => {
    const planned = await plan(kustomize(false), { 'app/kustomization.yaml': 'resources: [a.yaml]\n' });
    expect([...(planned.overlays[0]?.files.keys() ?? [])]).toEqual([]);
  });

  test('changes the file in place, under the name it has', async () => {
    const planned = await plan(kustomize(false, { namespace: 'shop' }), {
      'app/Kustomization': 'resources: [a.yaml]\n',
    });
    expect(overlayOf(planned, 'app/Kustomization')).toEqual({ resources: ['a.yaml'], namespace: 'shop' });
  });

  test('makes one for Flux where there is none, without what Flux leaves out', async () => {
    const files = {
      'app/a.yaml': '',
      'app/.sops.yaml': '',
      'app/.github/x.yaml': '',
      'app/skip/b.yaml': '',
      '.sourceignore': 'skip/\n',
    };
    const planned = await plan(kustomize(true), files, 'flux');
    expect(overlayOf(planned, 'app/kustomization.yaml')).toMatchObject({ resources: ['./a.yaml'] });
    expect(planned.overlays[0]?.hides('app/skip/b.yaml')).toBe(true);
  });

  test('is refused for Argo CD where there is none', async () => {
    await expect(plan(kustomize(false), { 'app/a.yaml': '' })).rejects.toThrow('app has no kustomization.yaml');
  });

  test('leaves out a component that is missing when that is allowed', async () => {
    const files = { 'app/kustomization.yaml': '{}', 'app/here/kustomization.yaml': '{}' };
    const planned = await plan(
      kustomize(false, { components: ['here', 'gone'], ignoreMissingComponents: true }),
      files,
    );
    expect(overlayOf(planned, 'app/kustomization.yaml')).toEqual({ components: ['here'] });
  });
});

describe('a plan of a source of Argo CD', () => {
  test('goes by what the folder holds', async () => {
    expect((await plan(argo({}), { 'app/Chart.yaml': 'name: a\n' })).helm).toMatchObject({ release: 'a' });
    expect((await plan(argo({}), { 'app/a.yaml': '' })).overlays[0]?.hides('app/sub/b.yaml')).toBe(true);
  });

  test('may be changed by files of the folder, the one of the application last', async () => {
    const files = {
      'app/Chart.yaml': 'name: a\n',
      'app/.argocd-source.yaml': 'helm: { releaseName: all, parameters: [ { name: x, value: "1" } ] }\n',
      'app/.argocd-source-a.yaml': 'helm: { releaseName: mine }\nrepoURL: file:///etc\n',
      'app/.argocd-source-b.yaml': 'helm: { releaseName: other }\n',
    };
    const planned = await plan(argo({ repoURL: 'https://git.example.com/a', helm: { releaseName: 'spec' } }), files);
    expect(planned.helm).toMatchObject({ release: 'mine', settings: [{ kind: 'set', name: 'x', value: '1' }] });
  });

  test('is refused with its reason', async () => {
    await expect(plan(argo({ plugin: { name: 'mine' } }), { 'app/a.yaml': '' })).rejects.toThrow(
      'a config management plugin (mine) renders it',
    );
  });
});

describe('the tree of a discovered source', () => {
  test('is planned once for each state', async () => {
    const files = new Map([
      ['app/a.yaml', 'kind: A\n'],
      ['app/notes.txt', 'x'],
    ]);
    const tree = new DiscoveredTree(sourceWith(argo({})), new MemoryTree('git', files), cluster);
    const at = await tree.newest(signal);
    expect(await tree.plan(at, signal)).toBe(await tree.plan(at, signal));
    const entries = await tree.list(at, 'app', signal);
    expect(entries.map(({ path }) => path)).toEqual(['app/a.yaml']);
    const [content] = await tree.read(at, entries, signal);
    expect(content?.kind === 'content' ? Buffer.from(content.bytes).toString('utf8') : '').toBe('kind: A\n');
  });
});
