import { describe, expect, test } from 'vitest';
import type { ResourceReport } from '../../../src/drift/drift-report.ts';
import { judgeOne, paths } from '../pairs.ts';

interface Case {
  readonly webhook: string;
  readonly manager: string;
  /** `f:failurePolicy` and the like, below the webhook. */
  readonly holds: string;
  readonly desired: string;
  readonly live: string;
  readonly configuration?: string;
  /** Another manager that holds the same. */
  readonly with?: string;
}

/** A configuration of one webhook, declared and live; the live one as `manager` left it. */
function judge({ webhook, manager, holds, desired, live, configuration = 'guard', with: other }: Case): ResourceReport {
  const head = `apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n`;
  const base = `name: ${webhook}, admissionReviewVersions: [v1], sideEffects: None, matchPolicy: Equivalent, timeoutSeconds: 10`;
  const entries = [manager, ...(other === undefined ? [] : [other])].map(
    (each) =>
      `{manager: ${each}, operation: Update, apiVersion: admissionregistration.k8s.io/v1, fieldsType: FieldsV1, fieldsV1: {'f:webhooks': {'k:{"name":"${webhook}"}': {${holds}}}}}`,
  );
  return judgeOne(
    `${head}metadata: {name: ${configuration}}\nwebhooks: [{${base}, ${desired}}]\n`,
    `${head}metadata: {name: ${configuration}, managedFields: [${entries.join(', ')}]}\nwebhooks: [{${base}, ${live}}]\n`,
  );
}

const certificate = (what: string): string => btoa(`-----BEGIN CERTIFICATE-----\n${what}\n`);
const service = 'clientConfig: {service: {name: s, namespace: n, port: 443';
const policy = {
  holds: "'f:failurePolicy': {}",
  desired: `${service}}}, failurePolicy: Ignore`,
  live: `${service}}}, failurePolicy: Fail`,
};
const bundle = {
  holds: "'f:clientConfig': {'f:caBundle': {}}",
  desired: `${service}}, caBundle: ${certificate('old')}}, failurePolicy: Fail`,
  live: `${service}}, caBundle: ${certificate('new')}}, failurePolicy: Fail`,
};
const rule = (resources: string): string =>
  `rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], scope: '*', resources: [${resources}]}]`;
const rules = {
  holds: "'f:rules': {}",
  desired: `${service}}}, failurePolicy: Fail, ${rule('pods')}`,
  live: `${service}}}, failurePolicy: Fail, ${rule('pods, secrets')}`,
};

const nginx = 'validate.nginx.ingress.kubernetes.io';
const knative = 'validation.webhook.serving.knative.dev';

describe('what an operator keeps of its own webhooks is set aside', () => {
  test.each<[string, Case]>([
    ['istiod closing its guard', { ...policy, webhook: 'rev.validation.istio.io', manager: 'pilot-discovery' }],
    ['istiod and its authority', { ...bundle, webhook: 'validation.istio.io', manager: 'pilot-discovery' }],
    ['a certificate job and the guard', { ...policy, webhook: nginx, manager: 'kube-webhook-certgen' }],
    ['a certificate job and its authority', { ...bundle, webhook: nginx, manager: 'kube-webhook-certgen' }],
    ['Knative and its rules', { ...rules, webhook: knative, manager: 'webhook', configuration: knative }],
    ['Kyverno and its rules', { ...rules, webhook: 'validate.kyverno.svc-fail', manager: 'kyverno' }],
    ['Gatekeeper and its authority', { ...bundle, webhook: 'validation.gatekeeper.sh', manager: 'gatekeeper' }],
    ['KEDA and its authority', { ...bundle, webhook: 'vscaledobject.kb.io', manager: 'keda' }],
    ['Vault and its authority', { ...bundle, webhook: 'vault.hashicorp.com', manager: 'vault-k8s' }],
  ])('%s', (_what, subject) => {
    const report = judge(subject);
    expect(paths(report)).toEqual([]);
    expect(report.suppressions).toContainEqual(
      expect.objectContaining({ class: 'controller', confidence: 'high', path: expect.stringContaining('webhooks[') }),
    );
  });

  test('and said with less certainty where it opens a guard', () => {
    const report = judge({
      ...policy,
      desired: policy.live,
      live: policy.desired,
      webhook: 'validation.istio.io',
      manager: 'pilot-discovery',
    });
    expect(paths(report)).toEqual([]);
    expect(report.suppressions).toContainEqual(expect.objectContaining({ class: 'controller', confidence: 'medium' }));
  });
});

