import { describe, expect, it } from 'vitest';
import { renderedSourceOf } from '../../src/app-rendered.ts';
import { createRenderer } from '../../src/app-renderer.ts';
import type { Difference } from '../../src/drift/drift-report.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/resource/json.ts';
import { parsePath } from '../../src/resource/field-path.ts';
import { planProvedRepair } from '../../src/rollback/plan-repair.ts';
import type { RenderedSource } from '../../src/rollback/rendered/rendered-source.ts';
import { applied } from '../../src/rollback/rendered/place-edits.ts';
import type { PlannedRepair } from '../../src/rollback/repair-plan.ts';
import type { RepairRequest } from '../../src/rollback/repair-request.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { inputOf } from '../collectors/render/render-tree.ts';
import { difference, pipeline, report, sha256 } from '../rollback/reports.ts';

const { signal } = new AbortController();

async function sourceOf(folder: string, files: Readonly<Record<string, string>>): Promise<RenderedSource> {
  const renderer = createRenderer({
    env: { PATH: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}` },
    kustomize: undefined,
    helm: undefined,
    namespace: 'shop',
    chart: { release: null, valueFiles: [] },
    facts: () => Promise.resolve(null),
  });
  const { resources } = await renderer.render(await inputOf(files, folder), signal);
  const target = resources.find(({ id }) => id.kind === 'Deployment');
  const source = target === undefined ? null : renderedSourceOf(renderer, target);
  if (source === null) throw new Error('no Deployment was rendered');
  return source;
}

/** Drift of one Deployment of a rendered source, live as `differences` say, adopted. */
async function adopt(source: RenderedSource, differences: readonly Difference[]): Promise<PlannedRepair> {
  const rendered = await source.render(new Map(), signal);
  if (rendered.kind === 'failed') throw new Error(rendered.why);
  const desired = rendered.resources.find(({ id }) => id.kind === 'Deployment');
  if (desired === undefined) throw new Error('no Deployment');
  const live = differences.reduce<JsonValue>((tree, { path, change, live: value }) => {
    const parsed = parsePath(path) ?? [];
    return applied(tree, change === 'removed' ? { op: 'remove', path: parsed } : { op: 'set', path: parsed, value });
  }, desired.body);
  const body: JsonObject = isJsonObject(live) ? live : {};
  const request: RepairRequest = {
    report: report(differences, { name: desired.id.name }),
    desired,
    live: { ...desired, body, origin: null },
    files: [],
    prefix: '',
    rendering: source.kind,
    base: null,
    earlier: [],
    blastRadius: null,
    cluster: null,
    sanctionedManagers: [],
    hash: sha256,
    wanted: 'adopt',
  };
  return await planProvedRepair(request, { rendered: source, dryRun: null }, signal);
}

const drift = (path: string, live: JsonValue, change: Difference['change'] = 'changed'): Difference =>
  difference(path, { live, change, actor: pipeline });
const image = 'spec.template.spec.containers[name=web].image';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: example/web:1.27
        env:
        - name: MODE
          value: production
      - name: side
        image: example/web:1.27
`;
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n';
const base = {
  'base/kustomization.yaml': 'resources: [web.yaml, service.yaml]\n',
  'base/web.yaml': deployment,
  'base/service.yaml': service,
};

function patches(planned: PlannedRepair): string {
  expect(planned.plan.refused).toBeNull();
  expect(planned.plan.proof.render).toBe('ok');
  return planned.plan.edits
    .map(({ patch }) =>
      patch
        .split('\n')
        .filter((line) => /^[-+]/.test(line))
        .join('\n'),
    )
    .join('\n');
}

describe('a live change is adopted into a kustomization', () => {
  it('in the image entry that makes it, when one entry makes only it', async () => {
    const one = deployment.replace(/ {6}- name: side\n {8}image: .*\n/, '');
    const overlay =
      'namePrefix: prod-\nresources:\n- ../base\nimages:\n- name: example/web   # pinned\n  newTag: "1.27"\n';
    const files = { ...base, 'base/web.yaml': one, 'prod/kustomization.yaml': overlay };
    expect(patches(await adopt(await sourceOf('prod', files), [drift(image, 'example/web:1.28')]))).toBe(
      '--- a/prod/kustomization.yaml\n+++ b/prod/kustomization.yaml\n-  newTag: "1.27"\n+  newTag: "1.28"',
    );
  });

  it('not in an image entry that would change another container too, but in a patch', async () => {
    const files = { ...base, 'prod/kustomization.yaml': 'resources:\n- ../base\n' };
    expect(
      patches(await adopt(await sourceOf('prod', files), [drift(image, 'example/web:1.28')])),
    ).toMatchInlineSnapshot(`
      "--- a/prod/kustomization.yaml
      +++ b/prod/kustomization.yaml
      +patches:
      +- path: patch-deployment-web.yaml
      --- /dev/null
      +++ b/prod/patch-deployment-web.yaml
      +apiVersion: apps/v1
      +kind: Deployment
      +metadata:
      +  name: web
      +spec:
      +  template:
      +    spec:
      +      containers:
      +      - name: web
      +        image: example/web:1.28"
    `);
  });

  it('in a replicas entry of its own, never in the base that others share', async () => {
    const files = { ...base, 'prod/kustomization.yaml': '# prod\nresources:\n- ../base\n' };
    expect(patches(await adopt(await sourceOf('prod', files), [drift('spec.replicas', 5)]))).toMatchInlineSnapshot(`
      "--- a/prod/kustomization.yaml
      +++ b/prod/kustomization.yaml
      +replicas:
      +- name: web
      +  count: 5"
    `);
  });

  it('in the patch that says it already', async () => {
    const patch =
      '# more room in production\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 4 # four zones\n';
    const files = {
      ...base,
      'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: more.yaml}]\nnameSuffix: -x\n',
      'prod/more.yaml': patch,
    };
    expect(patches(await adopt(await sourceOf('prod', files), [drift('spec.replicas', 5)]))).toBe(
      '--- a/prod/more.yaml\n+++ b/prod/more.yaml\n-  replicas: 4 # four zones\n+  replicas: 5 # four zones',
    );
  });

  it('in its own resource, when it has one', async () => {
    const files = { 'prod/kustomization.yaml': 'resources: [web.yaml]\n', 'prod/web.yaml': deployment };
    const added = drift(
      'spec.template.spec.containers[name=web].env[name=EXTRA]',
      { name: 'EXTRA', value: '1' },
      'added',
    );
    expect(
      patches(await adopt(await sourceOf('prod', files), [added, drift('metadata.labels', { team: 'a' }, 'added')])),
    ).toMatchInlineSnapshot(`
      "--- a/prod/web.yaml
      +++ b/prod/web.yaml
      +  labels:
      +    team: a
      +        - name: EXTRA
      +          value: "1""
    `);
  });

  it('as a removal in a patch', async () => {
    const files = { ...base, 'prod/kustomization.yaml': 'resources:\n- ../base\n' };
    const gone = drift('spec.template.spec.containers[name=web].env[name=MODE]', null, 'removed');
    expect(patches(await adopt(await sourceOf('prod', files), [gone]))).toMatchInlineSnapshot(`
      "--- a/prod/kustomization.yaml
      +++ b/prod/kustomization.yaml
      +patches:
      +- path: patch-deployment-web.yaml
      --- /dev/null
      +++ b/prod/patch-deployment-web.yaml
      +apiVersion: apps/v1
      +kind: Deployment
      +metadata:
      +  name: web
      +spec:
      +  template:
      +    spec:
      +      containers:
      +      - name: web
      +        env:
      +        - name: MODE
      +          $patch: delete"
    `);
  });
});

const chart = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'chart/values.yaml':
    '# defaults\nreplicaCount: 2   # two zones\nunrelated: 2\nimage:\n  repository: example/web\n  tag: "1.27"\nenv:\n- name: MODE\n  value: production\nlabels: {}\n',
  'chart/templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  {{- with .Values.labels }}
  labels: {{- toYaml . | nindent 4 }}
  {{- end }}
  annotations:
    unrelated: "{{ .Values.unrelated }}"
spec:
  replicas: {{ .Values.replicaCount }}
  minReadySeconds: 10
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
        env: {{- toYaml .Values.env | nindent 8 }}
`,
};

describe('a live change is adopted into a chart', () => {
  it.each<[string, Difference, string]>([
    [
      'in the value of the same name',
      drift('spec.replicas', 5),
      '-replicaCount: 2   # two zones\n+replicaCount: 5   # two zones',
    ],
    ['in the part of it that changes', drift(image, 'example/web:1.28'), '-  tag: "1.27"\n+  tag: "1.28"'],
    [
      'in a list of values',
      drift('spec.template.spec.containers[name=web].env[name=EXTRA]', { name: 'EXTRA', value: '1' }, 'added'),
      '+- name: EXTRA\n+  value: "1"',
    ],
    [
      'in an element of a list of values',
      drift('spec.template.spec.containers[name=web].env[name=MODE].value', 'test'),
      '-  value: production\n+  value: test',
    ],
    [
      'in the template, where no value stands behind it',
      drift('spec.minReadySeconds', 20),
      '-  minReadySeconds: 10\n+  minReadySeconds: 20',
    ],
  ])('%s', async (_where, change, lines) => {
    expect(patches(await adopt(await sourceOf('chart', chart), [change]))).toContain(lines);
  });

  it('all at once', async () => {
    const planned = await adopt(await sourceOf('chart', chart), [
      drift('spec.replicas', 5),
      drift(image, 'example/web:2'),
    ]);
    expect(planned.files.map(({ file }) => file)).toEqual(['chart/values.yaml']);
    expect(planned.files[0]?.after).toBe(
      chart['chart/values.yaml'].replace('replicaCount: 2', 'replicaCount: 5').replace('1.27', '2'),
    );
  });

  it('or refused, when the value makes something else too', async () => {
    const shared = {
      ...chart,
      'chart/templates/other.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {n: "{{ .Values.replicaCount }}"}\n',
    };
    const planned = await adopt(await sourceOf('chart', shared), [drift('spec.replicas', 5)]);
    expect(planned.plan.refused?.code).toBe('place-not-found');
    expect(planned.files).toEqual([]);
  });
});
