import type { FakeSeries } from './fake-exporter.ts';

const namespace = 'shop';

/** Each producer of metrics tells of one call of its own, and of some things that are no calls. */
export const dialectSeries: readonly FakeSeries[] = [
  {
    metric: 'traces_service_graph_request_total',
    labels: { client: 'tempo', server: 'cart', connection_type: '' },
    rate: 8,
  },
  {
    metric: 'traces_service_graph_request_failed_total',
    labels: { client: 'tempo', server: 'cart', connection_type: '' },
    rate: 2,
  },
  {
    metric: 'traces_service_graph_request_total',
    labels: { client: 'user', server: 'tempo', connection_type: 'virtual_node' },
    rate: 9,
  },
  { metric: 'traces_service_graph_connection_info', labels: { client: 'rare', server: 'cart' }, rate: 1, gauge: true },
  istio('istio', 'cart', { reporter: 'source', response_code: '200' }, 6),
  istio('istio', 'cart', { reporter: 'source', response_code: '503' }, 2),
  istio('istio', 'cart', { reporter: 'destination', response_code: '200' }, 600),
  istio(
    'istio',
    'cart',
    { reporter: 'source', response_code: '200', source_cluster: 'a', destination_cluster: 'b' },
    50,
  ),
  istio(
    'istio',
    'PassthroughCluster',
    {
      reporter: 'source',
      response_code: '200',
      destination_service: 'api.stranger.example.com:8443',
      destination_service_namespace: 'unknown',
    },
    3,
  ),
  istio('istio', 'BlackHoleCluster', { reporter: 'source', destination_service: 'refused.example.com' }, 3),
  {
    metric: 'response_total',
    labels: {
      direction: 'outbound',
      namespace,
      deployment: 'linkerd',
      dst_namespace: namespace,
      dst_service: 'cart',
      classification: 'success',
    },
    rate: 4,
  },
  {
    metric: 'response_total',
    labels: { direction: 'inbound', namespace, deployment: 'cart', dst_namespace: namespace, dst_service: 'linkerd' },
    rate: 4,
  },
  hubble('hubble_tcp_flags_total', 'hubble', 'cart', { flag: 'SYN' }),
  hubble('hubble_tcp_flags_total', 'cart', 'hubble', { flag: 'SYN-ACK' }),
  hubble('hubble_flows_processed_total', 'hubble', 'cart', { verdict: 'FORWARDED' }),
  hubble('hubble_flows_processed_total', 'cart', 'hubble', { verdict: 'FORWARDED' }),
  hubble('hubble_flows_processed_total', 'hubble', 'db', { verdict: 'DROPPED' }),
  {
    metric: 'caretta_links_observed',
    labels: {
      client_namespace: namespace,
      client_name: 'caretta',
      client_kind: 'Deployment',
      server_namespace: namespace,
      server_name: 'cart',
      server_kind: 'Service',
      role: '1',
    },
    rate: 100,
  },
  // A link that was closed long ago is told for ever.
  {
    metric: 'caretta_links_observed',
    labels: {
      client_namespace: namespace,
      client_name: 'caretta',
      client_kind: 'Deployment',
      server_namespace: namespace,
      server_name: 'db',
      server_kind: 'Service',
      role: '1',
    },
    rate: 70_000,
    gauge: true,
  },
  flow('beyla_network_flow_bytes_total', 'beyla', 'cart', '8080'),
  flow('beyla_network_flow_bytes_total', 'cart', 'beyla', '43210'),
  flow('obi_network_flow_bytes_total', 'obi', 'cart', '8080'),
  {
    metric: 'container_net_tcp_successful_connects_total',
    labels: {
      container_id: `/k8s/${namespace}/coroot-6d4cf56db6-x2x7q/main`,
      destination: '10.96.0.7:80',
      actual_destination: '10.1.2.3:8080',
    },
    rate: 1,
  },
  {
    metric: 'container_net_tcp_successful_connects_total',
    labels: {
      container_id: `/k8s/${namespace}/coroot-6d4cf56db6-x2x7q/main`,
      destination: '203.0.113.9:443',
      actual_destination: '203.0.113.9:443',
    },
    rate: 1,
  },
  { metric: 'ip_to_fqdn', labels: { ip: '203.0.113.9', fqdn: 'api.partner.example.com' }, rate: 1, gauge: true },
];

/** The edges that these are, and the share of failures where it is told. */
export const dialectEdges: readonly string[] = [
  'beyla -> cart',
  'caretta -> cart',
  'coroot -> cart',
  'coroot -> external:api.partner.example.com',
  'hubble -> cart',
  'istio -> cart',
  'istio -> external:api.stranger.example.com',
  'linkerd -> cart',
  'obi -> cart',
  'rare -> cart',
  'tempo -> cart',
];

function istio(from: string, to: string, labels: Readonly<Record<string, string>>, rate: number): FakeSeries {
  const ends = {
    source_workload: from,
    source_workload_namespace: namespace,
    destination_service_name: to,
    destination_service_namespace: namespace,
  };
  return { metric: 'istio_requests_total', labels: { ...ends, request_protocol: 'http', ...labels }, rate };
}

function hubble(metric: string, from: string, to: string, labels: Readonly<Record<string, string>>): FakeSeries {
  const ends = {
    source_namespace: namespace,
    source_workload: from,
    destination_namespace: namespace,
    destination_workload: to,
  };
  return { metric, labels: { ...ends, ...labels }, rate: 3 };
}

function flow(metric: string, from: string, to: string, port: string): FakeSeries {
  const ends = {
    k8s_src_namespace: namespace,
    k8s_src_owner_name: from,
    k8s_dst_namespace: namespace,
    k8s_dst_owner_name: to,
  };
  return { metric, labels: { ...ends, dst_port: port }, rate: 1000 };
}
