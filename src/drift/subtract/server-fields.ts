import { isJsonObject, type JsonObject, type JsonValue, stringAt, valueAt } from '../../resource/json.ts';
import { type Explain, type Explanation, explained, heldByPerson, type Question } from './explanation.ts';

/** Live-only fields that the API server allocates or generates, by kind and path. */
export const explainServerField: Explain = (question) => {
  if (question.candidate.change !== 'added') return null;
  const rule = byKind[question.live.id.kind];
  return rule === undefined || heldByPerson(question) ? null : rule(question);
};

const byKind: Readonly<Record<string, Explain>> = {
  Service: serviceField,
  Namespace: namespaceField,
  Job: jobField,
  Pod: podField,
  PersistentVolumeClaim: claimField,
  ServiceAccount: accountField,
  ReplicationController: replicationField,
};

function serviceField({ text, candidate, live, desired }: Question): Explanation | null {
  const headless = valueAt(live.body, 'spec', 'clusterIP') === 'None';
  if ((text === 'spec.clusterIP' || text === 'spec.clusterIPs') && !headless)
    return explained('server', 'address allocated by the API server');
  if (text === 'spec.clusterIPs' && headless) return explained('server', 'mirrors spec.clusterIP');
  if (text === 'spec.ipFamilies') return explained('server', 'address family of the cluster');
  if (/^spec\.ports\[[^\]]*\]\.nodePort$/.test(text))
    return exposed(live.body) || exposed(desired) ? explained('server', 'node port allocated by the API server') : null;
  if (text === 'spec.healthCheckNodePort') return explained('server', 'node port allocated by the API server');
  if (text === 'spec.selector' || candidate.live === undefined) return null;
  return null;
}

function exposed(service: { readonly [key: string]: unknown }): boolean {
  const spec = service['spec'];
  const type = isJsonObject(spec) ? spec['type'] : undefined;
  return type === 'NodePort' || type === 'LoadBalancer';
}

function namespaceField({ text, candidate, live }: Question): Explanation | null {
  if (text === 'metadata.labels."kubernetes.io/metadata.name"')
    return candidate.live === live.id.name ? explained('server', 'every namespace carries its name') : null;
  if (text === 'spec.finalizers' || text === 'spec.finalizers[kubernetes]')
    return explained('server', 'finalizer of every namespace');
  return null;
}

const generatedLabel = /^(?:batch\.kubernetes\.io\/)?(?:controller-uid|job-name)$/;

/** Without `manualSelector` the server makes the selector of a Job and labels its pods to match. */
function jobField(question: Question): Explanation | null {
  const { text, candidate, live } = question;
  if (valueAt(live.body, 'spec', 'manualSelector') === true) return null;
  if (text === 'spec.selector' || text.startsWith('spec.selector.'))
    return explained('server', 'selector generated for the Job');
  const label = labelIn(text, 'spec.template.metadata.labels') ?? labelIn(text, 'metadata.labels');
  if (label === undefined) return null;
  if (generatedLabel.test(label)) {
    const expected = label.endsWith('job-name') ? live.id.name : stringAt(live.body, 'metadata', 'uid');
    return candidate.live === expected ? explained('server', 'label generated for the Job') : null;
  }
  // A Job without labels of its own gets a copy of its template's.
  const declared = valueAt(question.desired, 'metadata', 'labels');
  const copied =
    text.startsWith('metadata.labels') &&
    declared === undefined &&
    valueAt(live.body, 'spec', 'template', 'metadata', 'labels', label) === candidate.live;
  return copied ? explained('server', 'labels copied from the template of the Job') : null;
}

function labelIn(text: string, parent: string): string | undefined {
  if (!text.startsWith(`${parent}.`)) return undefined;
  return text.slice(parent.length + 1).replace(/^"(.*)"$/, '$1');
}

/** What the built-in admission plugins and the scheduler write into a bare Pod. */
function podField({ text, candidate, live }: Question): Explanation | null {
  if (text === 'spec.nodeName') return explained('controller', 'bound by the scheduler');
  if (text.startsWith('spec.priority') || text === 'spec.preemptionPolicy')
    return priorityField(text, candidate.live, live.body);
  if (text === 'spec.serviceAccountName' || text === 'spec.serviceAccount') {
    return candidate.live === 'default' ? explained('server', 'default service account of the namespace') : null;
  }
  if (/^spec\.volumes\[name=kube-api-access-[a-z0-9]+\]$/.test(text))
    return explained('server', 'token volume of the service account');
  if (text.endsWith('.volumeMounts[mountPath=/var/run/secrets/kubernetes.io/serviceaccount]'))
    return explained('server', 'token mount of the service account');
  if (text === 'spec.volumes' || text.endsWith('.volumeMounts')) return null;
  if (text.startsWith('spec.tolerations'))
    return tolerates(candidate.live) ? explained('server', 'tolerations every Pod gets') : null;
  return null;
}

function priorityField(text: string, live: JsonValue | undefined, pod: JsonObject): Explanation | null {
  if (text === 'spec.preemptionPolicy')
    return live === 'PreemptLowerPriority' ? explained('server', 'default of the priority class') : null;
  const behindClass = live === 0 || valueAt(pod, 'spec', 'priorityClassName') !== undefined;
  return text === 'spec.priority' && behindClass ? explained('server', 'number behind the priority class') : null;
}

const nodeTaints = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

function tolerates(value: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every(
    (entry) =>
      isJsonObject(entry) &&
      typeof entry['key'] === 'string' &&
      nodeTaints.has(entry['key']) &&
      entry['operator'] === 'Exists' &&
      entry['effect'] === 'NoExecute' &&
      entry['tolerationSeconds'] === 300,
  );
}

/** Without labels of its own, a ReplicationController takes those of its template. */
function replicationField({ text, candidate, live, desired }: Question): Explanation | null {
  const label = labelIn(text, 'metadata.labels');
  const declared = valueAt(desired, 'metadata', 'labels');
  const from = (body: JsonObject): JsonValue | undefined =>
    valueAt(body, 'spec', 'template', 'metadata', 'labels', label ?? '');
  const copied = declared === undefined && [from(live.body), from(desired)].includes(candidate.live);
  return label !== undefined && copied ? explained('server', 'labels copied from the template') : null;
}

function claimField({ text }: Question): Explanation | null {
  return text === 'spec.dataSourceRef' ? explained('server', 'mirrors spec.dataSource') : null;
}

/** Token Secrets and pull Secrets that older clusters and OpenShift attach. */
function accountField({ text, live }: Question): Explanation | null {
  const generated = new RegExp(
    `^(?:secrets|imagePullSecrets)\\[(?:name=${escaped(live.id.name)}-(?:token|dockercfg)-[a-z0-9]+|\\d+)\\]$`,
  );
  return generated.test(text) ? explained('server', 'token of the service account', 'medium') : null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
