import { describe, expect, test } from 'vitest';
import type { DiscoveredSource } from '../../src/collectors/discovery/discovered-source.ts';
import { DiscoveredManifests } from '../../src/collectors/discovery/render/discovered-manifests.ts';
import { DiscoveredRenderer } from '../../src/collectors/discovery/render/discovered-renderer.ts';
import { DiscoveredTree } from '../../src/collectors/discovery/render/discovered-tree.ts';
import { RenderTurns } from '../../src/collectors/discovery/render/render-turns.ts';
import { MemoryTree } from '../../src/collectors/discovery/render/memory-tree.ts';
import { defaultLimits, Sandbox } from '../../src/collectors/render/sandbox.ts';
import type { DesiredSnapshot } from '../../src/resource/snapshot.ts';
import { type JsonValue, valueAt } from '../../src/resource/json.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import {
  application,
  argoBasics,
  discover,
  fluxBasics,
  helmRelease,
  kustomization,
  live,
} from '../collectors/discovery/live-objects.ts';

const tools = {
  sandbox: new Sandbox({ searchPath: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`, limits: defaultLimits }),
  tools: { kustomize: 'kustomize', kubectl: 'kubectl', helm: 'helm' },
  turns: new RenderTurns(2),
};

function sourceOf(...texts: readonly string[]): DiscoveredSource {
  const { sources, gaps } = discover(live(argoBasics, fluxBasics, ...texts));
  const [source] = sources;
  if (source === undefined) throw new Error(JSON.stringify(gaps));
  return source;
}

/** What a source declares in a repository of these files, rendered by the real tools. */
async function read(source: DiscoveredSource, files: Readonly<Record<string, string>>): Promise<DesiredSnapshot> {
  const tree = new DiscoveredTree(source, new MemoryTree('git', new Map(Object.entries(files))), {
    kubeVersion: '1.36.3',
    apiVersions: ['example.com/v1/Thing'],
  });
  const renderer = new DiscoveredRenderer(source.name, tree, { ...tools, kustomizeBeyondRoot: source.beyondRoot });
  const manifests = new DiscoveredManifests({
    source,
    tree,
    renderer,
    place: ({ id }) => id,
    told: () => {},
    now: () => new Date(0),
  });
  return await manifests.read(AbortSignal.timeout(60_000));
}

function bodyOf(snapshot: DesiredSnapshot, name: string): JsonValue {
  const body = snapshot.resources.find(({ id }) => id.name === name)?.body;
  if (body === undefined)
    throw new Error(
      `${name} is not among ${snapshot.resources.map(({ id }) => id.name).join(', ')}: ${JSON.stringify(snapshot.gaps)}`,
    );
  return body;
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: main, image: "registry.example.com/web:1", args: [ "--token=$(TOKEN)" ] } ] }
`;

describe('Argo CD with the real tools', () => {
  test('Kustomize with everything an Application can change', async () => {
    const source = sourceOf(
      application(
        'a',
        `source:
  repoURL: https://git.example.com/a
  path: app
  kustomize:
    namePrefix: p-
    nameSuffix: -s
    namespace: elsewhere
    images: [ 'registry.example.com/web=mirror.example.com/web:$ARGOCD_APP_NAME' ]
    replicas: [ { name: web, count: 3 } ]
    commonLabels: { team: shop }
    labelWithoutSelector: true
    labelIncludeTemplates: true
    commonAnnotations: { note: hi }
    patches: [ { target: { kind: Deployment }, patch: '[{"op":"add","path":"/spec/paused","value":true}]' } ]
    components: [ ../part ]`,
      ),
    );
    const snapshot = await read(source, {
      'app/kustomization.yaml': 'resources: [web.yaml]\n',
      'app/web.yaml': deployment,
      'part/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [ { target: { kind: Deployment }, patch: \'[{"op":"add","path":"/spec/revisionHistoryLimit","value":2}]\' } ]\n',
    });
    expect(snapshot.gaps).toEqual([]);
    const body = bodyOf(snapshot, 'p-web-s');
    expect(body).toMatchObject({
      metadata: { namespace: 'elsewhere', labels: { team: 'shop' }, annotations: { note: 'hi' } },
      spec: {
        replicas: 3,
        paused: true,
        revisionHistoryLimit: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web', team: 'shop' } },
          spec: { containers: [{ image: 'mirror.example.com/web:a' }] },
        },
      },
    });
    expect(valueAt(body, 'spec', 'selector', 'matchLabels', 'team')).toBeUndefined();
    expect(snapshot.resources[0]?.origin).toEqual({ file: 'app/web.yaml', line: 1 });
  });

  test('Helm with every source of values, in their order', async () => {
    const source = sourceOf(
      application(
        'a',
        `source:
  repoURL: https://git.example.com/a
  path: chart
  helm:
    releaseName: rel
    valueFiles: [ values-prod.yaml, /shared/common.yaml, gone.yaml ]
    ignoreMissingValueFiles: true
    valuesObject: { c: object, d: object }
    parameters: [ { name: d, value: parameter }, { name: number, value: "7" }, { name: text, value: "7", forceString: true }, { name: 'list[0]', value: 'x,y' } ]
    fileParameters: [ { name: script, path: files/run.sh } ]
    skipCrds: true`,
      ),
    );
    const snapshot = await read(source, {
      'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 0.1.0\n',
      'chart/values.yaml': 'a: chart\nb: chart\nc: chart\nd: chart\n',
      'chart/values-prod.yaml': 'b: prod\nc: prod\n',
      'shared/common.yaml': 'c: common\ne: common\n',
      'chart/files/run.sh': 'echo hi\n',
      'chart/crds/thing.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: things.example.com }\n',
      'chart/templates/cm.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }} }
data:
  values: {{ printf "%s %s %s %s %s" .Values.a .Values.b .Values.c .Values.d .Values.e | quote }}
  number: {{ kindOf .Values.number }}
  text: {{ kindOf .Values.text }}
  list: {{ .Values.list | toJson | quote }}
  script: {{ .Values.script | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
  thing: {{ .Capabilities.APIVersions.Has "example.com/v1/Thing" | quote }}
`,
    });
    expect(snapshot.gaps).toEqual([]);
    expect(snapshot.resources.map(({ id }) => `${id.kind} ${id.namespace}/${id.name}`)).toEqual(['ConfigMap shop/rel']);
    expect(valueAt(bodyOf(snapshot, 'rel'), 'data')).toEqual({
      values: 'chart prod object parameter common',
      number: 'int64',
      text: 'string',
      list: '["x,y"]',
      script: 'echo hi\n',
      kube: 'v1.36.3',
      thing: 'true',
    });
  });
});

describe('Flux with the real tools', () => {
  test('a folder without a kustomization, with files from outside it, variables, patches and metadata', async () => {
    const source = sourceOf(
      kustomization(
        'a',
        `path: apps
targetNamespace: shop
images: [ { name: registry.example.com/web, newTag: "2" } ]
patches: [ { patch: "apiVersion: apps/v1\\nkind: Deployment\\nmetadata: { name: web }\\nspec: { replicas: 4 }\\n" } ]
postBuild: { substitute: { ZONE: north, PORT: "8080" } }
commonMetadata: { labels: { team: shop } }`,
      ),
    );
    const snapshot = await read(source, {
      'apps/web.yaml': deployment,
      'apps/nested/kustomization.yaml': 'resources: [ ../../shared/cm.yaml ]\n',
      'apps/.sops.yaml': 'creation_rules: []\n',
      'shared/cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { zone: "${ZONE}", keep: "$${ZONE}", port: "${PORT}" }\n',
    });
    expect(snapshot.gaps).toEqual([]);
    expect(bodyOf(snapshot, 'web')).toMatchObject({
      metadata: { namespace: 'shop', labels: { team: 'shop' } },
      spec: {
        replicas: 4,
        template: { spec: { containers: [{ image: 'registry.example.com/web:2', args: ['--token=$(TOKEN)'] }] } },
      },
    });
    // A value that looks like a number becomes one, as in Flux: this ConfigMap would be refused.
    expect(bodyOf(snapshot, 'settings')).toMatchObject({
      metadata: { namespace: 'shop' },
      data: { zone: 'north', keep: '${ZONE}', port: 8080 },
    });
  });

  const chart = {
    'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 0.1.0\n',
    'charts/api/values.yaml': 'colour: none\nsize: chart\n',
    'charts/api/values-prod.yaml': 'colour: blue\n',
    'charts/api/templates/web.yaml': `${deployment.replace('name: web }', 'name: {{ .Release.Name }} }').replace('replicas: 1', 'replicas: {{ .Values.replicas | default 1 }}')}---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-config }
data: { colour: "{{ .Values.colour }}", size: "{{ .Values.size }}", password: "{{ (.Values.db).password }}" }
`,
    'charts/api/templates/tests/test.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: { name: t, annotations: { helm.sh/hook: test } }\n',
  };
  const fromGit =
    'chart: { spec: { chart: charts/api, valuesFiles: [ charts/api/values-prod.yaml ], sourceRef: { kind: GitRepository, name: fleet, namespace: flux-system } } }';

  test('a chart with files in place of its values, and changes after it was rendered', async () => {
    const source = sourceOf(
      helmRelease(
        'api',
        `${fromGit}
values: { replicas: 2 }
postRenderers: [ { kustomize: { images: [ { name: registry.example.com/web, newTag: "9" } ], patches: [ { target: { kind: ConfigMap }, patch: '[{"op":"add","path":"/data/patched","value":"yes"}]' } ] } } ]
commonMetadata: { annotations: { note: hi } }`,
      ),
    );
    const snapshot = await read(source, chart);
    expect(snapshot.gaps).toEqual([]);
    expect(snapshot.resources.map(({ id }) => id.name).sort()).toEqual(['api', 'api-config']);
    expect(bodyOf(snapshot, 'api')).toMatchObject({
      metadata: { annotations: { note: 'hi' } },
      spec: { replicas: 2, template: { spec: { containers: [{ image: 'registry.example.com/web:9' }] } } },
    });
    expect(valueAt(bodyOf(snapshot, 'api-config'), 'data')).toEqual({
      colour: 'blue',
      size: '',
      password: '',
      patched: 'yes',
    });
    expect(snapshot.resources.find(({ id }) => id.name === 'api')?.origin?.file).toBe('charts/api/templates/web.yaml');
  });

  test('a value of a Secret leaves only what it reaches without a judgement', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: shop }\n';
    const source = sourceOf(
      secret,
      helmRelease(
        'api',
        `${fromGit}\nvaluesFrom: [ { kind: Secret, name: s, valuesKey: p, targetPath: db.password } ]`,
      ),
    );
    const snapshot = await read(source, chart);
    expect(snapshot.unstable).toEqual([{ resource: 'v1/ConfigMap//api-config', path: 'data.password' }]);
  });
});
