import type { CallUnit, Party } from '../resource/call/observed-call.ts';

export type Labels = Readonly<Record<string, string>>;

/** How one producer of metrics names callers and callees. To add one: add a row. */
export interface Dialect {
  readonly name: string;
  readonly metric: string;
  readonly unit: CallUnit;
  /** Labels to keep; everything else is summed away by Prometheus. */
  readonly labels: readonly string[];
  /** Matchers inside the braces. */
  readonly where?: string;
  /** Counters of failures, with the same labels. What all of them count is added up. */
  readonly failures?: readonly Failures[];
  /** The series tells replies as well, with the ends swapped: a pair that is told both ways has no direction. */
  readonly tellsReplies?: (labels: Labels) => boolean;
  readonly from: (labels: Labels) => Party | undefined;
  readonly to: (labels: Labels) => Party | undefined;
  /** The cluster of each end, where the producer tells; two different ones are no call within this cluster. */
  readonly clusters?: (labels: Labels) => readonly (string | undefined)[];
  readonly protocol?: (labels: Labels) => string | null;
}

interface Failures {
  readonly metric: string;
  readonly where?: string;
}

/** Names that producers use for "I do not know": no party. */
const nobody: ReadonlySet<string> = new Set([
  '',
  'unknown',
  'passthroughcluster',
  'blackholecluster',
  'inboundpassthroughcluster',
  'reserved:world',
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
const sides = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`client_${name}`, `server_${name}`]);

/** Tempo and the service graph connector of OpenTelemetry; Beyla and OBI tell the same when asked to. */
function serviceGraph(metric: string, unit: CallUnit, failures?: readonly Failures[]): Dialect {
  return {
    name: 'service-graph',
    metric,
    unit,
    ...(failures === undefined ? {} : { failures }),
    labels: ['client', 'server', 'connection_type', ...sides('k8s_namespace_name', 'k8s_cluster_name')],
    // Callers that nobody traces are all called user; so may be a service of somebody's.
    from: (labels) =>
      labels['connection_type'] === 'virtual_node' && labels['client'] === 'user'
        ? undefined
        : party(first(labels, 'client_k8s_namespace_name'), labels['client']),
    to: (labels) => party(first(labels, 'server_k8s_namespace_name'), labels['server']),
    clusters: (labels) => [labels['client_k8s_cluster_name'], labels['server_k8s_cluster_name']],
    // Which broker or store is not told, only that it is one; the node itself knows better.
    protocol: (labels) => connectionProtocols[labels['connection_type'] ?? ''] ?? null,
  };
}

function istio(metric: string, unit: CallUnit, rest: Pick<Dialect, 'protocol' | 'failures'>): Dialect {
  return {
    name: 'istio',
    metric,
    unit,
    labels: [
      'source_workload',
      'source_workload_namespace',
      'source_cluster',
      'destination_service',
      'destination_service_name',
      'destination_service_namespace',
      'destination_workload',
      'destination_workload_namespace',
      'destination_cluster',
      'request_protocol',
    ],
    // The destination tells the same calls once more.
    where: 'reporter=~"source|waypoint"',
    from: (labels) => party(labels['source_workload_namespace'], labels['source_workload']),
    to: (labels) =>
      labels['destination_service_name'] === 'PassthroughCluster'
        ? // Let through to where nobody told the mesh of: all that is known is the host that was asked for.
          party(undefined, labels['destination_service']?.replace(/:\d{1,5}$/, ''))
        : party(
            first(labels, 'destination_service_namespace', 'destination_workload_namespace'),
            first(labels, 'destination_service_name', 'destination_workload'),
          ),
    clusters: (labels) => [labels['source_cluster'], labels['destination_cluster']],
    ...rest,
  };
}

