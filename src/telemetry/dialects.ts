import type { Party } from '../resource/call/observed-call.ts';

export type Labels = Readonly<Record<string, string>>;

/** How one producer of metrics names callers and callees. To add one: add a row. */
export interface Dialect {
  readonly name: string;
  readonly metric: string;
  /** Counter of failures with the same labels, if the producer has one. */
  readonly failures?: string;
  /** Labels to keep; everything else is summed away by Prometheus. */
  readonly labels: readonly string[];
  /** Matchers inside the braces. */
  readonly where?: string;
  /** A gauge is read as it is, a counter as its rate. */
  readonly gauge?: boolean;
  readonly from: (labels: Labels) => Party | undefined;
  readonly to: (labels: Labels) => Party | undefined;
  readonly protocol?: (labels: Labels) => string | null;
}

/** Names that producers use for "I do not know": no party. */
const nobody: ReadonlySet<string> = new Set([
  '',
  'unknown',
  'user',
  'passthroughcluster',
  'blackholecluster',
  'reserved:world',
  'world',
]);

function party(namespace: string | undefined, name: string | undefined): Party | undefined {
  if (name === undefined || nobody.has(name.toLowerCase())) return undefined;
  return { namespace: namespace === undefined || nobody.has(namespace.toLowerCase()) ? null : namespace, name };
}

/** The first label that holds a name. */
function first(labels: Labels, ...names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined && !nobody.has(value.toLowerCase()));
}

const connectionProtocols: Labels = { messaging_system: 'amqp', database: 'postgres' };

const serviceGraph: Dialect = {
  name: 'service-graph',
  metric: 'traces_service_graph_request_total',
  failures: 'traces_service_graph_request_failed_total',
  labels: ['client', 'server', 'connection_type', 'client_k8s_namespace_name', 'server_k8s_namespace_name'],
  from: (labels) => party(labels['client_k8s_namespace_name'], labels['client']),
  to: (labels) => party(labels['server_k8s_namespace_name'], labels['server']),
  // Which broker or store is not told, only that it is one; the node itself knows better.
  protocol: (labels) => connectionProtocols[labels['connection_type'] ?? ''] ?? null,
};

function istio(metric: string, protocol: (labels: Labels) => string | null): Dialect {
  return {
    name: 'istio',
    metric,
    labels: [
      'source_workload',
      'source_workload_namespace',
      'destination_service_name',
      'destination_service_namespace',
      'destination_workload',
      'destination_workload_namespace',
      'request_protocol',
    ],
    where: 'reporter=~"source|waypoint"',
    from: (labels) => party(labels['source_workload_namespace'], labels['source_workload']),
    to: (labels) =>
      party(
        first(labels, 'destination_service_namespace', 'destination_workload_namespace'),
        first(labels, 'destination_service_name', 'destination_workload'),
      ),
    protocol,
  };
}

const linkerd: Dialect = {
  name: 'linkerd',
  metric: 'response_total',
  labels: [
    'namespace',
    'deployment',
    'statefulset',
    'daemonset',
    'dst_namespace',
    'dst_service',
    'dst_deployment',
    'dst_statefulset',
    'dst_daemonset',
  ],
  where: 'direction="outbound"',
  from: (labels) => party(labels['namespace'], first(labels, 'deployment', 'statefulset', 'daemonset')),
  to: (labels) =>
    party(labels['dst_namespace'], first(labels, 'dst_service', 'dst_deployment', 'dst_statefulset', 'dst_daemonset')),
  protocol: () => 'http',
};

function hubble(metric: string, where: string): Dialect {
  return {
    name: 'hubble',
    metric,
    labels: ['source_namespace', 'source_workload', 'destination_namespace', 'destination_workload'],
    where,
    from: (labels) => party(labels['source_namespace'], labels['source_workload']),
    to: (labels) => party(labels['destination_namespace'], labels['destination_workload']),
  };
}

const caretta: Dialect = {
  name: 'caretta',
  metric: 'caretta_links_observed',
  labels: ['client_namespace', 'client_name', 'server_namespace', 'server_name'],
  where: 'role="1"',
  gauge: true,
  from: (labels) => party(labels['client_namespace'], labels['client_name']),
  to: (labels) => party(labels['server_namespace'], labels['server_name']),
};

/** From here up a port is a client's: replies look like calls in flow metrics, with the ends swapped. */
const firstClientPort = 32_768;

function flows(metric: string): Dialect {
  return {
    name: 'flows',
    metric,
    labels: ['k8s_src_namespace', 'k8s_src_owner_name', 'k8s_dst_namespace', 'k8s_dst_owner_name', 'dst_port'],
    from: (labels) => party(labels['k8s_src_namespace'], labels['k8s_src_owner_name']),
    to: (labels) =>
      Number(labels['dst_port'] ?? 0) >= firstClientPort
        ? undefined
        : party(labels['k8s_dst_namespace'], labels['k8s_dst_owner_name']),
  };
}

const coroot: Dialect = {
  name: 'coroot',
  metric: 'container_net_tcp_successful_connects_total',
  labels: ['container_id', 'destination', 'actual_destination'],
  from: (labels) => podParty(labels['container_id']),
  to: (labels) => {
    const destination = first(labels, 'destination', 'actual_destination');
    return party(undefined, destination?.replace(/:\d{1,5}$/, ''));
  },
};

/** `/k8s/namespace/pod/container`. */
function podParty(container: string | undefined): Party | undefined {
  const [, kind, namespace, pod] = (container ?? '').split('/');
  return kind === 'k8s' ? party(namespace, pod) : undefined;
}

export const dialects: readonly Dialect[] = [
  serviceGraph,
  istio('istio_requests_total', (labels) => (labels['request_protocol'] === 'grpc' ? 'grpc' : 'http')),
  istio('istio_tcp_sent_bytes_total', () => null),
  linkerd,
  hubble('hubble_flows_processed_total', 'verdict="FORWARDED"'),
  caretta,
  flows('beyla_network_flow_bytes_total'),
  flows('obi_network_flow_bytes_total'),
  coroot,
];

/** The PromQL that asks for a dialect's calls of the last `window` (`10m`). */
export function queryOf({ metric, labels, where, gauge }: Dialect, window: string): string {
  const selector = where === undefined ? metric : `${metric}{${where}}`;
  const value = gauge === true ? `max_over_time(${selector}[${window}])` : `rate(${selector}[${window}])`;
  return `sum by (${labels.join(', ')}) (${value})`;
}

/** The same for the failures, or null. */
export function failureQueryOf(dialect: Dialect, window: string): string | null {
  return dialect.failures === undefined ? null : queryOf({ ...dialect, metric: dialect.failures }, window);
}
