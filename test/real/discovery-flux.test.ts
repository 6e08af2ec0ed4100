import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGitServer } from '../git/git-server.ts';
import { TestRepository } from '../git/repository.ts';
import { apply, auditDiscovered } from './discovery-audit.ts';
import { installEngineKinds, removeEngineKinds } from './discovery-definitions.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runTool } from './run-tool.ts';

const workload = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: \${WEB_REPLICAS:=1}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: main
          image: registry.example.com/web:1
          env: [ { name: REGION, value: "\${REGION}" }, { name: TOKEN, value: "\${TOKEN}" } ]
`;

const liveWorkload = workload
  .replace('${WEB_REPLICAS:=1}', '3')
  .replace('${REGION}', 'north')
  .replace('${TOKEN}', 'what-only-the-cluster-knows')
  .replace('web:1', 'web:7');

const canary = 'canary-8b1f0c';

describe('Flux on a real API server, without its controllers', () => {
  beforeAll(installEngineKinds);
  afterAll(removeEngineKinds);

  test('is audited with nothing but a kubeconfig', async () => {
    const repository = new TestRepository();
    repository.commit({
      'clusters/prod/web.yaml': workload,
      'clusters/prod/notes/settings.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  price: "$${FREE}"\n',
      'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 0.1.0\n',
      'charts/api/values.yaml': 'colour: none\nsize: small\n',
      'charts/api/templates/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-config\ndata:\n  colour: {{ .Values.colour }}\n  size: {{ .Values.size }}\n  password: {{ .Values.password | default "none" }}\n  counter: "0"\n',
    });
    const server = await startGitServer({ root: dirname(repository.path) });
    const [flux, namespace] = [await freshNamespace('flux'), await freshNamespace('shop')];
    const at = (name: string): object => ({ name, namespace: flux });
    const sourceRef = { kind: 'GitRepository', name: 'fleet' };
    await apply([
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: at('fleet'),
        spec: { url: `${server.origin}/${basename(repository.path)}/.git`, interval: '1m', ref: { branch: 'main' } },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: at('cluster-settings'),
        data: { REGION: 'south', WEB_REPLICAS: '2' },
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: at('cluster-secrets'), stringData: { TOKEN: canary } },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: at('apps'),
        spec: {
          sourceRef,
          path: './clusters/prod',
          interval: '10m',
          prune: true,
          targetNamespace: namespace,
          images: [{ name: 'registry.example.com/web', newTag: '7' }],
          patches: [
            {
              target: { kind: 'ConfigMap', name: 'settings' },
              patch: '[{"op":"add","path":"/data/patched","value":"yes"}]',
            },
          ],
          postBuild: {
            substitute: { REGION: 'north', WEB_REPLICAS: '3' },
            substituteFrom: [
              { kind: 'ConfigMap', name: 'cluster-settings' },
              { kind: 'Secret', name: 'cluster-secrets' },
            ],
          },
        },
      },
      {
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: at('api'),
        spec: {
          interval: '10m',
          targetNamespace: namespace,
          releaseName: 'api',
          chart: { spec: { chart: './charts/api', sourceRef } },
          values: { colour: 'green' },
          valuesFrom: [
            { kind: 'ConfigMap', name: 'api-values' },
            { kind: 'Secret', name: 'cluster-secrets', valuesKey: 'TOKEN', targetPath: 'password' },
          ],
          driftDetection: { mode: 'enabled', ignore: [{ paths: ['/data/counter'], target: { kind: 'ConfigMap' } }] },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: at('api-values'),
        data: { 'values.yaml': 'colour: red\nsize: large\n' },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: at('paused'),
        spec: {
          sourceRef,
          path: './clusters/prod/notes',
          interval: '10m',
          prune: false,
          suspend: true,
          targetNamespace: `${namespace}-two`,
        },
      },
    ]);
    // What Flux would have applied, by hand and by Helm.
    await kubectl(['create', 'namespace', `${namespace}-two`]);
    await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: liveWorkload });
    const settings = (data: object): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data });
    await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: settings({ price: '${FREE}', patched: 'yes' }) });
    await kubectl(['-n', `${namespace}-two`, 'apply', '-f', '-'], { input: settings({ price: '$${FREE}' }) });
    const chart = join(repository.path, 'charts/api');
    const rendered = await runTool('helm', [
      'template',
      'api',
      chart,
      '--namespace',
      namespace,
      '--set',
      `colour=green,size=large,password=${canary}`,
    ]);
    await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: rendered });
    await kubectl(['-n', namespace, 'patch', 'configmap/api-config', '-p', '{"data":{"counter":"41"}}']);

    const quiet = await auditDiscovered(server.caFile);
    expect(quiet.findings).toEqual([]);
    expect(quiet.resources).toEqual([
      `ConfigMap ${namespace}-two/settings in-sync`,
      `ConfigMap ${namespace}/api-config undetermined`,
      `ConfigMap ${namespace}/settings in-sync`,
      `Deployment ${namespace}/web undetermined`,
    ]);
    expect(quiet.gaps).toContainEqual(
      expect.stringContaining('no kustomize-controller was found in namespace flux-system'),
    );
    expect(quiet.text.replaceAll(canary, '')).toBe(quiet.text);

    await kubectl(['-n', namespace, 'scale', 'deployment/web', '--replicas=7']);
    await kubectl(['-n', namespace, 'patch', 'configmap/api-config', '-p', '{"data":{"size":"tiny"}}']);
    await kubectl(['-n', namespace, 'delete', 'configmap/settings']);
    const loud = await auditDiscovered(server.caFile);
    expect(loud.findings).toEqual([
      `${namespace}/api-config data.size`,
      `${namespace}/settings missing`,
      `${namespace}/web spec.replicas`,
    ]);
  });
});
