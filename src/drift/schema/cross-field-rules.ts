import { arrayAt, type JsonObject, type JsonValue, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { parseQuantity } from '../normalise/quantity.ts';

/** What the API server refuses when it looks at several fields together. Source: `pkg/apis/<group>/validation` of Kubernetes 1.36. */
export function crossFieldProblems(body: JsonObject, kind: string): readonly ReasonedPath[] {
  const problems = [...nameProblems(body, kind)];
  const template = podTemplatePath[kind];
  if (template !== undefined) problems.push(...podProblems(objectAt(body, ...template), template.join('.'), kind));
  if (selects.has(kind)) problems.push(...selectorProblems(body));
  if (kind === 'HorizontalPodAutoscaler') problems.push(...autoscalerProblems(body));
  if (kind === 'Service') problems.push(...serviceProblems(body));
  return problems;
}

const podTemplatePath: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const selects = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const freeNames = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);

function* nameProblems(body: JsonObject, kind: string): Iterable<ReasonedPath> {
  const name = stringAt(body, 'metadata', 'name');
  if (name === undefined || freeNames.has(kind) || (name.length <= 253 && subdomain.test(name))) return;
  yield { path: 'metadata.name', reason: 'must be lower-case letters, digits, hyphens and dots' };
}

function* podProblems(pod: JsonObject | undefined, path: string, kind: string): Iterable<ReasonedPath> {
  if (pod === undefined) return;
  const volumes = new Set(arrayAt(pod, 'volumes').map((volume) => stringAt(volume, 'name')));
  for (const list of ['initContainers', 'containers'] as const) {
    for (const container of arrayAt(pod, list))
      yield* containerProblems(
        container,
        `${path}.${list}[name=${stringAt(container, 'name') ?? ''}]`,
        kind === 'StatefulSet' ? null : volumes,
      );
  }
  const policy = pod['restartPolicy'];
  if ((kind === 'Job' || kind === 'CronJob') && policy !== 'Never' && policy !== 'OnFailure') {
    yield { path: `${path}.restartPolicy`, reason: 'must be Never or OnFailure for a Job' };
  }
}

/** `volumes` is null where claim templates add names of their own. */
function* containerProblems(
  container: JsonValue,
  path: string,
  volumes: ReadonlySet<string | undefined> | null,
): Iterable<ReasonedPath> {
  if (valueAt(container, 'image') === undefined || valueAt(container, 'image') === '')
    yield { path: `${path}.image`, reason: 'required and not declared' };
  for (const mount of arrayAt(container, 'volumeMounts')) {
    const name = stringAt(mount, 'name');
    if (volumes === null || name === undefined || volumes.has(name)) continue;
    yield {
      path: `${path}.volumeMounts[mountPath=${stringAt(mount, 'mountPath') ?? ''}].name`,
      reason: 'names a volume that is not declared',
    };
  }
  const limits = objectAt(container, 'resources', 'limits') ?? {};
  for (const [resource, request] of Object.entries(objectAt(container, 'resources', 'requests') ?? {})) {
    const [wanted, most] = [parseQuantity(request), parseQuantity(limits[resource])];
    if (wanted !== undefined && most !== undefined && wanted > most)
      yield { path: `${path}.resources.requests.${resource}`, reason: 'must not exceed the limit' };
  }
}

function* selectorProblems(body: JsonObject): Iterable<ReasonedPath> {
  const labels = objectAt(body, 'spec', 'template', 'metadata', 'labels') ?? {};
  for (const [key, value] of Object.entries(objectAt(body, 'spec', 'selector', 'matchLabels') ?? {})) {
    if (labels[key] !== value) {
      yield { path: 'spec.selector', reason: 'does not select the labels of the template' };
      return;
    }
  }
}

function* autoscalerProblems(body: JsonObject): Iterable<ReasonedPath> {
  const [min, max] = [valueAt(body, 'spec', 'minReplicas'), valueAt(body, 'spec', 'maxReplicas')];
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    yield { path: 'spec.maxReplicas', reason: 'must not be less than minReplicas' };
}

function* serviceProblems(body: JsonObject): Iterable<ReasonedPath> {
  const ports = arrayAt(body, 'spec', 'ports');
  const names = new Set<string>();
  for (const port of ports) {
    const name = stringAt(port, 'name') ?? '';
    const path = `spec.ports[port=${numberText(valueAt(port, 'port'))},protocol=${stringAt(port, 'protocol') ?? 'TCP'}].name`;
    if (names.has(name))
      yield {
        path,
        reason: name === '' ? 'required where a Service has several ports' : 'must be unique among the ports',
      };
    names.add(name);
  }
}

function numberText(value: JsonValue | undefined): string {
  return typeof value === 'number' ? value.toString() : '';
}
