interface KindAt {
  readonly apiVersion: string;
  readonly kind: string;
}

const at = (apiVersion: string, ...kinds: readonly string[]): readonly KindAt[] =>
  kinds.map((kind) => ({ apiVersion, kind }));

/**
 * What the graph reads, whoever declares it: a Service in somebody else's namespace breaks as well. A kind that the cluster does not
 * serve is none of its gaps. Secrets are not among them: only what is declared names them.
 */
export const graphKinds: readonly KindAt[] = [
  ...at('v1', 'Service', 'Endpoints', 'ConfigMap', 'ServiceAccount', 'Pod', 'Namespace'),
  ...at('v1', 'PersistentVolumeClaim', 'PersistentVolume'),
  ...at('apps/v1', 'Deployment', 'StatefulSet', 'DaemonSet'),
  ...at('batch/v1', 'CronJob', 'Job'),
  ...at('networking.k8s.io/v1', 'Ingress', 'IngressClass', 'NetworkPolicy'),
  ...at('policy/v1', 'PodDisruptionBudget'),
  ...at('autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...at('rbac.authorization.k8s.io/v1', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'),
  ...at('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'),
  ...at('node.k8s.io/v1', 'RuntimeClass'),
  ...at('storage.k8s.io/v1', 'StorageClass'),
  ...at('scheduling.k8s.io/v1', 'PriorityClass'),
  ...at('gateway.networking.k8s.io/v1', 'Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute'),
  ...at('gateway.networking.k8s.io/v1alpha2', 'TCPRoute', 'TLSRoute', 'UDPRoute'),
  ...at('networking.istio.io/v1', 'VirtualService', 'DestinationRule', 'ServiceEntry', 'Gateway'),
  ...at('traefik.io/v1alpha1', 'IngressRoute', 'IngressRouteTCP', 'IngressRouteUDP', 'Middleware', 'TraefikService'),
  ...at('projectcontour.io/v1', 'HTTPProxy'),
  ...at('serving.knative.dev/v1', 'Service'),
  ...at('argoproj.io/v1alpha1', 'Rollout'),
  ...at('route.openshift.io/v1', 'Route'),
];