const istioRequests = 'istio_requests_total';
const istioDialects = [
  istio(istioRequests, 'requests', {
    protocol: (labels) => (labels['request_protocol'] === 'grpc' ? 'grpc' : 'http'),
    failures: [
      { metric: istioRequests, where: 'response_code=~"5..|0"' },
      { metric: istioRequests, where: 'response_code!~"5..|0",grpc_response_status=~"2|4|8|13|14|15"' },
    ],
  }),
  istio('istio_tcp_sent_bytes_total', 'bytes', { protocol: () => null }),
];

function linkerd(metric: string, unit: CallUnit, rest: Pick<Dialect, 'protocol' | 'failures'>): Dialect {
  const kinds = ['deployment', 'statefulset', 'daemonset'];
  return {
    name: 'linkerd',
    metric,
    unit,
    labels: ['namespace', ...kinds, 'dst_namespace', 'dst_service', ...kinds.map((kind) => `dst_${kind}`)],
    where: 'direction="outbound"',
    from: (labels) => party(labels['namespace'], first(labels, ...kinds)),
    to: (labels) => party(labels['dst_namespace'], first(labels, 'dst_service', ...kinds.map((kind) => `dst_${kind}`))),
    ...rest,
  };
}

const hubbleLabels = ['source_namespace', 'source_workload', 'destination_namespace', 'destination_workload'];

function hubble(
  metric: string,
  unit: CallUnit,
  rest: Pick<Dialect, 'where' | 'tellsReplies' | 'protocol'> = {},
): Dialect {
  return {
    name: 'hubble',
    metric,
    unit,
    labels: hubbleLabels,
    from: (labels) => party(labels['source_namespace'], labels['source_workload']),
    to: (labels) => party(labels['destination_namespace'], labels['destination_workload']),
    ...rest,
  };
}

const caretta: Dialect = {
  name: 'caretta',
  metric: 'caretta_links_observed',
  unit: 'bytes',
  labels: sides('namespace', 'name', 'kind'),
  where: 'role="1"',
  from: (labels) => linkEnd(labels['client_kind'], labels['client_namespace'], labels['client_name']),
  to: (labels) => linkEnd(labels['server_kind'], labels['server_namespace'], labels['server_name']),
};

/** Nodes are no callers, and what is outside has no namespace. */
function linkEnd(kind: string | undefined, namespace: string | undefined, name: string | undefined): Party | undefined {
  const plain = kind?.toLowerCase();
  if (plain === 'node' || (plain === 'external' && name?.toLowerCase() === 'external')) return undefined;
  return party(plain === 'external' ? undefined : namespace, name);
}

/** From here up a port is a client's: replies look like calls in flow metrics, with the ends swapped. */
const firstClientPort = 32_768;

function flows(metric: string): Dialect {
  return {
    name: 'flows',
    metric,
    unit: 'bytes',
    labels: ['k8s_src_namespace', 'k8s_src_owner_name', 'k8s_dst_namespace', 'k8s_dst_owner_name', 'dst_port'],
    tellsReplies: (labels) => labels['dst_port'] === undefined || labels['dst_port'] === '',
    from: (labels) => party(labels['k8s_src_namespace'], labels['k8s_src_owner_name']),
    to: (labels) =>
      Number(labels['dst_port'] ?? 0) >= firstClientPort
        ? undefined
        : party(labels['k8s_dst_namespace'], labels['k8s_dst_owner_name']),
  };
}

function coroot(metric: string, unit: CallUnit, failures?: readonly Failures[]): Dialect {
  return {
    name: 'coroot',
    metric,
    unit,
    ...(failures === undefined ? {} : { failures }),
    labels: ['container_id', 'destination', 'actual_destination'],
    from: (labels) => podParty(labels['container_id']),
    // Where the connection ended says more than the address of a Service, behind which several may be.
    to: (labels) => party(undefined, first(labels, 'actual_destination', 'destination')?.replace(/:\d{1,5}$/, '')),
  };
}

