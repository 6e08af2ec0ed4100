import { describe, expect, test } from 'vitest';
import {
  type ArgoRendering,
  argoRendering,
  type FolderKind,
} from '../../../src/collectors/discovery/argo/argo-render.ts';
import { buildVariables, substituteBuildVariables } from '../../../src/collectors/discovery/argo/build-variables.ts';
import type { ArgoContext } from '../../../src/collectors/discovery/discovered-source.ts';
import type { JsonObject } from '../../../src/resource/json.ts';

const location = { url: 'https://git.example.com/values', revision: { name: null, range: null }, path: '' };
const context: ArgoContext = {
  application: 'shop',
  project: 'default',
  namespace: 'shop-ns',
  refs: { values: location },
};
const variables = buildVariables({
  ...context,
  revision: '0123456789abcdef',
  url: 'https://git.example.com/shop',
  path: 'charts/web',
  targetRevision: 'main',
});

function render(source: JsonObject, kind: FolderKind = 'plain'): ArgoRendering {
  return argoRendering(source, context, { kind, path: 'charts/web', variables });
}

describe('how Argo CD renders a source', () => {
  test.for<[JsonObject, FolderKind, string]>([
    [{}, 'plain', 'directory'],
    [{}, 'kustomize', 'kustomize'],
    [{}, 'helm', 'helm'],
    [{ directory: {} }, 'helm', 'directory'],
    [{ helm: {} }, 'kustomize', 'helm'],
    [{ kustomize: {} }, 'helm', 'kustomize'],
    [{ plugin: { name: 'mine' } }, 'plain', 'refused'],
    [{ helm: {}, kustomize: {} }, 'plain', 'refused'],
  ])('%j in a folder that is %s: %s', ([source, kind, expected]) => {
    expect(render(source, kind).kind).toBe(expected);
  });

  test('A4: a plugin of Argo CD is refused by its name', () => {
    expect(render({ plugin: { name: 'mine' } })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('mine'),
    });
  });

  test('a folder is read without those below it unless it says so', () => {
    expect(render({})).toEqual({ kind: 'directory', recurse: false, include: null, exclude: null });
    expect(render({ directory: { recurse: true, include: '*.yaml', exclude: 'x/*' } })).toEqual({
      kind: 'directory',
      recurse: true,
      include: '*.yaml',
      exclude: 'x/*',
    });
  });

  test('a chart without settings has the name and the namespace of the application', () => {
    expect(render({}, 'helm')).toEqual({
      kind: 'helm',
      release: 'shop',
      namespace: 'shop-ns',
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
    });
  });

  test.for<[JsonObject, JsonObject]>([
    [
      { releaseName: 'other', namespace: 'elsewhere' },
      { release: 'other', namespace: 'elsewhere' },
    ],
    [
      { skipCrds: true, skipTests: true, skipSchemaValidation: true },
      { includeCrds: false, skipTests: true, skipSchemaValidation: true },
    ],
    [
      { kubeVersion: '1.30.0', apiVersions: ['example.com/v1'] },
      { kubeVersion: '1.30.0', apiVersions: ['example.com/v1'] },
    ],
    [{ values: 'a: 1\n' }, { values: 'a: 1\n' }],
    [{ values: 'a: 1\n', valuesObject: { b: 2 } }, { values: '{"b":2}' }],
    [
      { valueFiles: ['values-prod.yaml', '../shared.yaml', '/root.yaml'] },
      {
        valueFiles: [
          { path: 'charts/web/values-prod.yaml', optional: false, ref: null },
          { path: 'charts/shared.yaml', optional: false, ref: null },
          { path: 'root.yaml', optional: false, ref: null },
        ],
      },
    ],
    [
      { valueFiles: ['$values/prod/$ARGOCD_APP_NAME.yaml'], ignoreMissingValueFiles: true },
      { valueFiles: [{ path: 'prod/shop.yaml', optional: true, ref: 'values' }] },
    ],
    [
      { valueFiles: ['$ARGOCD_APP_NAME.yaml'] },
      { valueFiles: [{ path: 'charts/web/shop.yaml', optional: false, ref: null }] },
    ],
    [
      {
        parameters: [
          { name: 'a', value: 'x,y' },
          { name: 'b', value: '{x,y}' },
          { name: 'c', value: '1', forceString: true },
          { name: 'd', value: '$ARGOCD_APP_REVISION_SHORT' },
        ],
      },
      {
        settings: [
          { kind: 'set', name: 'a', value: 'x\\,y', ref: null },
          { kind: 'set', name: 'b', value: '{x,y}', ref: null },
          { kind: 'set-string', name: 'c', value: '1', ref: null },
          { kind: 'set', name: 'd', value: '0123456', ref: null },
        ],
      },
    ],
    [
      {
        parameters: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      { settings: [{ kind: 'set', name: 'a', value: '2', ref: null }] },
    ],
    [
      {
        fileParameters: [
          { name: 'script', path: 'files/run.sh' },
          { name: 'other', path: '$values/x.txt' },
        ],
      },
      {
        settings: [
          { kind: 'set-file', name: 'script', value: 'charts/web/files/run.sh', ref: null },
          { kind: 'set-file', name: 'other', value: 'x.txt', ref: 'values' },
        ],
      },
    ],
  ])('helm %j: %j', ([helm, expected]) => {
    expect(render({ helm })).toMatchObject(expected);
  });

  test.for([
    [{ valueFiles: ['../../../etc/passwd'] }, 'leaves the repository'],
    [{ valueFiles: ['$values/../../etc/passwd'] }, 'leaves the repository'],
    [{ valueFiles: ['../..//../other-app/values.yaml'] }, 'leaves the repository'],
    [{ valueFiles: ['https://example.com/values.yaml'] }, 'is remote'],
    [{ fileParameters: [{ name: 'a', path: '/../x' }] }, 'leaves the repository'],
  ] as const)('A9: helm %j is refused: it %s', ([helm, why]) => {
    expect(render({ helm })).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) });
  });

  test.for<[JsonObject, JsonObject]>([
    [
      { namePrefix: 'p-', nameSuffix: '-s', namespace: 'other' },
      { namePrefix: 'p-', nameSuffix: '-s', namespace: 'other' },
    ],
    [{ images: ['nginx:1.2'] }, { images: [{ name: 'nginx', newTag: '1.2' }] }],
    [
      { images: ['nginx=registry.example.com:5000/nginx:1.2'] },
      { images: [{ name: 'nginx', newName: 'registry.example.com:5000/nginx', newTag: '1.2' }] },
    ],
    [{ images: ['registry.example.com:5000/nginx'] }, { images: [{ name: 'registry.example.com:5000/nginx' }] }],
    [{ images: ['nginx@sha256:abc'] }, { images: [{ name: 'nginx', digest: 'sha256:abc' }] }],
    [{ images: ['nginx=*:1.2'] }, { images: [{ name: 'nginx', newName: '*', newTag: '1.2' }] }],
    [{ images: ['web:$ARGOCD_APP_REVISION_SHORT_8'] }, { images: [{ name: 'web', newTag: '01234567' }] }],
    [
      {
        replicas: [
          { name: 'web', count: '3' },
          { name: 'api', count: 2 },
        ],
      },
      {
        replicas: [
          { name: 'web', count: 3 },
          { name: 'api', count: 2 },
        ],
      },
    ],
    [
      { patches: [{ patch: 'x', target: { kind: 'Deployment' } }] },
      { patches: [{ patch: 'x', target: { kind: 'Deployment' } }] },
    ],
    [
      { components: ['../c'], ignoreMissingComponents: true },
      { components: ['../c'], ignoreMissingComponents: true },
    ],
    [
      { commonLabels: { app: '$ARGOCD_APP_NAME' } },
      { labels: { pairs: { app: 'shop' }, selectors: true, templates: false, force: false } },
    ],
    [
      { commonLabels: { a: 'b' }, labelWithoutSelector: true, labelIncludeTemplates: true, forceCommonLabels: true },
      { labels: { pairs: { a: 'b' }, selectors: false, templates: true, force: true } },
    ],
    [
      { commonAnnotations: { a: '$ARGOCD_APP_NAME' } },
      { annotations: { pairs: { a: '$ARGOCD_APP_NAME' }, force: false } },
    ],
    [
      { commonAnnotations: { a: '$ARGOCD_APP_NAME' }, commonAnnotationsEnvsubst: true, forceCommonAnnotations: true },
      { annotations: { pairs: { a: 'shop' }, force: true } },
    ],
  ])('kustomize %j: %j', ([kustomize, edits]) => {
    expect(render({ kustomize })).toMatchObject({ kind: 'kustomize', generate: false, edits });
  });

  test.for([
    ['$ARGOCD_APP_NAME-${ARGOCD_APP_NAMESPACE}', 'shop-shop-ns'],
    ['$$HOME', '$HOME'],
    ['$HOME', ''],
    ['$ARGOCD_APP_REVISION', '0123456789abcdef'],
    [
      '$ARGOCD_APP_PROJECT_NAME $ARGOCD_APP_SOURCE_PATH $ARGOCD_APP_SOURCE_TARGET_REVISION $ARGOCD_APP_SOURCE_REPO_URL',
      'default charts/web main https://git.example.com/shop',
    ],
  ] as const)('the build environment makes %s %s', ([text, expected]) => {
    expect(substituteBuildVariables(text, variables)).toBe(expected);
  });
});
