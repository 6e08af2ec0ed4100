/** Held so that the collector does not free what is being measured. */
const kept: unknown[] = [];

/** Informers of @kubernetes/client-node on the ten kinds of the benches; answers how many objects they hold once they are synced. */
export async function startInformers(kubeconfig: string): Promise<number> {
  const client = await import('@kubernetes/client-node');
  const config = new client.KubeConfig();
  config.loadFromFile(kubeconfig);
  const apps = config.makeApiClient(client.AppsV1Api);
  const core = config.makeApiClient(client.CoreV1Api);
  const batch = config.makeApiClient(client.BatchV1Api);
  const net = config.makeApiClient(client.NetworkingV1Api);
  const scaling = config.makeApiClient(client.AutoscalingV2Api);
  const policy = config.makeApiClient(client.PolicyV1Api);
  const informers = [
    client.makeInformer(config, '/apis/apps/v1/deployments', () => apps.listDeploymentForAllNamespaces()),
    client.makeInformer(config, '/api/v1/services', () => core.listServiceForAllNamespaces()),
    client.makeInformer(config, '/api/v1/configmaps', () => core.listConfigMapForAllNamespaces()),
    client.makeInformer(config, '/api/v1/serviceaccounts', () => core.listServiceAccountForAllNamespaces()),
    client.makeInformer(config, '/apis/apps/v1/statefulsets', () => apps.listStatefulSetForAllNamespaces()),
    client.makeInformer(config, '/apis/batch/v1/cronjobs', () => batch.listCronJobForAllNamespaces()),
    client.makeInformer(config, '/apis/networking.k8s.io/v1/ingresses', () => net.listIngressForAllNamespaces()),
    client.makeInformer(config, '/apis/networking.k8s.io/v1/networkpolicies', () =>
      net.listNetworkPolicyForAllNamespaces(),
    ),
    client.makeInformer(config, '/apis/autoscaling/v2/horizontalpodautoscalers', () =>
      scaling.listHorizontalPodAutoscalerForAllNamespaces(),
    ),
    client.makeInformer(config, '/apis/policy/v1/poddisruptionbudgets', () =>
      policy.listPodDisruptionBudgetForAllNamespaces(),
    ),
  ];
  // An informer that fails says nothing and stops; its figures would look splendid.
  for (const informer of informers) informer.on('error', fail);
  kept.push(informers);
  await Promise.all(informers.map((informer) => informer.start()));
  return informers.reduce((sum, informer) => sum + informer.list().length, 0);
}

function fail(error: unknown): void {
  console.error('an informer stopped:', error);
  process.exit(1);
}

/** In a process of its own: `node informers.ts KUBECONFIG` tells its parent when it is synced, and lives until it is ended. */
if (import.meta.main) {
  const objects = await startInformers(process.argv[2] ?? '');
  process.send?.({ objects });
}
