import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  stringAt,
  valueAt,
} from '../../src/resource/json.ts';
import { startWebhook } from './mutating-webhook.ts';
import { freshNamespace, kubectl, kubectlJson } from './plane-access.ts';
import { runMooring } from './run-mooring.ts';
import { createAccount } from './service-account.ts';
import { until } from './watching.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mooring-admission-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

interface Audited {
  readonly exitCode: number;
  readonly report: JsonValue;
  readonly stderr: string;
}

/** Declares exactly these objects in Git and audits them as a user does. */
async function audit(namespace: string, objects: readonly JsonObject[], kubeconfig?: string): Promise<Audited> {
  await writeFile(join(directory, 'all.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const sides = ['--desired', directory, '--live', 'kube:', '-n', namespace];
  const access = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
  const { code, stdout, stderr } = await runMooring(['audit', ...sides, ...access, '--server-dry-run', '-o', 'json']);
  return { exitCode: code, report: parseJson(stdout), stderr };
}

const marks: Readonly<Record<string, string>> = { changed: '~', added: '+', removed: '-' };

/** `web +metadata.labels.team` */
function findings({ report }: Audited): readonly string[] {
  return arrayAt(report, 'resources').flatMap((resource) =>
    arrayAt(resource, 'differences').map(
      (each) => `${stringAt(resource, 'name')} ${marks[stringAt(each, 'change') ?? '']}${stringAt(each, 'path')}`,
    ),
  );
}

/** `web metadata.labels.team: reason` */
function explainedByAdmission({ report }: Audited): readonly string[] {
  return arrayAt(report, 'resources').flatMap((resource) =>
    arrayAt(resource, 'suppressions')
      .filter((each) => stringAt(each, 'class') === 'admission')
      .map((each) => `${stringAt(resource, 'name')} ${stringAt(each, 'path')}: ${stringAt(each, 'reason')}`),
  );
}

function notesOf({ report }: Audited, name: string): readonly JsonValue[] {
  return arrayAt(report, 'resources').flatMap((each) =>
    stringAt(each, 'name') === name ? arrayAt(each, 'notes') : [],
  );
}

function deployment(name: string, labels: Readonly<Record<string, string>>): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      },
    },
  };
}

async function apply(namespace: string, object: JsonObject): Promise<void> {
  await kubectl(['-n', namespace, 'apply', '--server-side', '-f', '-'], { input: JSON.stringify(object) });
}

describe('a policy that labels and scales what is marked for it', () => {
  let namespace: string;
  const reason = 'a server-side dry run of what Git declares comes out the same: changed by MutatingAdmissionPolicy';

  beforeAll(async () => {
    namespace = await freshNamespace('policy');
    const match = { matchLabels: { touch: 'yes' } };
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: namespace },
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          objectSelector: match,
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
          ],
        },
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: {
              expression:
                'Object{metadata: Object.metadata{labels: {"team": "harbour", "part": object.metadata.name + ".app"}}, spec: Object.spec{replicas: 2}}',
            },
          },
        ],
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name: namespace },
      spec: { policyName: namespace },
    };
    for (const each of [policy, binding]) await kubectl(['apply', '-f', '-'], { input: JSON.stringify(each) });
    const probe = JSON.stringify(deployment('probe', { touch: 'yes' }));
    await until(async () => {
      const args = ['-n', namespace, 'create', '--dry-run=server', '-f', '-', '-o', 'json'];
      const made = parseJson(await kubectl(args, { input: probe }));
      return valueAt(made, 'spec', 'replicas') === 2;
    });
  });

  test('what it adds and what it changes is explained, with its name', async () => {
    const web = deployment('web', { touch: 'yes' });
    await apply(namespace, web);
    const audited = await audit(namespace, [web]);
    expect(findings(audited)).toEqual([]);
    expect(explainedByAdmission(audited).toSorted()).toEqual([
      `web metadata.labels.part: ${reason} ${namespace}`,
      `web metadata.labels.team: ${reason} ${namespace}`,
      `web spec.replicas: ${reason} ${namespace}`,
    ]);
    expect(audited).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('the same values on an object that it does not touch are drift', async () => {
    const spared = deployment('spared', { touch: 'no' });
    await apply(namespace, spared);
    await kubectl(['-n', namespace, 'label', 'deployment', 'spared', 'team=harbour', 'part=spared.app']);
    await kubectl(['-n', namespace, 'scale', 'deployment', 'spared', '--replicas=2']);
    const audited = await audit(namespace, [spared]);
    expect(findings(audited).toSorted()).toEqual([
      'spared +metadata.labels.part',
      'spared +metadata.labels.team',
      'spared ~spec.replicas',
    ]);
  });

  test('what a hand makes of an object that it touches is drift, though an apply would have kept it', async () => {
    const edited = deployment('edited', { touch: 'yes' });
    await apply(namespace, edited);
    await kubectl(['-n', namespace, 'label', 'deployment', 'edited', 'hand=made', '--field-manager=argocd-controller']);
    await kubectl(['-n', namespace, 'scale', 'deployment', 'edited', '--replicas=5']);
    const trap = ['apply', '--server-side', '--force-conflicts', '--field-manager=throw-away', '--dry-run=server'];
    const applied = parseJson(
      await kubectl(['-n', namespace, ...trap, '-o', 'json', '-f', '-'], { input: JSON.stringify(edited) }),
    );
    expect(valueAt(applied, 'metadata', 'labels', 'hand')).toBe('made');
    const audited = await audit(namespace, [edited]);
    expect(findings(audited).toSorted()).toEqual(['edited +metadata.labels.hand', 'edited ~spec.replicas']);
  });

  test('a value that it would have given does not excuse another one', async () => {
    const other = deployment('other', { touch: 'no' });
    await apply(namespace, other);
    await kubectl(['-n', namespace, 'label', 'deployment', 'other', 'team=pirates', '--field-manager=helm']);
    const declared = deployment('other', { touch: 'yes' });
    const audited = await audit(namespace, [declared]);
    expect(findings(audited).toSorted()).toEqual(['other +metadata.labels.team', 'other ~metadata.labels.touch']);
  });

  test('a quota or a refusing policy costs the proof, and the verdict says so', async () => {
    const crowded = deployment('crowded', { touch: 'yes' });
    await apply(namespace, crowded);
    const { length } = arrayAt(await kubectlJson(['-n', namespace, 'get', 'deployments']), 'items');
    const quota = ['create', 'quota', 'full', `--hard=count/deployments.apps=${length}`];
    await kubectl(['-n', namespace, ...quota]);
    await until(async () => {
      const full = await kubectlJson(['-n', namespace, 'get', 'resourcequota', 'full']);
      return valueAt(full, 'status', 'used', 'count/deployments.apps') === String(length);
    });
    const audited = await audit(namespace, [crowded]);
    await kubectl(['-n', namespace, 'delete', 'quota', 'full']);
    expect(findings(audited)).toContain('crowded +metadata.labels.team');
    expect(notesOf(audited, 'crowded')).toEqual([expect.stringMatching(/^admission-untried: .*exceeded quota: full/)]);
    expect(arrayAt(audited.report, 'gaps')).toEqual([]);
  });

  test('without the right to create it says so once and judges as before', async () => {
    using account = await createAccount('untried');
    const reads = ['get', 'list', 'watch'];
    await account.grant([{ group: '*', resources: ['*'], verbs: reads }]);
    const both = ['first', 'second'].map((name) => deployment(name, { touch: 'yes' }));
    for (const each of both) await apply(namespace, each);
    const refused = await audit(namespace, both, account.kubeconfig);
    expect(findings(refused)).toContain('second +metadata.labels.team');
    expect(refused.exitCode).toBe(1);
    expect(arrayAt(refused.report, 'gaps')).toEqual([
      expect.objectContaining({
        what: 'server-side dry run of Deployment',
        why: expect.stringMatching(/cannot create/),
      }),
    ]);
    await account.grant([{ group: '*', resources: ['*'], verbs: [...reads, 'create'] }]);
    await until(async () => findings(await audit(namespace, both, account.kubeconfig)).length === 0);
    expect(arrayAt((await audit(namespace, both, account.kubeconfig)).report, 'gaps')).toEqual([]);
  });
});

