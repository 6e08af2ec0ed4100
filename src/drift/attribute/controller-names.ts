/** Names as controllers give them to the API server: a name of their own, or that of their program, which client-go takes. */
export type ManagerNames = readonly (string | RegExp)[];

/** Controllers that go by a name of their own. Source: the code of each project and managed fields seen in public objects. */
export const knownControllers: ManagerNames = [
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'cloud-controller-manager',
  'kube-addon-manager',
  'clusterrole-aggregation-controller',
  'openshift-controller-manager',
  'olm',
  'catalog',
  'external-secrets',
  'pilot-discovery',
  'istiod',
  'keda',
  'karpenter',
  'revision-history-manager',
  'rollouts-controller',
  'flagger',
  'vpa-recommender',
  'vpa-updater',
  'gke-neg-controller',
  'neg-controller',
  'glbc',
  'l7-lb-controller',
  'service-controller',
  'cloud-provider',
  'cluster-autoscaler',
  'descheduler',
  'kured',
  'Reloader',
  'goldilocks',
  'external-dns',
  'traefik',
  'kong',
  'contour',
  'envoy-gateway',
  'haproxy-ingress',
  'kyverno',
  'gatekeeper',
  'velero',
  'velero-server',
  'crossplane',
  'rook',
  'longhorn-driver-deployer',
  'PrometheusOperator',
  'datadog-cluster-agent',
  'kubernetes-replicator',
  'argocd-image-updater',
  'kueue',
  'nfd-master',
  'node-problem-detector',
  /cainjector/,
  /^cert-manager(?:-[a-z-]+)?$/,
  /^cilium(?:-(?:operator|agent)(?:-[a-z]+)?)?$/,
  /^calico-[a-z-]+$/,
  /^(?:csi|external)-(?:provisioner|attacher|resizer|snapshotter|health-monitor)$/,
  /^virt-(?:controller|operator|handler|api)$/,
  /^nginx-ingress(?:-[a-z]+)?$/,
];

/** What programs are called that do nothing but control, and the form `domain/part` that Kubernetes advises its clients to use. */
export const controllerPatterns: ManagerNames = [
  /(?:^|-)(?:controller|controllers|operator|manager|webhook|injector|autoscaler|replicator|reconciler|provisioner)$/,
  /^(?:controller|operator)-/,
  /^(?:activator|recommender|speaker|provider)$/,
  /^(?:[a-z0-9-]+\.)+[a-z]{2,}\/[A-Za-z0-9._/-]+$/,
];

/** Programs that were given no name: `manager` is what the usual scaffold of an operator calls its program. */
export const namelessPrograms: ManagerNames = ['Sparkles', 'app.binary', 'manager', 'main', '__debug_bin'];

export function isNamed(names: ManagerNames, manager: string): boolean {
  return names.some((name) => (typeof name === 'string' ? name === manager : name.test(manager)));
}
