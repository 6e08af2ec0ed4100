import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDirectoryManifests } from '../../src/collectors/directory-manifests.ts';
import { defaultLimits, Sandbox } from '../../src/collectors/render/sandbox.ts';
import { type HelmInput, ToolRenderer } from '../../src/collectors/render/tool-renderer.ts';
import type { TreeManifests } from '../../src/collectors/tree-manifests.ts';
import { objectAt } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { inputOf } from '../collectors/render/render-tree.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { noHelmSettings } from '../git/open-source.ts';

const { signal } = new AbortController();

interface Settings {
  readonly helm?: Partial<HelmInput>;
  readonly seconds?: number;
  readonly memory?: number;
  readonly output?: number;
  readonly withoutKustomize?: boolean;
}

function renderer(settings: Settings = {}): ToolRenderer {
  const { helm, withoutKustomize, ...limits } = settings;
  const at = (tool: string): string => join(kubeToolsDir(), tool);
  return new ToolRenderer({
    sandbox: new Sandbox({ searchPath: process.env['PATH'] ?? '', limits: { ...defaultLimits, ...limits } }),
    tools: { kustomize: withoutKustomize === true ? null : at('kustomize'), kubectl: at('kubectl'), helm: at('helm') },
    helm: { ...noHelmSettings, ...helm },
  });
}

