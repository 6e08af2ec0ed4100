import { isJsonArray, isJsonObject, type JsonValue } from '../../resource/json.ts';
import type { StructNode, TypeNode } from '../schema/type-node.ts';

/**
 * Fields of built-in types whose zero means something else than absence: pointers in Go that absence leaves to the platform,
 * and selectors, where empty selects everything and absent selects nothing.
 */
const meaningfulZeros = new Set([
  'core.v1.PodSpec.automountServiceAccountToken',
  'core.v1.ServiceAccount.automountServiceAccountToken',
  'core.v1.PodSpec.hostUsers',
  'core.v1.PodSpec.enableServiceLinks',
  'core.v1.PodSpec.activeDeadlineSeconds',
  'core.v1.PodSpec.terminationGracePeriodSeconds',
  'core.v1.PodSpec.overhead',
  'core.v1.Probe.terminationGracePeriodSeconds',
  'core.v1.SecurityContext.allowPrivilegeEscalation',
  'core.v1.SecurityContext.runAsUser',
  'core.v1.SecurityContext.runAsGroup',
  'core.v1.SecurityContext.runAsNonRoot',
  'core.v1.PodSecurityContext.runAsUser',
  'core.v1.PodSecurityContext.runAsGroup',
  'core.v1.PodSecurityContext.fsGroup',
  'core.v1.PodSecurityContext.runAsNonRoot',
  'core.v1.Toleration.tolerationSeconds',
  'core.v1.PersistentVolumeClaimSpec.storageClassName',
  'core.v1.ServiceSpec.allocateLoadBalancerNodePorts',
  'core.v1.EnvVarSource.fieldRef',
  'core.v1.Volume.emptyDir',
  'batch.v1.JobSpec.ttlSecondsAfterFinished',
  'batch.v1.JobSpec.backoffLimit',
  'batch.v1.JobSpec.activeDeadlineSeconds',
  'batch.v1.JobSpec.completions',
  'batch.v1.JobSpec.parallelism',
  'batch.v1.CronJobSpec.startingDeadlineSeconds',
  'batch.v1.CronJobSpec.successfulJobsHistoryLimit',
  'batch.v1.CronJobSpec.failedJobsHistoryLimit',
  'apps.v1.DeploymentSpec.replicas',
  'apps.v1.DeploymentSpec.progressDeadlineSeconds',
  'apps.v1.DeploymentSpec.revisionHistoryLimit',
  'apps.v1.StatefulSetSpec.replicas',
  'apps.v1.ReplicaSetSpec.replicas',
  'policy.v1.PodDisruptionBudgetSpec.minAvailable',
  'policy.v1.PodDisruptionBudgetSpec.maxUnavailable',
  'autoscaling.v2.HPAScalingRules.stabilizationWindowSeconds',
  'networking.v1.IngressSpec.ingressClassName',
]);

/** Whether nothing would change if the value were left out, by the meaning of its field. `null` always reads as absent. */
export function isAbsentEquivalent(value: JsonValue, type: TypeNode, owner: string): boolean {
  if (value === null) return true;
  if (isJsonArray(value)) return value.length === 0 && mayDropEmpty(type);
  if (isJsonObject(value)) return isEmptyObject(value, type, owner);
  if (value !== false && value !== 0 && value !== 0n && value !== '') return false;
  return owner !== '' && isBuiltinOwner(owner) && !meaningfulZeros.has(owner);
}

/** Only types of Kubernetes itself have named owners; custom resources keep what was sent. */
function isBuiltinOwner(owner: string): boolean {
  return /^[a-z]+\.v\d/.test(owner);
}

function mayDropEmpty(type: TypeNode): boolean {
  return type.kind !== 'any' && (type.kind !== 'list' || type.builtin);
}

function isEmptyObject(value: { readonly [key: string]: JsonValue }, type: TypeNode, owner: string): boolean {
  const keys = Object.keys(value);
  if (meaningfulZeros.has(owner)) return false;
  switch (type.kind) {
    case 'struct':
      if (type.builtin)
        return type.name !== 'meta.v1.LabelSelector' && keys.every((key) => absentMember(value[key], type, key));
      return isGrouping(type) && keys.every((key) => absentMember(value[key], type, key));
    case 'map':
      return type.builtin && keys.every((key) => value[key] === null);
    case 'list':
    case 'scalar':
    case 'any':
      return false;
  }
}

function absentMember(value: JsonValue | undefined, type: StructNode, key: string): boolean {
  const field = type.fields.get(key);
  if (value === undefined) return true;
  return field !== undefined && isAbsentEquivalent(value, field.type, type.name === '' ? '' : `${type.name}.${key}`);
}

/**
 * A struct of a custom resource that only holds other structs and lists has no meaning of its own when it is empty. One with a
 * scalar option is a switch (`automated: {}`): to set it is to turn it on.
 */
export function isGrouping(type: TypeNode): boolean {
  if (type.kind !== 'struct' || type.builtin || type.fields.size === 0) return false;
  for (const { type: member } of type.fields.values())
    if (member.kind === 'scalar' || member.kind === 'any') return false;
  return true;
}
