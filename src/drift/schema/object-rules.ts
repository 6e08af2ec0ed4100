import { field, formatPath } from '../../resource/field-path.ts';
import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { dataKey } from './text-forms.ts';

/** What the API server refuses in objects of one kind when it looks at several of their fields together. */
export function objectProblems(body: JsonObject, kind: string): Iterable<ReasonedPath> {
  return problemsByKind[kind]?.(body) ?? [];
}

const problemsByKind: Readonly<Record<string, (body: JsonObject) => Iterable<ReasonedPath>>> = {
  Service: serviceProblems,
  ConfigMap: keyProblems,
  Secret: keyProblems,
  Deployment: deploymentProblems,
  DaemonSet: daemonSetProblems,
  Job: (body) => jobProblems(objectAt(body, 'spec'), 'spec'),
  CronJob: (body) => jobProblems(objectAt(body, 'spec', 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'),
  PodDisruptionBudget: budgetProblems,
  PersistentVolumeClaim: claimProblems,
  NetworkPolicy: networkPolicyProblems,
  Role: roleProblems,
  ClusterRole: roleProblems,
  RoleBinding: bindingProblems,
  ClusterRoleBinding: bindingProblems,
};

function isSet(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

function* serviceProblems(body: JsonObject): Iterable<ReasonedPath> {
  const spec = objectAt(body, 'spec') ?? {};
  const ports = arrayAt(spec, 'ports');
  const type = stringAt(spec, 'type') ?? 'ClusterIP';
  if (ports.length === 0 && type !== 'ExternalName' && spec['clusterIP'] !== 'None')
    yield { path: 'spec.ports', reason: 'required and not declared' };
  if (type === 'ExternalName' && !isSet(spec['externalName']))
    yield { path: 'spec.externalName', reason: 'required and not declared' };
  if (type !== 'LoadBalancer' && arrayAt(spec, 'loadBalancerSourceRanges').length > 0)
    yield { path: 'spec.loadBalancerSourceRanges', reason: 'is possible for a LoadBalancer only' };
  yield* servicePortProblems(ports, type);
}

function* servicePortProblems(ports: readonly JsonValue[], type: string): Iterable<ReasonedPath> {
  const names = new Set<string>();
  for (const port of ports) {
    const name = stringAt(port, 'name') ?? '';
    const path = `spec.ports[port=${numberText(valueAt(port, 'port'))},protocol=${stringAt(port, 'protocol') ?? 'TCP'}]`;
    if (names.has(name))
      yield {
        path: `${path}.name`,
        reason: name === '' ? 'required where a Service has several ports' : 'must be unique among the ports',
      };
    names.add(name);
    const nodePort = valueAt(port, 'nodePort');
    if (type === 'ClusterIP' && typeof nodePort === 'number' && nodePort !== 0)
      yield { path: `${path}.nodePort`, reason: 'is not possible for a Service of type ClusterIP' };
  }
}

function numberText(value: JsonValue | undefined): string {
  return typeof value === 'number' ? value.toString() : '';
}

function* keyProblems(body: JsonObject): Iterable<ReasonedPath> {
  for (const part of ['data', 'binaryData', 'stringData']) {
    for (const key of Object.keys(objectAt(body, part) ?? {})) {
      const reason = dataKey(key);
      if (reason !== undefined) yield { path: formatPath([field(part), field(key)]), reason };
    }
  }
}

function isNone(value: JsonValue | undefined): boolean {
  return value === 0 || value === '0%';
}

function* deploymentProblems(body: JsonObject): Iterable<ReasonedPath> {
  const update = objectAt(body, 'spec', 'strategy', 'rollingUpdate');
  if (update !== undefined && valueAt(body, 'spec', 'strategy', 'type') === 'Recreate')
    yield { path: 'spec.strategy.rollingUpdate', reason: 'is not possible with the strategy Recreate' };
  else if (isNone(update?.['maxSurge']) && isNone(update?.['maxUnavailable']))
    yield { path: 'spec.strategy.rollingUpdate.maxUnavailable', reason: 'must not be 0 where maxSurge is 0' };
  const [ready, deadline] = [
    valueAt(body, 'spec', 'minReadySeconds'),
    valueAt(body, 'spec', 'progressDeadlineSeconds'),
  ];
  if (typeof deadline === 'number' && deadline <= (typeof ready === 'number' ? ready : 0))
    yield { path: 'spec.progressDeadlineSeconds', reason: 'must be more than minReadySeconds' };
}

function* daemonSetProblems(body: JsonObject): Iterable<ReasonedPath> {
  const update = objectAt(body, 'spec', 'updateStrategy', 'rollingUpdate');
  if (isNone(update?.['maxUnavailable']) && (!isSet(update?.['maxSurge']) || isNone(update['maxSurge'])))
    yield { path: 'spec.updateStrategy.rollingUpdate.maxUnavailable', reason: 'must not be 0 where maxSurge is 0' };
}

function* jobProblems(job: JsonObject | undefined, path: string): Iterable<ReasonedPath> {
  const isIndexed = job?.['completionMode'] === 'Indexed';
  if (isIndexed && isSet(job['parallelism']) && !isSet(job['completions']))
    yield {
      path: `${path}.completions`,
      reason: 'required where the completion mode is Indexed and parallelism is declared',
    };
  if (isSet(job?.['backoffLimitPerIndex']) && !isIndexed)
    yield { path: `${path}.backoffLimitPerIndex`, reason: 'is possible where the completion mode is Indexed only' };
}

function* budgetProblems(body: JsonObject): Iterable<ReasonedPath> {
  if (isSet(valueAt(body, 'spec', 'minAvailable')) && isSet(valueAt(body, 'spec', 'maxUnavailable')))
    yield { path: 'spec.maxUnavailable', reason: 'is not possible beside minAvailable' };
}

function* claimProblems(body: JsonObject): Iterable<ReasonedPath> {
  if (arrayAt(body, 'spec', 'accessModes').length === 0)
    yield { path: 'spec.accessModes', reason: 'required and not declared' };
  if (!isSet(valueAt(body, 'spec', 'resources', 'requests', 'storage')))
    yield { path: 'spec.resources.requests.storage', reason: 'required and not declared' };
}

function* networkPolicyProblems(body: JsonObject): Iterable<ReasonedPath> {
  for (const direction of ['ingress', 'egress'] as const) {
    for (const [at, rule] of arrayAt(body, 'spec', direction).entries()) {
      for (const [index, entry] of arrayAt(rule, 'ports').entries()) {
        const [port, end] = [valueAt(entry, 'port'), valueAt(entry, 'endPort')];
        if (isSet(end) && (typeof port !== 'number' || (typeof end === 'number' && end < port)))
          yield {
            path: `spec.${direction}[${at}].ports[${index}].endPort`,
            reason: 'must follow a port that is a number',
          };
      }
    }
  }
}

function* roleProblems(body: JsonObject): Iterable<ReasonedPath> {
  for (const [at, rule] of arrayAt(body, 'rules').entries()) {
    if (!isJsonObject(rule)) continue;
    const has = (part: string): boolean => arrayAt(rule, part).length > 0;
    if (!has('verbs')) yield { path: `rules[${at}].verbs`, reason: 'required and not declared' };
    if (has('nonResourceURLs')) {
      if (body['kind'] === 'Role')
        yield { path: `rules[${at}].nonResourceURLs`, reason: 'is possible in a ClusterRole only' };
      continue;
    }
    if (!has('apiGroups')) yield { path: `rules[${at}].apiGroups`, reason: 'required and not declared' };
    if (!has('resources')) yield { path: `rules[${at}].resources`, reason: 'required and not declared' };
  }
}

function* bindingProblems(body: JsonObject): Iterable<ReasonedPath> {
  const referred = stringAt(body, 'roleRef', 'kind');
  const possible = body['kind'] === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (referred !== undefined && !possible.includes(referred))
    yield { path: 'roleRef.kind', reason: `must be ${possible.join(' or ')}` };
  for (const [at, subject] of arrayAt(body, 'subjects').entries()) {
    const isPlaced = body['kind'] === 'RoleBinding' || isSet(valueAt(subject, 'namespace'));
    if (stringAt(subject, 'kind') === 'ServiceAccount' && !isPlaced)
      yield { path: `subjects[${at}].namespace`, reason: 'required for a service account where the binding has none' };
  }
}
