import { isJsonObject, type JsonValue, valueAt } from '../../resource/json.ts';

/**
 * What OpenAPI does not say about lists it declares atomic: where order carries no meaning, because the consumer takes the
 * union or looks elements up. Every other atomic list is ordered. Source: the API documentation of each field.
 */
const unordered = new Set([
  'core.v1.PodSpec.tolerations',
  'core.v1.ServiceAccount.imagePullSecrets',
  'core.v1.EndpointSubset.addresses',
  'core.v1.EndpointSubset.notReadyAddresses',
  'core.v1.EndpointSubset.ports',
  'core.v1.Endpoints.subsets',
  'core.v1.ServiceSpec.externalIPs',
  'core.v1.ServiceSpec.loadBalancerSourceRanges',
  'core.v1.PersistentVolumeClaimSpec.accessModes',
  'core.v1.PersistentVolumeSpec.accessModes',
  'core.v1.PersistentVolumeSpec.mountOptions',
  'core.v1.ResourceQuotaSpec.scopes',
  'core.v1.LimitRangeSpec.limits',
  'core.v1.Capabilities.add',
  'core.v1.Capabilities.drop',
  'core.v1.HostAlias.hostnames',
  'core.v1.NodeSelector.nodeSelectorTerms',
  'core.v1.NodeSelectorTerm.matchExpressions',
  'core.v1.NodeSelectorTerm.matchFields',
  'core.v1.NodeSelectorRequirement.values',
  'core.v1.NodeAffinity.preferredDuringSchedulingIgnoredDuringExecution',
  'core.v1.PodAffinity.requiredDuringSchedulingIgnoredDuringExecution',
  'core.v1.PodAffinity.preferredDuringSchedulingIgnoredDuringExecution',
  'core.v1.PodAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution',
  'core.v1.PodAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution',
  'core.v1.PodAffinityTerm.namespaces',
  'core.v1.ConfigMapVolumeSource.items',
  'core.v1.SecretVolumeSource.items',
  'meta.v1.LabelSelector.matchExpressions',
  'meta.v1.LabelSelectorRequirement.values',
  'rbac.v1.Role.rules',
  'rbac.v1.ClusterRole.rules',
  'rbac.v1.PolicyRule.verbs',
  'rbac.v1.PolicyRule.apiGroups',
  'rbac.v1.PolicyRule.resources',
  'rbac.v1.PolicyRule.resourceNames',
  'rbac.v1.PolicyRule.nonResourceURLs',
  'rbac.v1.RoleBinding.subjects',
  'rbac.v1.ClusterRoleBinding.subjects',
  'rbac.v1.AggregationRule.clusterRoleSelectors',
  'networking.v1.NetworkPolicySpec.ingress',
  'networking.v1.NetworkPolicySpec.egress',
  'networking.v1.NetworkPolicySpec.policyTypes',
  'networking.v1.NetworkPolicyIngressRule.from',
  'networking.v1.NetworkPolicyIngressRule.ports',
  'networking.v1.NetworkPolicyEgressRule.to',
  'networking.v1.NetworkPolicyEgressRule.ports',
  'networking.v1.IPBlock.except',
  'networking.v1.IngressSpec.rules',
  'networking.v1.IngressSpec.tls',
  'networking.v1.IngressTLS.hosts',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.metrics',
  'autoscaling.v2.HPAScalingRules.policies',
  'admissionregistration.v1.RuleWithOperations.apiGroups',
  'admissionregistration.v1.RuleWithOperations.apiVersions',
  'admissionregistration.v1.RuleWithOperations.operations',
  'admissionregistration.v1.RuleWithOperations.resources',
  'admissionregistration.v1.ValidatingWebhook.rules',
  'admissionregistration.v1.MutatingWebhook.rules',
  'apiextensions.v1.CustomResourceDefinitionSpec.versions',
  'apiextensions.v1.CustomResourceDefinitionNames.shortNames',
  'apiextensions.v1.CustomResourceDefinitionNames.categories',
  'apiextensions.v1.JSONSchemaProps.required',
  'storage.v1.StorageClass.mountOptions',
  'storage.v1.CSIDriverSpec.volumeLifecycleModes',
]);

/** Keyed lists whose order still matters: containers start one after another, and `$(VAR)` needs its source first. */
const orderedKeyed = new Set(['core.v1.PodSpec.initContainers']);

export function isUnordered(owner: string): boolean {
  return unordered.has(owner);
}

export function isOrderedKeyed(owner: string): boolean {
  return orderedKeyed.has(owner);
}

/**
 * Whether moving elements of a keyed list changes what it means. Environment variables refer to earlier ones with `$(NAME)`:
 * only the relative order of a reference and its source counts.
 */
export function environmentOrderMatters(desired: readonly JsonValue[], live: readonly JsonValue[]): boolean {
  const before = positions(desired);
  const after = positions(live);
  for (const element of desired) {
    const name = nameOf(element);
    const value = valueAt(element, 'value');
    if (name === undefined || typeof value !== 'string') continue;
    for (const [, source] of value.matchAll(/\$\(([A-Za-z_][\w.-]*)\)/g)) {
      if (source === undefined || source === name) continue;
      const wasBefore = order(before, source, name);
      const isBefore = order(after, source, name);
      if (wasBefore !== undefined && isBefore !== undefined && wasBefore !== isBefore) return true;
    }
  }
  return false;
}

function positions(list: readonly JsonValue[]): Map<string, number> {
  const map = new Map<string, number>();
  list.forEach((element, index) => {
    const name = nameOf(element);
    if (name !== undefined) map.set(name, index);
  });
  return map;
}

function order(map: Map<string, number>, first: string, second: string): boolean | undefined {
  const [a, b] = [map.get(first), map.get(second)];
  return a === undefined || b === undefined ? undefined : a < b;
}

function nameOf(element: JsonValue): string | undefined {
  const name = valueAt(element, 'name');
  return typeof name === 'string' ? name : undefined;
}

/** Members that tell elements of an atomic list apart for a person; used to pair leftovers, never to hide anything. */
const identifyingKeys = ['name', 'id', 'key', 'host', 'uri', 'type', 'kind', 'ip', 'port', 'path'];

/** How alike two elements are beyond their differing leaves: higher pairs first. */
export function sharedIdentity(desired: JsonValue, live: JsonValue): number {
  if (!isJsonObject(desired) || !isJsonObject(live)) return 0;
  let score = 0;
  for (const key of identifyingKeys) {
    const value = desired[key];
    if (value !== undefined && typeof value !== 'object' && value === live[key]) score++;
  }
  const [a, b] = [valueAt(desired, 'metadata', 'name'), valueAt(live, 'metadata', 'name')];
  return a !== undefined && a === b ? score + 3 : score;
}