describe('anybody else who changes the same is drift', () => {
  test.each<[string, Case, string]>([
    ['a person', { ...policy, webhook: 'validation.istio.io', manager: 'kubectl-patch' }, 'failurePolicy'],
    ['an unknown client', { ...policy, webhook: 'validation.istio.io', manager: 'curl' }, 'failurePolicy'],
    ['istiod on a foreign guard', { ...policy, webhook: 'a.example.dev', manager: 'pilot-discovery' }, 'failurePolicy'],
    [
      'a name that only looks alike',
      { ...policy, webhook: 'a.notistio.io', manager: 'pilot-discovery' },
      'failurePolicy',
    ],
    [
      'a certificate job elsewhere',
      { ...policy, webhook: 'validation.istio.io', manager: 'kube-webhook-certgen' },
      'failurePolicy',
    ],
    [
      'a person with a rule of Kyverno',
      { ...rules, webhook: 'validate.kyverno.svc-fail', manager: 'kubectl-edit' },
      'rules[0].resources[secrets]',
    ],
    ['Knative under a foreign name', { ...rules, webhook: knative, manager: 'webhook' }, 'rules[0].resources[secrets]'],
    [
      'Gatekeeper with a rule',
      { ...rules, webhook: 'validation.gatekeeper.sh', manager: 'gatekeeper' },
      'rules[0].resources[secrets]',
    ],
    [
      'a person with an authority',
      { ...bundle, webhook: 'vscaledobject.kb.io', manager: 'kubectl-edit' },
      'clientConfig.caBundle',
    ],
  ])('%s', (_what, subject, path) => {
    expect(paths(judge(subject))).toEqual([
      expect.stringMatching(new RegExp(`^[~+]webhooks\\[name=.*\\]\\.${path.replaceAll(/[[\].]/g, '\\$&')}$`)),
    ]);
  });

  test('and so is one who holds the field together with the operator', () => {
    const shared = { ...policy, webhook: 'validation.istio.io', manager: 'pilot-discovery', with: 'ci-runner' };
    expect(paths(judge(shared))).toEqual(['~webhooks[name=validation.istio.io].failurePolicy']);
  });
});

describe('the authority of a conversion', () => {
  const definition = (group: string, more: string, manager = 'webhook'): string =>
    `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.${group}, managedFields: [{manager: ${manager}, operation: Update, apiVersion: apiextensions.k8s.io/v1, fieldsType: FieldsV1, fieldsV1: {'f:spec': {'f:conversion': {'f:webhook': {'f:clientConfig': {'f:caBundle': {}}}}}}}]}
spec:
  group: ${group}
  scope: Cluster
  names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
  conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: {service: {name: s, namespace: n, port: 443}${more}}}}
`;
  const differs = ['~spec.conversion.webhook.clientConfig.caBundle'];

  test.each<[string, string, string, readonly string[]]>([
    ['Knative on its own kinds', 'serving.knative.dev', 'webhook', []],
    ['Crossplane on its own kinds', 'pkg.crossplane.io', 'crossplane', []],
    ['Knative on a foreign kind', 'example.dev', 'webhook', differs],
    ['a controller of something else', 'serving.knative.dev', 'traefik-operator', differs],
    ['an injector on any kind', 'example.dev', 'cert-manager-cainjector', []],
    ['a person', 'serving.knative.dev', 'kubectl-edit', differs],
  ])('%s', (_what, group, manager, expected) => {
    const report = judgeOne(
      definition(group, `, caBundle: ${certificate('old')}`),
      definition(group, `, caBundle: ${certificate('new')}`, manager),
    );
    expect(paths(report)).toEqual(expected);
  });

  test.each([
    ['any controller where Git holds no certificate', 'Cg==', 'elastic-operator', []],
    ['nobody else even there', 'Cg==', 'kubectl-edit', differs],
  ])('%s', (_what, declared, manager, expected) => {
    const live = definition('example.dev', `, caBundle: ${certificate('new')}`, manager);
    expect(paths(judgeOne(definition('example.dev', `, caBundle: ${declared}`), live))).toEqual(expected);
  });
});
