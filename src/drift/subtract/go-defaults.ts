import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../resource/json.ts';
import { type DefaultContext, type DefaultRule, parent } from './default-rule.ts';
import { extensionDefaults } from './extension-defaults.ts';

/** What the server writes into a field that nobody set, or undefined when it writes nothing. */
export function goDefault(owner: string, live: JsonValue, context: DefaultContext): JsonValue | undefined {
  const rule = defaultTable.get(owner);
  return typeof rule === 'function' ? rule(live, context) : rule;
}

/**
 * What the server derived from the declared neighbours before somebody changed them: it stores a default once and does not
 * follow. Undefined for constants.
 */
export function defaultAsDeclared(owner: string, live: JsonValue, context: DefaultContext): JsonValue | undefined {
  const rule = defaultTable.get(owner);
  if (typeof rule !== 'function') return undefined;
  return rule(live, { ...context, liveParents: context.desiredParents.map((declared) => declared ?? {}) });
}

function desiredParent(context: DefaultContext): JsonObject {
  return context.desiredParents.at(-1) ?? {};
}

/** Requests follow limits in Pods only: templates are stored as they were written. */
function isPod(context: DefaultContext): boolean {
  return arrayAt(context.liveParents[0], 'spec', 'containers').length > 0;
}

/** Always for `latest` and for no tag, IfNotPresent for any other tag and for a digest. */
function pullPolicyOf(image: string | undefined): string {
  if (image === undefined) return 'IfNotPresent';
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** The server derived it once, from the image it had then: the declared one and the live one are both right. */
function pullPolicy(live: JsonValue, context: DefaultContext, key: string): JsonValue {
  const now = pullPolicyOf(stringAt(parent(context), key));
  return live === now ? now : pullPolicyOf(stringAt(desiredParent(context), key) ?? stringAt(parent(context), key));
}

function nearest(context: DefaultContext, key: string): JsonValue | undefined {
  for (let i = context.liveParents.length - 1; i >= 0; i--) {
    const value = context.liveParents[i]?.[key];
    if (value !== undefined) return value;
  }
  return undefined;
}

function isBalancer(service: JsonObject): boolean {
  return service['type'] === 'LoadBalancer';
}

function isExposed(service: JsonObject): boolean {
  return isBalancer(service) || service['type'] === 'NodePort';
}

/** Subjects and role references name their API group; ServiceAccounts have none. */
function subjectGroup(context: DefaultContext): JsonValue | undefined {
  return parent(context)['kind'] === 'ServiceAccount' ? undefined : 'rbac.authorization.k8s.io';
}

/** Only containers of LimitRanges fill `default` from `max`, and `defaultRequest` from `default`, then `min`. */
function limitDefaults(live: JsonValue, context: DefaultContext, sources: readonly string[]): JsonValue | undefined {
  const item = parent(context);
  if (item['type'] !== 'Container' || !isJsonObject(live)) return undefined;
  return [...sources].reverse().reduce<JsonObject>((expected, source) => ({ ...expected, ...plain(item[source]) }), {});
}

function plain(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function scalingRules(context: DefaultContext, direction: 'up' | 'down'): JsonValue {
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  const policies = direction === 'up' ? [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent] : [percent];
  const declared = plain(desiredParent(context)[direction === 'up' ? 'scaleUp' : 'scaleDown']);
  return { selectPolicy: 'Max', policies, ...(direction === 'up' && { stabilizationWindowSeconds: 0 }), ...declared };
}

function policyTypes(context: DefaultContext): JsonValue {
  const egress = arrayAt(parent(context), 'egress');
  return egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%' };

/**
 * Defaults that live only in the Go code of Kubernetes 1.36 (`pkg/apis/<group>/<version>/defaults.go`), by type and field.
 * Zero values and defaults of the OpenAPI document need no row.
 */
const rows: Readonly<Record<string, DefaultRule>> = {
  'core.v1.Container.terminationMessagePath': '/dev/termination-log',
  'core.v1.Container.terminationMessagePolicy': 'File',
  'core.v1.Container.imagePullPolicy': (live, context) => pullPolicy(live, context, 'image'),
  'core.v1.Container.resources': {},
  'core.v1.EphemeralContainer.terminationMessagePath': '/dev/termination-log',
  'core.v1.EphemeralContainer.terminationMessagePolicy': 'File',
  'core.v1.EphemeralContainer.imagePullPolicy': (live, context) => pullPolicy(live, context, 'image'),
  'core.v1.EphemeralContainer.resources': {},
  'core.v1.ImageVolumeSource.pullPolicy': (live, context) => pullPolicy(live, context, 'reference'),
  'core.v1.ContainerPort.protocol': 'TCP',
  'core.v1.ContainerPort.hostPort': (_live, context) =>
    nearest(context, 'hostNetwork') === true ? parent(context)['containerPort'] : undefined,
  'core.v1.Probe.timeoutSeconds': 1,
  'core.v1.Probe.periodSeconds': 10,
  'core.v1.Probe.successThreshold': 1,
  'core.v1.Probe.failureThreshold': 3,
  'core.v1.HTTPGetAction.path': '/',
  'core.v1.HTTPGetAction.scheme': 'HTTP',
  'core.v1.GRPCAction.service': '',
  'core.v1.SecurityContext.procMount': 'Default',
  'core.v1.PodSpec.dnsPolicy': 'ClusterFirst',
  'core.v1.PodSpec.restartPolicy': 'Always',
  'core.v1.PodSpec.schedulerName': 'default-scheduler',
  'core.v1.PodSpec.securityContext': {},
  'core.v1.PodSpec.terminationGracePeriodSeconds': 30,
  'core.v1.PodSpec.enableServiceLinks': true,
  'core.v1.PodSpec.serviceAccount': (_live, context) => parent(context)['serviceAccountName'],
  'core.v1.PodSpec.serviceAccountName': (_live, context) => desiredParent(context)['serviceAccount'],
  'core.v1.ResourceRequirements.requests': (_live, context) => (isPod(context) ? parent(context)['limits'] : undefined),
  'core.v1.Volume.emptyDir': {},
  'core.v1.ConfigMapVolumeSource.defaultMode': 420,
  'core.v1.SecretVolumeSource.defaultMode': 420,
  'core.v1.ProjectedVolumeSource.defaultMode': 420,
  'core.v1.DownwardAPIVolumeSource.defaultMode': 420,
  'core.v1.ServiceAccountTokenProjection.expirationSeconds': 3600,
  'core.v1.HostPathVolumeSource.type': '',
  'core.v1.ISCSIVolumeSource.iscsiInterface': 'default',
  'core.v1.RBDVolumeSource.pool': 'rbd',
  'core.v1.RBDVolumeSource.user': 'admin',
  'core.v1.RBDVolumeSource.keyring': '/etc/ceph/keyring',
  'core.v1.AzureDiskVolumeSource.cachingMode': 'ReadWrite',
  'core.v1.AzureDiskVolumeSource.kind': 'Shared',
  'core.v1.AzureDiskVolumeSource.fsType': 'ext4',
  'core.v1.AzureDiskVolumeSource.readOnly': false,
  'core.v1.ScaleIOVolumeSource.storageMode': 'ThinProvisioned',
  'core.v1.ScaleIOVolumeSource.fsType': 'xfs',
  'core.v1.ObjectFieldSelector.apiVersion': 'v1',
  'core.v1.ResourceFieldSelector.divisor': '0',
  'core.v1.Secret.type': 'Opaque',
  'core.v1.ServiceSpec.type': 'ClusterIP',
  'core.v1.ServiceSpec.sessionAffinity': 'None',
  'core.v1.ServiceSpec.internalTrafficPolicy': (_live, context) =>
    parent(context)['type'] === 'ExternalName' ? undefined : 'Cluster',
  'core.v1.ServiceSpec.externalTrafficPolicy': (_live, context) => (isExposed(parent(context)) ? 'Cluster' : undefined),
  'core.v1.ServiceSpec.allocateLoadBalancerNodePorts': (_live, context) =>
    isBalancer(parent(context)) ? true : undefined,
  'core.v1.ServiceSpec.ipFamilyPolicy': 'SingleStack',
  'core.v1.ServiceSpec.sessionAffinityConfig': (_live, context) =>
    parent(context)['sessionAffinity'] === 'ClientIP' ? { clientIP: { timeoutSeconds: 10_800 } } : undefined,
  'core.v1.ClientIPConfig.timeoutSeconds': 10_800,
  'core.v1.ServicePort.protocol': 'TCP',
  'core.v1.ServicePort.targetPort': (_live, context) => parent(context)['port'],
  'core.v1.EndpointPort.protocol': 'TCP',
  'core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy': 'Retain',
  'core.v1.PersistentVolumeSpec.volumeMode': 'Filesystem',
  'core.v1.PersistentVolumeClaimSpec.volumeMode': 'Filesystem',
  // Of claim templates only: the root's own are not compared.
  'core.v1.PersistentVolumeClaim.apiVersion': 'v1',
  'core.v1.PersistentVolumeClaim.kind': 'PersistentVolumeClaim',
  'core.v1.PersistentVolumeClaim.status': { phase: 'Pending' },
  'core.v1.ReplicationControllerSpec.replicas': 1,
  'core.v1.ReplicationControllerSpec.selector': (_live, context) =>
    objectAt(parent(context), 'template', 'metadata', 'labels'),
  'core.v1.LimitRangeItem.default': (live, context) => limitDefaults(live, context, ['max']),
  'core.v1.LimitRangeItem.defaultRequest': (live, context) => limitDefaults(live, context, ['default', 'max', 'min']),
  'discovery.v1.EndpointPort.protocol': 'TCP',
  'discovery.v1.EndpointPort.name': '',
  'apps.v1.DeploymentSpec.replicas': 1,
  'apps.v1.DeploymentSpec.strategy': { type: 'RollingUpdate', rollingUpdate },
  'apps.v1.DeploymentStrategy.type': 'RollingUpdate',
  'apps.v1.DeploymentStrategy.rollingUpdate': (_live, context) =>
    parent(context)['type'] === 'Recreate' ? undefined : rollingUpdate,
  'apps.v1.RollingUpdateDeployment.maxSurge': '25%',
  'apps.v1.RollingUpdateDeployment.maxUnavailable': '25%',
  'apps.v1.DeploymentSpec.revisionHistoryLimit': 10,
  'apps.v1.DeploymentSpec.progressDeadlineSeconds': 600,
  'apps.v1.DaemonSetSpec.updateStrategy': { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  'apps.v1.DaemonSetUpdateStrategy.type': 'RollingUpdate',
  'apps.v1.DaemonSetUpdateStrategy.rollingUpdate': (_live, context) =>
    parent(context)['type'] === 'OnDelete' ? undefined : { maxSurge: 0, maxUnavailable: 1 },
  'apps.v1.RollingUpdateDaemonSet.maxSurge': 0,
  'apps.v1.RollingUpdateDaemonSet.maxUnavailable': 1,
  'apps.v1.DaemonSetSpec.revisionHistoryLimit': 10,
  'apps.v1.StatefulSetSpec.replicas': 1,
  'apps.v1.StatefulSetSpec.podManagementPolicy': 'OrderedReady',
  'apps.v1.StatefulSetSpec.revisionHistoryLimit': 10,
  'apps.v1.StatefulSetSpec.updateStrategy': { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  'apps.v1.StatefulSetUpdateStrategy.type': 'RollingUpdate',
  'apps.v1.StatefulSetUpdateStrategy.rollingUpdate': (_live, context) =>
    parent(context)['type'] === 'OnDelete' ? undefined : { partition: 0 },
  'apps.v1.RollingUpdateStatefulSetStrategy.partition': 0,
  'apps.v1.StatefulSetSpec.persistentVolumeClaimRetentionPolicy': { whenDeleted: 'Retain', whenScaled: 'Retain' },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted': 'Retain',
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled': 'Retain',
  'apps.v1.ReplicaSetSpec.replicas': 1,
  'batch.v1.JobSpec.completions': (_live, context) =>
    desiredParent(context)['parallelism'] === undefined ? 1 : undefined,
  'batch.v1.JobSpec.parallelism': 1,
  'batch.v1.JobSpec.backoffLimit': (_live, context) =>
    parent(context)['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
  'batch.v1.JobSpec.completionMode': 'NonIndexed',
  'batch.v1.JobSpec.podReplacementPolicy': (_live, context) =>
    parent(context)['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  'batch.v1.PodFailurePolicyOnPodConditionsPattern.status': 'True',
  'batch.v1.CronJobSpec.concurrencyPolicy': 'Allow',
  'batch.v1.CronJobSpec.successfulJobsHistoryLimit': 3,
  'batch.v1.CronJobSpec.failedJobsHistoryLimit': 1,
  'autoscaling.v1.HorizontalPodAutoscalerSpec.minReplicas': 1,
  'autoscaling.v1.HorizontalPodAutoscalerSpec.targetCPUUtilizationPercentage': 80,
  'autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas': 1,
  'autoscaling.v2.HorizontalPodAutoscalerSpec.metrics': [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ],
  'autoscaling.v2.HorizontalPodAutoscalerBehavior.scaleUp': (_live, context) => scalingRules(context, 'up'),
  'autoscaling.v2.HorizontalPodAutoscalerBehavior.scaleDown': (_live, context) => scalingRules(context, 'down'),
  'autoscaling.v2.HPAScalingRules.selectPolicy': 'Max',
  'autoscaling.v2.HPAScalingRules.stabilizationWindowSeconds': 0,
  'autoscaling.v2.HPAScalingRules.policies': (live) =>
    isJsonArray(live)
      ? plain(scalingRules({ liveParents: [], desiredParents: [] }, live.length > 1 ? 'up' : 'down'))['policies']
      : undefined,
  'networking.v1.NetworkPolicySpec.policyTypes': (_live, context) => policyTypes(context),
  'networking.v1.NetworkPolicySpec.podSelector': {},
  'networking.v1.NetworkPolicyPort.protocol': 'TCP',
  'networking.v1.IngressClassParametersReference.scope': 'Cluster',
  'rbac.v1.Subject.apiGroup': (_live, context) => subjectGroup(context),
  'rbac.v1.RoleRef.apiGroup': 'rbac.authorization.k8s.io',
  'storage.v1.StorageClass.reclaimPolicy': 'Delete',
  'storage.v1.StorageClass.volumeBindingMode': 'Immediate',
  'storage.v1.CSIDriverSpec.attachRequired': true,
  'storage.v1.CSIDriverSpec.fsGroupPolicy': 'ReadWriteOnceWithFSType',
  'storage.v1.CSIDriverSpec.volumeLifecycleModes': ['Persistent'],
  'scheduling.v1.PriorityClass.preemptionPolicy': 'PreemptLowerPriority',
  'apiregistration.v1.ServiceReference.port': 443,
  'resource.v1.ExactDeviceRequest.allocationMode': 'ExactCount',
  'resource.v1.ExactDeviceRequest.count': 1,
  'resource.v1.DeviceToleration.operator': 'Equal',
  'flowcontrol.v1.FlowSchemaSpec.matchingPrecedence': 1000,
  'flowcontrol.v1.LimitedPriorityLevelConfiguration.nominalConcurrencyShares': 30,
  'flowcontrol.v1.LimitedPriorityLevelConfiguration.lendablePercent': 0,
  'flowcontrol.v1.LimitedPriorityLevelConfiguration.limitResponse': { type: 'Reject' },
  'flowcontrol.v1.QueuingConfiguration.queues': 64,
  'flowcontrol.v1.QueuingConfiguration.handSize': 8,
  'flowcontrol.v1.QueuingConfiguration.queueLengthLimit': 50,
};

const defaultTable: ReadonlyMap<string, DefaultRule> = new Map([
  ...Object.entries(rows),
  ...Object.entries(extensionDefaults),
]);
