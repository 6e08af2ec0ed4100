import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGitServer } from '../git/git-server.ts';
import { TestRepository } from '../git/repository.ts';
import { apply, auditDiscovered } from './discovery-audit.ts';
import { installEngineKinds, removeEngineKinds } from './discovery-definitions.ts';
import { freshNamespace, kubectl } from './plane-access.ts';
import { runTool } from './run-tool.ts';

const deployment = (name: string, image: string, replicas = 2): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: main, image: "${image}" } ] }
`;

describe('Argo CD on a real API server, without its controllers', () => {
  beforeAll(installEngineKinds);
  afterAll(removeEngineKinds);

  test('is audited with nothing but a kubeconfig', async () => {
    const repository = new TestRepository();
    repository.commit({
      'plain/web.yaml': deployment('web', 'registry.example.com/web:1'),
      'plain/deeper/ignored.yaml': deployment('ignored', 'registry.example.com/web:1'),
      'kustomize/base/kustomization.yaml': 'resources: [shop.yaml]\n',
      'kustomize/base/shop.yaml': deployment('shop', 'registry.example.com/shop:1'),
      'kustomize/prod/kustomization.yaml': 'resources: [../base]\n',
      'chart/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 0.1.0\n',
      'chart/values.yaml': 'image: registry.example.com/api:1\nreplicas: 1\ncolour: none\nflags: {}\n',
      'chart/templates/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-config\ndata:\n  image: {{ .Values.image }}\n  replicas: {{ .Values.replicas | quote }}\n  colour: {{ .Values.colour }}\n  flags: {{ .Values.flags | toJson | quote }}\n',
    });
    const values = new TestRepository();
    values.commit({ 'prod/api.yaml': 'replicas: 5\ncolour: blue\n' });
    const server = await startGitServer({ root: dirname(repository.path) });
    const urlOf = (each: TestRepository): string => `${server.origin}/${basename(each.path)}/.git`;
    const [argo, namespace] = [await freshNamespace('argocd'), await freshNamespace('shop')];
    const destination = { server: 'https://kubernetes.default.svc', namespace };
    const application = (name: string, spec: object): object => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name, namespace: argo },
      spec: { project: 'default', destination, ...spec },
    });
    const source = { repoURL: urlOf(repository), targetRevision: 'main' };
    await apply([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AppProject',
        metadata: { name: 'default', namespace: argo },
        spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
      },
      application('plain', {
        source: { ...source, path: 'plain' },
        ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }],
      }),
      application('kustomized', {
        source: {
          ...source,
          path: 'kustomize/prod',
          kustomize: { namePrefix: 'prod-', images: ['registry.example.com/shop:2'], commonLabels: { team: 'shop' } },
        },
      }),
      application('charted', {
        sources: [
          {
            ...source,
            path: 'chart',
            helm: {
              releaseName: 'api',
              valueFiles: ['values.yaml', '$values/prod/api.yaml'],
              values: 'colour: green\n',
              parameters: [{ name: 'flags.fast', value: 'true', forceString: true }],
            },
          },
          { repoURL: urlOf(values), targetRevision: 'main', ref: 'values' },
        ],
      }),
      application('hostile', { source: { repoURL: 'file:///etc', path: '.', targetRevision: 'HEAD' } }),
    ]);
    // What Argo CD would have applied, made by the tools themselves.
    await kubectl(['-n', namespace, 'apply', '-f', join(repository.path, 'plain/web.yaml')]);
    const overlay = new TestRepository();
    overlay.write(
      'kustomization.yaml',
      `resources: [shop.yaml]\nnamePrefix: prod-\nimages: [{ name: registry.example.com/shop, newTag: "2" }]\ncommonLabels: { team: shop }\n`,
    );
    overlay.write('shop.yaml', deployment('shop', 'registry.example.com/shop:1'));
    await kubectl(['-n', namespace, 'apply', '-k', overlay.path]);
    const rendered = await runTool('helm', [
      'template',
      'api',
      join(repository.path, 'chart'),
      '--namespace',
      namespace,
      '--set',
      'replicas=5,colour=green',
      '--set-string',
      'flags.fast=true',
    ]);
    await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: rendered });

    const quiet = await auditDiscovered(server.caFile);
    expect(quiet.findings).toEqual([]);
    expect(quiet.resources).toEqual([
      `ConfigMap ${namespace}/api-config in-sync`,
      `Deployment ${namespace}/prod-shop in-sync`,
      `Deployment ${namespace}/web in-sync`,
    ]);
    expect(quiet.gaps).toContainEqual(
      expect.stringContaining(`Application ${argo}/hostile: file:///etc is not opened`),
    );
    expect(quiet.gaps).toContainEqual(
      `Application ${argo}/charted, Application ${argo}/kustomized, Application ${argo}/plain: down: no argocd-application-controller was found in namespace ${argo}, so what their status says is frozen; nothing heals drift`,
    );

    await kubectl(['-n', namespace, 'scale', 'deployment/web', '--replicas=7']);
    await kubectl(['-n', namespace, 'scale', 'deployment/prod-shop', '--replicas=7']);
    await kubectl(['-n', namespace, 'patch', 'configmap/api-config', '-p', '{"data":{"colour":"red"}}']);
    const loud = await auditDiscovered(server.caFile);
    expect(loud.findings).toEqual([`${namespace}/api-config data.colour`, `${namespace}/prod-shop spec.replicas`]);
  });
});
