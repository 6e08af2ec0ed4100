import { stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { explained, type Explanation, type Question } from './explanation.ts';

/** An operator that keeps parts of its own webhook configurations, whatever they were applied with. Source: each project's code. */
interface Operator {
  readonly what: string;
  readonly manager: RegExp;
  /** Names of the webhooks that are its own. */
  readonly owns: RegExp;
  /** The parts of a webhook that it writes. */
  readonly writes: RegExp;
  /** Groups of the custom resources whose conversion it serves. */
  readonly converts?: RegExp;
  /** Whether it only touches a webhook that is named like its configuration. */
  readonly namedAlike?: boolean;
}

const caBundle = /^clientConfig\.caBundle$/;

const operators: readonly Operator[] = [
  {
    what: 'istiod, which closes its validation once it is ready to answer',
    manager: /^pilot-discovery$/,
    owns: /(?:^|\.)istio\.io$/,
    writes: /^(?:clientConfig\.caBundle|failurePolicy)$/,
  },
  {
    what: 'the certificate job of its chart',
    manager: /^kube-webhook-certgen$/,
    owns: /^(?:validate\.nginx\.ingress\.kubernetes\.io|[a-z]+\.monitoring\.coreos\.com)$/,
    writes: /^(?:clientConfig\.caBundle|failurePolicy)$/,
  },
  {
    what: 'the webhook of Knative or Tekton, which lists what it looks at',
    manager: /^webhook$/,
    owns: /\.(?:knative|tekton)\.dev$/,
    writes: /^(?:clientConfig\.(?:caBundle|service\.path)|rules|namespaceSelector|objectSelector)(?:[.[]|$)/,
    namedAlike: true,
    converts: /(?:^|\.)(?:knative|tekton)\.dev$/,
  },
  {
    what: 'Kyverno, which lists what its policies are about',
    manager: /^kyverno(?:-[a-z-]+)?$/,
    owns: /\.kyverno\.svc(?:-[a-z]+)?$/,
    writes: /^(?:clientConfig\.caBundle|rules|failurePolicy|timeoutSeconds)(?:[.[]|$)/,
  },
  {
    what: 'the certificate rotation of Gatekeeper',
    manager: /^gatekeeper$/,
    owns: /\.gatekeeper\.sh$/,
    writes: caBundle,
  },
  {
    what: 'the certificate rotation of KEDA',
    manager: /^keda(?:-[a-z-]+)?$/,
    owns: /^vs[a-z]+\.kb\.io$/,
    writes: caBundle,
  },
  {
    what: 'Crossplane, which serves the conversion',
    manager: /^crossplane$/,
    owns: /\.crossplane\.io$/,
    writes: caBundle,
    converts: /(?:^|\.)crossplane\.io$/,
  },
  { what: 'the injector of Vault', manager: /^vault-k8s$/, owns: /^vault\.hashicorp\.com$/, writes: caBundle },
  {
    what: 'the webhook of cert-manager',
    manager: /^(?:cert-manager-)?webhook$/,
    owns: /(?:^|\.)cert-manager\.io$/,
    writes: caBundle,
  },
];

export function isWebhookConfiguration({ id }: Resource): boolean {
  return id.kind === 'ValidatingWebhookConfiguration' || id.kind === 'MutatingWebhookConfiguration';
}

/** A part of a webhook that its own operator wrote, and nobody else holds. */
export function keptByOperator(question: Question): Explanation | null {
  if (question.candidate.change === 'removed') return null;
  const holders = question.suspects().map(({ entry }) => entry.manager);
  const operator = operators.find(
    (each) =>
      holders.length > 0 &&
      holders.every((holder) => each.manager.test(holder)) &&
      (keepsWebhook(each, question) || keepsConversion(each, question)),
  );
  if (operator === undefined) return null;
  const opens = question.text.endsWith('.failurePolicy') && question.candidate.live === 'Ignore';
  return explained('controller', `kept by ${operator.what}`, opens ? 'medium' : 'high');
}

function keepsWebhook({ owns, writes, namedAlike }: Operator, { live, text }: Question): boolean {
  if (!isWebhookConfiguration(live)) return false;
  const [, webhook, part] = /^webhooks\[name=([^\]]+)\]\.(.+)$/.exec(text) ?? [];
  if (webhook === undefined || part === undefined) return false;
  return owns.test(webhook) && writes.test(part) && (namedAlike !== true || webhook === live.id.name);
}

function keepsConversion({ converts }: Operator, { live, text }: Question): boolean {
  return (
    live.id.kind === 'CustomResourceDefinition' &&
    text === 'spec.conversion.webhook.clientConfig.caBundle' &&
    converts?.test(stringAt(live.body, 'spec', 'group') ?? '') === true
  );
}