/** `/k8s/namespace/pod/container`. */
function podParty(container: string | undefined): Party | undefined {
  const [, kind, namespace, pod] = (container ?? '').split('/');
  return kind === 'k8s' ? party(namespace, pod) : undefined;
}

const corootConnects = 'container_net_tcp_successful_connects_total';

export const dialects: readonly Dialect[] = [
  serviceGraph('traces_service_graph_request_total', 'requests', [
    { metric: 'traces_service_graph_request_failed_total' },
  ]),
  serviceGraph('traces_service_graph_connection_info', 'presence'),
  ...istioDialects,
  linkerd('response_total', 'requests', {
    protocol: () => 'http',
    failures: [{ metric: 'response_total', where: 'classification="failure"' }],
  }),
  linkerd('tcp_open_total', 'connections', { protocol: () => null }),
  hubble('hubble_http_requests_total', 'requests', { protocol: () => 'http' }),
  hubble('hubble_kafka_requests_total', 'requests', { protocol: () => 'kafka' }),
  // Who sends the first packet of a connection is its client.
  hubble('hubble_tcp_flags_total', 'connections', { where: 'flag="SYN"' }),
  hubble('hubble_flows_processed_total', 'presence', { where: 'verdict="FORWARDED"', tellsReplies: () => true }),
  caretta,
  flows('beyla_network_flow_bytes_total'),
  flows('obi_network_flow_bytes_total'),
  coroot(corootConnects, 'connections'),
  coroot('container_net_tcp_active_connections', 'presence'),
];

/** Series of one answer that are asked for; more than this is a label that should not be there. */
export const mostSeries = 20_000;

/** The PromQL that asks for a dialect's calls of the last `window` (`600s`). `matchers` as in PromQL hold besides its own. */
export function queryOf(dialect: Dialect, window: string, matchers: readonly string[] = []): string {
  const { metric, labels, where, unit } = dialect;
  const selector = selectorOf(metric, [where, ...matchers]);
  const value =
    unit === 'presence' && !metric.endsWith('_total')
      ? `max_over_time(${selector}[${window}])`
      : `rate(${selector}[${window}])`;
  // One more than is read tells that there are more.
  return `topk(${mostSeries + 1}, sum by (${labels.join(', ')}) (${value}))`;
}

/** The same for the failures; null where none are counted. */
export function failureQueryOf(dialect: Dialect, window: string, matchers: readonly string[] = []): string | null {
  const { failures, where, labels } = dialect;
  if (failures === undefined) return null;
  const sums = failures.map(({ metric, where: failed }) => {
    return `sum by (${labels.join(', ')}) (rate(${selectorOf(metric, [where, failed, ...matchers])}[${window}]))`;
  });
  const [sum = ''] = sums;
  if (sums.length === 1) return `topk(${mostSeries}, ${sum})`;
  // Without `or` a pair that has failures of one sort only would have none.
  const tagged = sums.map((each, index) => `label_replace(${each}, "part", "${index}", "", "")`);
  return `topk(${mostSeries}, sum by (${labels.join(', ')}) (${tagged.join(' or ')}))`;
}

/** The PromQL that tells which metrics of `dialects` there are. */
export function presenceQuery(wanted: readonly Dialect[], matchers: readonly string[]): string {
  const names = [...new Set(wanted.map(({ metric }) => metric)), fqdnMetric].join('|');
  return `count by (__name__) (${selectorOf('', [`__name__=~"${names}"`, ...matchers])})`;
}

/** Coroot tells names of addresses beside its connections. */
export const fqdnMetric = 'ip_to_fqdn';

export function fqdnQuery(matchers: readonly string[]): string {
  return `topk(${mostSeries}, count by (ip, fqdn) (${selectorOf(fqdnMetric, matchers)}))`;
}

function selectorOf(metric: string, matchers: readonly (string | undefined)[]): string {
  const inside = matchers.filter((matcher) => matcher !== undefined);
  return inside.length === 0 ? metric : `${metric}{${inside.join(',')}}`;
}
