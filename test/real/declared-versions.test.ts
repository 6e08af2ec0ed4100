import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrayAt, type JsonValue, parseJson, stringAt } from '../../src/resource/json.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { TestRepository } from '../git/repository.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runMooring } from './run-mooring.ts';
import { runTool } from './run-tool.ts';

const environment = { PATH: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}` };

/** `Kind/name verdict path…` of each resource, and the document. */
async function audit(desired: string, namespace: string): Promise<readonly string[]> {
  const args = ['audit', '--desired', desired, '--live', 'kube:', '--namespace', namespace, '-o', 'json'];
  const { code, stdout, stderr } = await runMooring(args, environment);
  if (code > 1) throw new Error(stderr);
  const report = parseJson(stdout);
  const gaps = arrayAt(report, 'gaps').map((gap) => `gap ${text(gap, 'what')}: ${text(gap, 'why')}`);
  return [...arrayAt(report, 'resources').map(inShort).sort(), ...gaps];
}

function inShort(resource: JsonValue): string {
  const paths = [
    ...arrayAt(resource, 'differences').map((each) => text(each, 'path')),
    ...arrayAt(resource, 'undetermined').map((each) => `?${text(each, 'path')}`),
    ...arrayAt(resource, 'notes').filter((note) => note === 'hook'),
  ];
  const verdict = stringAt(resource, 'drift') ?? text(resource, 'verdict');
  return [`${text(resource, 'kind')}/${text(resource, 'name')}`, verdict, ...paths].join(' ');
}

const text = (value: JsonValue, key: string): string => stringAt(value, key) ?? '';

function file(content: string): string {
  const path = join(temporaryFolder(), 'all.yaml');
  writeFileSync(path, content);
  return path;
}

describe('a manifest is judged at the version that it declares', () => {
  const autoscaler = `apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 5
  targetCPUUtilizationPercentage: 70
`;

  test('an autoscaler of v1, which the server prefers at v2', async () => {
    const namespace = await freshNamespace('versions');
    const path = file(autoscaler);
    await kubectl(['-n', namespace, 'apply', '-f', path]);
    expect(await audit(join(path, '..'), namespace)).toEqual(['HorizontalPodAutoscaler/web in-sync']);
    const metrics =
      '[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":90}}}]';
    const patch = `{"spec":{"maxReplicas":9,"metrics":${metrics}}}`;
    await kubectl(['-n', namespace, 'patch', 'hpa.v2.autoscaling', 'web', '--type=merge', '-p', patch]);
    expect(await audit(join(path, '..'), namespace)).toEqual([
      'HorizontalPodAutoscaler/web changed spec.maxReplicas spec.targetCPUUtilizationPercentage',
    ]);
  });

  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: berths.versions.mooring.dev }
spec:
  group: versions.mooring.dev
  scope: Namespaced
  names: { kind: Berth, plural: berths, singular: berth }
  versions:
    - name: v1
      served: true
      storage: false
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { lines: { type: array, items: { type: object, properties: { name: { type: string }, length: { type: integer, default: 10 } } } } } } } } }
    - name: v2
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { lines: { type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: { type: object, required: [name], properties: { name: { type: string }, length: { type: integer, default: 20 } } } } } } } } }
`;
  const berth = (version: string, lines: string): string =>
    `apiVersion: versions.mooring.dev/${version}\nkind: Berth\nmetadata: { name: north }\nspec: { lines: [ ${lines} ] }\n`;

  beforeAll(async () => {
    await kubectl(['apply', '-f', '-'], { input: definition });
    await kubectl(['wait', '--for=condition=Established', 'crd/berths.versions.mooring.dev', '--timeout=30s']);
  });
  afterAll(() => kubectl(['delete', 'crd', 'berths.versions.mooring.dev', '--ignore-not-found', '--wait=false']));

  test.for([
    // The list has keys at v2 only: at v1 its order counts.
    ['v1', ['Berth/north changed spec.lines']],
    ['v2', ['Berth/north in-sync']],
  ] as const)('a list of %s, with the keys that it has there', async ([version, expected]) => {
    const namespace = await freshNamespace('versions');
    const two = '{ name: bow, length: 5 }, { name: stern, length: 6 }';
    const path = file(berth(version, two));
    await kubectl(['-n', namespace, 'apply', '-f', path]);
    expect(await audit(join(path, '..'), namespace)).toEqual(['Berth/north in-sync']);
    const swapped = '{"spec":{"lines":[{"name":"stern","length":6},{"name":"bow","length":5}]}}';
    await kubectl([
      '-n',
      namespace,
      'patch',
      `berths.${version}.versions.mooring.dev`,
      'north',
      '--type=merge',
      '-p',
      swapped,
    ]);
    expect(await audit(join(path, '..'), namespace)).toEqual(expected);
  });

  test('a default that another version has', async () => {
    const namespace = await freshNamespace('versions');
    const path = file(berth('v1', '{ name: bow }'));
    await kubectl(['-n', namespace, 'apply', '-f', path]);
    expect(await audit(join(path, '..'), namespace)).toEqual(['Berth/north in-sync']);
    await kubectl([
      '-n',
      namespace,
      'patch',
      'berth',
      'north',
      '--type=merge',
      '-p',
      '{"spec":{"lines":[{"name":"bow","length":30}]}}',
    ]);
    expect(await audit(join(path, '..'), namespace)).toEqual(['Berth/north changed spec.lines[0].length']);
  });
});

