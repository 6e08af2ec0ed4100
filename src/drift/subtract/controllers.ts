import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import { describeResourceId } from '../../resource/resource-id.ts';
import {
  explained,
  type Explain,
  type Explanation,
  heldByPerson,
  heldOnlyByControllers,
  isUnowned,
  type Question,
} from './explanation.ts';
import { filledFromStore } from './secret-makers.ts';
import { isWebhookConfiguration, keptByOperator } from './webhook-operators.ts';

/** Annotations that controllers keep on objects of others, by prefix. A person who owns one still counts as a person. */
const controllerAnnotations: readonly (readonly [RegExp, string])[] = [
  [/^deployment\.kubernetes\.io\//, 'revision kept by the Deployment controller'],
  [/^deprecated\.daemonset\.template\.generation$/, 'generation kept by the DaemonSet controller'],
  [/^pv\.kubernetes\.io\//, 'state of the volume binder'],
  [
    /^volume\.(?:beta\.)?kubernetes\.io\/(?:storage-provisioner|selected-node|storage-resizer|migrated-to)$/,
    'state of the volume provisioner',
  ],
  [/^control-plane\.alpha\.kubernetes\.io\/leader$/, 'leader election record'],
  [/^endpoints\.kubernetes\.io\//, 'state of the Endpoints controller'],
  [/^batch\.kubernetes\.io\/job-tracking$/, 'state of the Job controller'],
  [/^autoscaling\.alpha\.kubernetes\.io\//, 'state of the autoscaler'],
  [/^cloud\.google\.com\/neg(?:-status)?$/, 'state of the cloud load balancer'],
  [
    /^ingress\.kubernetes\.io\/|^service\.beta\.kubernetes\.io\/aws-load-balancer-(?:id|arn)/,
    'state of the cloud load balancer',
  ],
  [/^field\.cattle\.io\/(?!description$|projectId$)/, 'state kept by Rancher'],
  [/^operator\.prometheus\.io\/|^scheduler\.alpha\.kubernetes\.io\/node-selector$/, 'state kept by a controller'],
];

const knownFinalizers =
  /^(?:kubernetes(?:\.io\/.*)?|service\.kubernetes\.io\/load-balancer-cleanup|foregroundDeletion|orphan|batch\.kubernetes\.io\/job-tracking|customresourcecleanup\.apiextensions\.k8s\.io|(?:external-provisioner|snapshot\.storage\.kubernetes\.io|networking\.gke\.io|service\.k8s\.aws|elbv2\.k8s\.aws)(?:\/.*)?)$/;

/** Differences that a controller is entitled to make, each with its proof. */
export const controllerRules: readonly Explain[] = [
  annotationOfController,
  finalizerOfController,
  ownerReference,
  keptByOperator,
  caBundle,
  aggregatedRules,
  volumeBinding,
  routeWeights,
  filledFromStore,
  writtenBack,
];

function memberOf(text: string, parent: string): string | undefined {
  return text.startsWith(`${parent}.`) ? text.slice(parent.length + 1).replace(/^"(.*)"$/, '$1') : undefined;
}

function annotationOfController(question: Question): Explanation | null {
  const key = memberOf(question.text, 'metadata.annotations');
  if (key === undefined || question.candidate.change !== 'added') return null;
  const row = controllerAnnotations.find(([pattern]) => pattern.test(key));
  return row === undefined || heldByPerson(question) ? null : explained('controller', row[1]);
}

function finalizerOfController(question: Question): Explanation | null {
  const { text, candidate } = question;
  if (!text.startsWith('metadata.finalizers') || candidate.change !== 'added' || heldByPerson(question)) return null;
  const names: readonly JsonValue[] = isJsonArray(candidate.live) ? candidate.live : [candidate.live ?? ''];
  return names.every((name) => typeof name === 'string' && knownFinalizers.test(name))
    ? explained('controller', 'finalizer of a controller that must clean up first')
    : null;
}

function ownerReference({ text, candidate, live }: Question): Explanation | null {
  if (!text.startsWith('metadata.ownerReferences') || candidate.change !== 'added') return null;
  const owners = arrayAt(live.body, 'metadata', 'ownerReferences').map(
    (owner) => `${stringAt(owner, 'kind') ?? '?'} ${stringAt(owner, 'name') ?? '?'}`,
  );
  return explained('controller', `adopted by ${owners.join(', ')}`);
}

/** Names of those whose whole work is to hand out authorities. */
const injectors = /cainjector|^service-ca(?:-|$)|^(?:olm|catalog)$/;

/**
 * A CA bundle is filled in by an injector: it owns the field, or the object asks for it. Any controller may fill in what Git leaves open,
 * and a declared value that is no certificate leaves it open.
 */
function caBundle(question: Question): Explanation | null {
  const { text, candidate, live } = question;
  if (!text.endsWith('.caBundle') || candidate.change === 'removed' || heldByPerson(question)) return null;
  const asked = Object.keys(objectAt(live.body, 'metadata', 'annotations') ?? {}).some((key) =>
    /inject-ca-from|inject-apiserver-ca|inject-cabundle/.test(key),
  );
  const isOpen = candidate.change === 'added' || !isCertificate(candidate.desired);
  const injected = question
    .suspects()
    .some(({ entry, as }) => injectors.test(entry.manager) || (isOpen && as.class === 'controller'));
  if (injected || asked) return explained('controller', 'CA bundle filled in by an injector');
  return isUnowned(question) && candidate.change === 'added'
    ? explained('controller', 'CA bundle filled in by an injector', 'medium')
    : null;
}

/** Charts declare a line feed or any other text where a certificate is to come. */
function isCertificate(value: JsonValue | undefined): boolean {
  try {
    return typeof value === 'string' && atob(value).includes('-----BEGIN ');
  } catch {
    return false;
  }
}

function aggregatedRules(question: Question): Explanation | null {
  const { text, live } = question;
  if (live.id.kind !== 'ClusterRole' || !(text === 'rules' || text.startsWith('rules['))) return null;
  const aggregated =
    valueAt(live.body, 'aggregationRule') !== undefined && valueAt(question.desired, 'aggregationRule') !== undefined;
  return aggregated && !heldByPerson(question)
    ? explained('controller', 'rules are aggregated from labelled ClusterRoles')
    : null;
}

function volumeBinding(question: Question): Explanation | null {
  const { text, candidate, live } = question;
  if (candidate.change !== 'added') return null;
  const bound =
    valueAt(live.body, 'status', 'phase') === 'Bound' ||
    valueAt(live.body, 'spec', 'claimRef', 'uid') !== undefined ||
    question.suspects().some((suspect) => suspect.as.class === 'controller');
  if (live.id.kind === 'PersistentVolumeClaim' && text === 'spec.volumeName' && bound)
    return explained('controller', 'bound by the volume binder');
  if (live.id.kind === 'PersistentVolume' && (text === 'spec.claimRef' || text.startsWith('spec.claimRef.')) && bound)
    return explained('controller', 'bound by the volume binder');
  return null;
}

/** Progressive delivery moves the weights of the routes it was given. */
const trafficControllers: readonly { group: string; kind: string; name: RegExp }[] = [
  { group: 'argoproj.io', kind: 'Rollout', name: /rollout/ },
  { group: 'flagger.app', kind: 'Canary', name: /flagger/ },
];

function routeWeights(question: Question): Explanation | null {
  if (!question.text.endsWith('.weight') || heldByPerson(question)) return null;
  for (const { group, kind, name } of trafficControllers) {
    const moved = question.suspects().some((suspect) => name.test(suspect.entry.manager));
    for (const controller of question.index.ofKind(group, kind)) {
      const sameNamespace = controller.id.namespace === question.live.id.namespace;
      const named =
        mentions(controller.body['spec'] ?? null, question.live.id.name, 0) ||
        controller.id.name === question.live.id.name;
      if (moved && sameNamespace && named)
        return explained('controller', `${describeResourceId(controller.id)} shifts traffic`);
    }
  }
  return null;
}

function mentions(value: JsonValue, name: string, depth: number): boolean {
  if (value === name) return true;
  if (depth > 12) return false;
  if (isJsonArray(value)) return value.some((member) => mentions(member, name, depth + 1));
  return isJsonObject(value) && Object.values(value).some((member) => mentions(member, name, depth + 1));
}

/**
 * A controller may fill in what Git leaves open. It may not change what Git declares: that is drift, with the controller as its author.
 * Replicas are excepted: they need a living scaler.
 */
function writtenBack(question: Question): Explanation | null {
  const { candidate, text } = question;
  if (candidate.change !== 'added' || text === 'spec.replicas' || !heldOnlyByControllers(question)) return null;
  // What a webhook sees and whom it spares is no gap that Git left: only its own operator may widen or narrow it.
  if (isWebhookConfiguration(question.live) && text.startsWith('webhooks[')) return null;
  const first = question.suspects()[0];
  if (first === undefined) return null;
  return explained('controller', `written by ${first.entry.manager} (${first.as.what})`, first.as.confidence);
}