describe('a webhook that injects a sidecar', () => {
  const proxy = { name: 'proxy', image: 'proxy:1', env: [{ name: 'LEVEL', value: 'info' }] };
  const pod = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  });
  const injection = (object: JsonObject): readonly JsonObject[] => {
    if (object['kind'] !== 'Pod') return [{ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } }];
    const has = arrayAt(object, 'spec', 'containers').some((each) => stringAt(each, 'name') === 'proxy');
    return has ? [] : [{ op: 'add', path: '/spec/containers/-', value: proxy }];
  };
  const rules = [{ group: '', resources: ['pods', 'secrets'] }];

  test('is reproduced with all that the server adds to it; a hand on the sidecar is not', async () => {
    const namespace = await freshNamespace('webhook');
    await using webhook = await startWebhook({ name: namespace, namespace, rules, patch: injection });
    await until(() => kubectl(['-n', namespace, 'get', 'serviceaccount', 'default']).then(Boolean, () => false));
    for (const name of ['quiet', 'handled']) await apply(namespace, pod(name));
    await kubectl(['-n', namespace, 'set', 'image', 'pod/handled', 'proxy=proxy:evil']);
    const audited = await audit(namespace, [pod('quiet'), pod('handled')]);
    expect(findings(audited)).toEqual(['handled +spec.containers[name=proxy].image']);
    expect(explainedByAdmission(audited)).toContain(
      `quiet spec.containers[name=proxy]: a server-side dry run of what Git declares comes out the same: changed by webhook ${namespace}.example.dev of MutatingWebhookConfiguration ${namespace}`,
    );
    expect(webhook.seen.length).toBeGreaterThan(0);
  });

  test('never sees a value of a Secret through a trial', async () => {
    const namespace = await freshNamespace('webhook');
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login' },
      data: { password: Buffer.from('canary-8f3a').toString('base64') },
      stringData: { pin: 'canary-77b1' },
    };
    await apply(namespace, secret);
    await using webhook = await startWebhook({ name: namespace, namespace, rules, patch: injection });
    await kubectl(['-n', namespace, 'annotate', 'secret', 'login', 'a=b', '--field-manager=helm']);
    const before = webhook.seen.length;
    const audited = await audit(namespace, [secret]);
    expect(findings(audited)).toEqual(['login +metadata.annotations']);
    const tried = webhook.seen.slice(before).filter(isJsonObject);
    expect(tried.map((object) => object['data'])).toEqual([{ password: '', pin: '' }]);
    expect(JSON.stringify(tried)).not.toMatch(/canary|Y2FuYXJ5/);
  });
});