describe('a chart is rendered for the cluster that it is compared with', () => {
  const chart = {
    'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
    'chart/crds/berths.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: quays.charts.mooring.dev }
spec:
  group: charts.mooring.dev
  scope: Namespaced
  names: { kind: Quay, plural: quays, singular: quay }
  versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } } ]
`,
    'chart/templates/facts.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: facts }
data:
  version: {{ .Capabilities.KubeVersion.Version | quote }}
  builtIn: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  defined: {{ .Capabilities.APIVersions.Has "charts.mooring.dev/v1/Quay" | quote }}
  absent: {{ .Capabilities.APIVersions.Has "absent.example.com/v1" | quote }}
`,
    'chart/templates/hook.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: { helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: hook-succeeded }
spec: { template: { spec: { restartPolicy: Never, containers: [ { name: main, image: "registry.example.com/migrate:1" } ] } } }
`,
    'chart/templates/password.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: password }
data: { made: {{ randAlphaNum 20 | quote }}, plain: x }
`,
  };

  afterAll(() => kubectl(['delete', 'crd', 'quays.charts.mooring.dev', '--ignore-not-found', '--wait=false']));

  test('with its version and kinds, its CRDs, its hooks told apart, and what is random unjudged', async () => {
    const repository = new TestRepository();
    repository.commit(chart);
    const namespace = await freshNamespace('charts');
    await kubectl(['apply', '-f', join(repository.path, 'chart/crds/berths.yaml')]);
    await kubectl(['wait', '--for=condition=Established', 'crd/quays.charts.mooring.dev', '--timeout=30s']);
    const version = stringAt(parseJson(await kubectl(['version', '-o', 'json'])), 'serverVersion', 'gitVersion') ?? '';
    // What an engine that asks the cluster would have applied; its hook has run and is gone.
    const rendered = await runTool('helm', [
      'template',
      'release-name',
      join(repository.path, 'chart'),
      '--namespace',
      namespace,
      '--no-hooks',
      '--kube-version',
      version,
      '--api-versions',
      'charts.mooring.dev/v1/Quay',
      '--api-versions',
      'apps/v1/Deployment',
    ]);
    await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: rendered });
    const facts = parseJson(await kubectl(['-n', namespace, 'get', 'configmap', 'facts', '-o', 'json']));
    expect([stringAt(facts, 'data', 'version'), stringAt(facts, 'data', 'defined')]).toEqual([version, 'true']);
    const quiet = [
      'ConfigMap/facts in-sync',
      'ConfigMap/password undetermined ?data.made',
      'CustomResourceDefinition/quays.charts.mooring.dev in-sync',
      'Job/migrate in-sync hook',
    ];
    expect(await audit(`${repository.path}#:chart`, namespace)).toEqual(quiet);
    await kubectl(['-n', namespace, 'patch', 'configmap/password', '-p', '{"data":{"plain":"y"}}']);
    await kubectl(['-n', namespace, 'delete', 'configmap/facts']);
    expect(await audit(`${repository.path}#:chart`, namespace)).toEqual([
      'ConfigMap/facts missing',
      'ConfigMap/password changed data.plain ?data.made',
      ...quiet.slice(2),
    ]);
  });

  test('with the name and the files of values that the configuration gives it', async () => {
    const repository = new TestRepository();
    repository.commit({
      'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
      'chart/values.yaml': 'a: chart\nb: chart\nc: chart\n',
      'chart/prod.yaml': 'b: prod\nc: prod\n',
      'shared/all.yaml': 'c: shared\n',
      'chart/templates/cm.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-values" }\ndata: { a: "{{ .Values.a }}", b: "{{ .Values.b }}", c: "{{ .Values.c }}" }\n',
    });
    const namespace = await freshNamespace('charts');
    const live = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop-values }\ndata: { a: chart, b: prod, c: shared }\n`;
    await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: live });
    const configured = async (valueFiles: string): Promise<readonly [number, string, string]> => {
      const config = join(temporaryFolder(), 'mooring.yaml');
      const source = `{ source: "${repository.path}#:chart", namespace: ${namespace}, helm: { release: shop, valueFiles: ${valueFiles} } }`;
      writeFileSync(config, `sources: [ ${source} ]\n`);
      const { code, stdout, stderr } = await runMooring(['audit', '--config', config, '-o', 'json'], environment);
      return [code, stdout, stderr];
    };
    const [code, stdout] = await configured('[ prod.yaml, /shared/all.yaml ]');
    expect([code, ...arrayAt(parseJson(stdout), 'resources').map(inShort)]).toEqual([
      0,
      'ConfigMap/shop-values in-sync',
    ]);
    const [refused, , why] = await configured('[ ../../outside.yaml ]');
    expect([refused, why]).toEqual([2, expect.stringContaining('it leaves the tree')]);
  });
});