async function open(
  files: Readonly<Record<string, string>>,
  folder: string,
  settings?: Settings,
): Promise<TreeManifests> {
  const root = temporaryFolder();
  for (const [file, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return await openDirectoryManifests(join(root, folder), { renderer: renderer(settings), now: () => new Date() });
}

const find = (resources: readonly Resource[], kind: string): Resource => {
  const found = resources.find(({ id }) => id.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.27
`;

describe('kustomize', () => {
  const files = {
    'overlays/prod/kustomization.yaml': `namespace: shop
namePrefix: prod-
resources: [../../base]
replicas: [{name: web, count: 3}]
configMapGenerator: [{name: settings, literals: [a=on]}]
`,
    'base/kustomization.yaml': 'resources: [deployment.yaml, cm.yaml]\n',
    'base/deployment.yaml': `# the web\n${deployment}`,
    'base/cm.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words}\ndata: {a: on, b: y, c: "0644", yes: no}\n',
  };

  test.for([{}, { withoutKustomize: true }])('renders an overlay, %j', async (settings) => {
    const source = await open(files, 'overlays/prod', settings);
    const { resources, gaps, unstable } = await source.read(signal);
    expect(gaps).toEqual([]);
    expect(unstable).toEqual([]);
    const web = find(resources, 'Deployment');
    expect(web.id).toEqual({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'prod-web' });
    expect(web.origin).toEqual({ file: '../../base/deployment.yaml', line: 2 });
    expect(source.lineOf(web, 'spec.template.spec.containers[name=web].image')).toBe(14);
    // The overlay has the last word on these.
    expect(source.lineOf(web, 'spec.replicas')).toBeNull();
    expect(source.lineOf(web, 'metadata.name')).toBeNull();
    const words = resources.find(({ id }) => id.name === 'prod-words');
    // Kustomize reads these words as texts where kubectl would see booleans, and prints them so.
    expect(words?.body['data']).toEqual({ a: 'on', b: 'y', c: '0644', yes: 'no' });
    const generated = resources.find(({ id }) => /^prod-settings-\w{10}$/.test(id.name));
    expect(generated?.origin).toEqual({ file: 'kustomization.yaml', line: 5 });
  });

  test('starts nothing for what it has rendered before', async () => {
    const shared = renderer();
    const input = await inputOf(files, 'overlays/prod');
    expect(await shared.render(input, signal)).toBe(
      await shared.render(await inputOf({ ...files, 'readme.md': 'x' }, 'overlays/prod'), signal),
    );
    const changed = { ...files, 'base/cm.yaml': files['base/cm.yaml'].replace('on', 'off') };
    expect(await shared.render(await inputOf(changed, 'overlays/prod'), signal)).not.toBe(
      await shared.render(input, signal),
    );
  });

  test('says what is wrong with a kustomization', async () => {
    const source = await open(
      { ...files, 'overlays/prod/kustomization.yaml': 'resources: [../../base]\npatches: [{path: nope.yaml}]\n' },
      'overlays/prod',
    );
    await expect(source.read(signal)).rejects.toMatchObject({
      code: 'render-failed',
      why: expect.stringContaining('nope.yaml'),
    });
  });

  test('A8: reads no file through a link that leaves the tree', async () => {
    const shared = renderer();
    const linked = await inputOf(
      { 'a/kustomization.yaml': 'configMapGenerator: [{name: a, files: [x]}]\n', 'a/x': '-> /etc/hostname' },
      'a',
    );
    await expect(shared.render(linked, signal)).rejects.toMatchObject({
      why: expect.stringContaining('were left out: a/x'),
    });
  });
});

describe('helm', () => {
  const chart = (templates: Readonly<Record<string, string>>): Record<string, string> => ({
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
    'web/values.yaml': 'limit: 1000000\nimage: nginx:1.27\n',
    ...Object.fromEntries(Object.entries(templates).map(([file, text]) => [`web/templates/${file}`, text])),
  });
  const cm = (value: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: "{{ .Release.Namespace }}"}\ndata: {a: ${value}}\n`;

  test('renders values, hooks and CRDs, and tells the template', async () => {
    const hook =
      '{{- if true }}\napiVersion: batch/v1\nkind: Job\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\n{{- end }}\n';
    const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.x.io}\n';
    const files = {
      ...chart({ 'cm.yaml': cm('{{ .Values.limit | quote }}'), 'hook.yaml': hook }),
      'web/crds/a.yaml': crd,
    };
    const { resources } = await (await open(files, 'web', { helm: { namespace: 'shop' } })).read(signal);
    expect(resources.map(({ id, origin }) => `${id.kind} ${id.namespace} ${origin?.file}`).sort()).toEqual([
      'ConfigMap shop templates/cm.yaml',
      'CustomResourceDefinition  crds/a.yaml',
      'Job  templates/hook.yaml',
    ]);
    expect(find(resources, 'ConfigMap').body['data']).toEqual({ a: '1e+06' });
    expect(find(resources, 'Job').origin).toEqual({ file: 'templates/hook.yaml', line: 2 });
  });

  test('takes values files, release name, versions', async () => {
    const files = {
      ...chart({
        'cm.yaml': cm(
          '"{{ .Values.image }} {{ .Release.Name }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "x.io/v1" }}"',
        ),
      }),
      'web/prod.yaml': 'image: nginx:1.28\n',
    };
    const shared = renderer({
      helm: { release: 'shop', values: ['web/prod.yaml'], kubeVersion: '1.30.0', apiVersions: ['x.io/v1'] },
    });
    const { resources } = await shared.render(await inputOf(files, 'web'), signal);
    expect(find(resources, 'ConfigMap').body['data']).toEqual({ a: 'nginx:1.28 shop v1.30.0 true' });
  });

  test('A6: is not validated by a schema that reads files', async () => {
    const schema = '{"$ref": "file:///dev/zero"}';
    const source = await open({ ...chart({ 'cm.yaml': cm('a') }), 'web/values.schema.json': schema }, 'web');
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'render-refused' });
  });

  test('is rendered twice, and where it differs nobody judges', async () => {
    const { unstable } = await (await open(chart({ 'cm.yaml': cm('{{ randAlphaNum 20 }}') }), 'web')).read(signal);
    expect(unstable).toEqual([{ resource: 'v1/ConfigMap/shop/a', path: 'data.a' }]);
  });

  test('A5: sees no cluster, no name server, no file outside the chart', async () => {
    const values = [
      '{{ (lookup "v1" "Namespace" "" "default") | toJson | quote }}',
      '{{ getHostByName "localhost" | quote }}',
      '{{ .Files.Get "../../../../../../etc/hostname" | quote }}',
    ];
    for (const value of values) {
      const { resources } = await (await open(chart({ 'cm.yaml': cm(value) }), 'web')).read(signal);
      expect(['{}', '']).toContain(objectAt(resources[0]?.body, 'data')?.['a']);
    }
  });

  test.for([
    ['A5: a template without end', '{{ range until 2000000000 }}x{{ end }}'],
    ['A5: a template that calls itself', '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'],
    [
      'A5: a template that evaluates itself',
      '{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}',
    ],
    ['A5: a template that prints too much', '{{ range until 100000 }}{{ repeat 1000 "x" }}{{ end }}'],
  ] as const)('%s is stopped', async ([, value]) => {
    const limits = { seconds: 10, memory: 512 * 1024 ** 2, output: 8 * 1024 ** 2 };
    const source = await open(chart({ 'cm.yaml': cm(value) }), 'web', limits);
    await expect(source.read(signal)).rejects.toMatchObject({ code: 'render-failed' });
  });

  test('a chart with a broken template is an error that names the template', async () => {
    const source = await open(chart({ 'cm.yaml': cm('{{ .Values.a.b.c }}') }), 'web');
    await expect(source.read(signal)).rejects.toMatchObject({
      code: 'render-failed',
      why: expect.stringContaining('cm.yaml'),
    });
  });
});

describe('the sandbox', () => {
  test('A3: has no network, no home, no variables', async () => {
    const sandbox = new Sandbox({ searchPath: process.env['PATH'] ?? '', limits: defaultLimits });
    const home = mkdtempSync(join(tmpdir(), 'mooring-sandbox-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const connect = `require('net').connect(${port}, '127.0.0.1').on('connect', () => console.log('connected')).on('error', (e) => console.log(e.code))`;
    const tell = `console.log(process.env.HOME, process.env.KUBECONFIG, process.env.PATH === '', Object.keys(process.env).includes('USER'))`;
    const end = await sandbox.run(process.execPath, ['-e', `${tell};${connect}`], home, signal);
    const [variables, network] = end.output.toString('utf8').trim().split('\n');
    expect(variables).toBe(`${home} /dev/null true false`);
    // Where the system lets nobody make a network name space, the inspection before the start is the wall.
    const hasNamespaces = canUnshare();
    expect(network).toBe(hasNamespaces ? 'ENETUNREACH' : 'connected');
  });

  test('leaves nothing behind', async () => {
    const temporary = temporaryFolder();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const shared = renderer();
    await shared.render(await inputOf({ 'kustomization.yaml': 'resources: []\n' }, ''), signal);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

function canUnshare(): boolean {
  for (const flag of ['-n', '-rn']) {
    try {
      execFileSync('unshare', [flag, 'true'], { stdio: 'ignore' });
      return true;
    } catch {
      // The next way.
    }
  }
  return false;
}
