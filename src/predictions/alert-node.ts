/** Where an alert is looked up; the graph implements it. */
export interface NodeLookup {
  /**
   * The one node of an object. `kind` is written `apps/Deployment`, or null for any workload or Service, also by the name of one of its
   * pods. A namespace of null is any. Null: none, or several.
   */
  nodeNamed(kind: string | null, name: string, namespace: string | null): string | null;
}

/** Labels that name an object, the surest first, with the kind they name; null is any workload or Service. */
const namingLabels: readonly (readonly [string, string | null])[] = [
  ['deployment', 'apps/Deployment'],
  ['statefulset', 'apps/StatefulSet'],
  ['daemonset', 'apps/DaemonSet'],
  ['cronjob', 'batch/CronJob'],
  ['job_name', 'batch/Job'],
  ['workload', null],
  ['owner_name', null],
  ['destination_workload', null],
  ['destination_service_name', 'v1/Service'],
  ['service', 'v1/Service'],
  ['service_name', null],
  ['ingress', 'networking.k8s.io/Ingress'],
  ['persistentvolumeclaim', 'v1/PersistentVolumeClaim'],
  ['pod', null],
  ['app_kubernetes_io_name', null],
  ['app', null],
  ['job', null],
];

const namespaceLabels = [
  'destination_workload_namespace',
  'destination_service_namespace',
  'namespace',
  'kubernetes_namespace',
];

/**
 * The node an alert is about, by its labels; null when none or several fit, which is better than a guess. Exporters put what they scraped
 * into labels of their own, so `exported_` ones win: the plain ones name the exporter.
 */
export function nodeOfAlert(labels: ReadonlyMap<string, string>, lookup: NodeLookup): string | null {
  const read = (name: string): string | undefined => labels.get(`exported_${name}`) ?? labels.get(name);
  const namespace = namespaceLabels.map(read).find((found) => found !== undefined && found !== '') ?? null;
  for (const [label, kind] of namingLabels) {
    const value = read(label);
    if (value === undefined || value === '') continue;
    const { name, space } = split(value, namespace);
    const found = lookup.nodeNamed(kind, name, space);
    if (found !== null) return found;
  }
  return null;
}

/** Prometheus names jobs `namespace/name` when the operator made them. */
function split(value: string, namespace: string | null): { readonly name: string; readonly space: string | null } {
  const slash = value.indexOf('/');
  if (slash <= 0) return { name: value, space: namespace };
  return { name: value.slice(slash + 1), space: value.slice(0, slash) };
}
