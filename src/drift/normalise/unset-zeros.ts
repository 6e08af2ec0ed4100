import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import { fieldType, itemType, type TypeNode } from '../schema/type-node.ts';

/**
 * Fields of built-in types that are plain values in Go and have a default: their zero (`""`, `0`, `[]`) is the same as nothing, and
 * the server fills it in. Fields behind a pointer are no part of this: there a declared zero is kept, or refused.
 */
const unsetByZero = new Set([
  'core.v1.Container.terminationMessagePath',
  'core.v1.Container.terminationMessagePolicy',
  'core.v1.Container.imagePullPolicy',
  'core.v1.EphemeralContainer.terminationMessagePath',
  'core.v1.EphemeralContainer.terminationMessagePolicy',
  'core.v1.EphemeralContainer.imagePullPolicy',
  'core.v1.ContainerPort.protocol',
  'core.v1.ContainerPort.hostPort',
  'core.v1.ImageVolumeSource.pullPolicy',
  'core.v1.Probe.timeoutSeconds',
  'core.v1.Probe.periodSeconds',
  'core.v1.Probe.successThreshold',
  'core.v1.Probe.failureThreshold',
  'core.v1.HTTPGetAction.path',
  'core.v1.HTTPGetAction.scheme',
  'core.v1.ObjectFieldSelector.apiVersion',
  'core.v1.PodSpec.dnsPolicy',
  'core.v1.PodSpec.restartPolicy',
  'core.v1.PodSpec.schedulerName',
  'core.v1.Secret.type',
  'core.v1.ServiceSpec.clusterIP',
  'core.v1.ServiceSpec.type',
  'core.v1.ServiceSpec.sessionAffinity',
  'core.v1.ServiceSpec.externalTrafficPolicy',
  'core.v1.ServicePort.protocol',
  'core.v1.ServicePort.targetPort',
  'core.v1.EndpointPort.protocol',
  'core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy',
  'apps.v1.DeploymentStrategy.type',
  'apps.v1.DaemonSetUpdateStrategy.type',
  'apps.v1.StatefulSetUpdateStrategy.type',
  'apps.v1.StatefulSetSpec.podManagementPolicy',
  'batch.v1.CronJobSpec.concurrencyPolicy',
  'batch.v1.PodFailurePolicyOnPodConditionsPattern.status',
  'flowcontrol.v1.FlowSchemaSpec.matchingPrecedence',
  'flowcontrol.v1.QueuingConfiguration.queues',
  'flowcontrol.v1.QueuingConfiguration.handSize',
  'flowcontrol.v1.QueuingConfiguration.queueLengthLimit',
  'resource.v1.ExactDeviceRequest.allocationMode',
  'resource.v1.ExactDeviceRequest.count',
  'resource.v1.DeviceSubRequest.allocationMode',
  'resource.v1.DeviceSubRequest.count',
  'networking.v1.NetworkPolicySpec.policyTypes',
  'rbac.v1.RoleRef.apiGroup',
  'rbac.v1.Subject.apiGroup',
]);

/** Whether a declared value is a zero that the server takes for nothing. */
export function isUnsetByZero(value: JsonValue, owner: string): boolean {
  const isZero = value === '' || value === 0 || (isJsonArray(value) && value.length === 0);
  return isZero && unsetByZero.has(owner);
}

/** The object without such zeros, as if they had not been declared. */
export function withoutUnsetZeros(body: JsonObject, type: TypeNode): JsonObject {
  const kept = Object.entries(body).flatMap(([key, value]): [string, JsonValue][] => {
    const owner = type.kind === 'struct' ? (type.fields.get(key)?.owner ?? '') : '';
    return isUnsetByZero(value, owner) ? [] : [[key, withoutZerosInside(value, fieldType(type, key))]];
  });
  return Object.fromEntries(kept);
}

function withoutZerosInside(value: JsonValue, type: TypeNode): JsonValue {
  if (isJsonArray(value)) return value.map((element) => withoutZerosInside(element, itemType(type)));
  return isJsonObject(value) ? withoutUnsetZeros(value, type) : value;
}
