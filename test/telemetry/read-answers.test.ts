import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialects, failureQueryOf, queryOf } from '../../src/telemetry/dialects.ts';
import { readDependencies, readPrometheus } from '../../src/telemetry/read-answers.ts';

const [serviceGraph] = dialects;

function answer(...series: { metric: Record<string, string>; value: string }[]) {
  const result = series.map(({ metric, value }) => ({ metric, value: [1, value] }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

function dialect(metric: string) {
  const found = dialects.find((each) => each.metric === metric);
  if (found === undefined) throw new Error(`no dialect ${metric}`);
  return found;
}

describe('what producers of metrics say', () => {
  test.each<[metric: string, labels: Record<string, string>, from: string, to: string]>([
    ['traces_service_graph_request_total', { client: 'web', server: 'cart' }, '?/web', '?/cart'],
    [
      'istio_requests_total',
      {
        source_workload: 'web-v1',
        source_workload_namespace: 'shop',
        destination_service_name: 'cart',
        destination_service_namespace: 'shop',
        request_protocol: 'grpc',
      },
      'shop/web-v1',
      'shop/cart',
    ],
    [
      'response_total',
      { namespace: 'shop', deployment: 'web', dst_namespace: 'shop', dst_deployment: 'cart' },
      'shop/web',
      'shop/cart',
    ],
    [
      'hubble_flows_processed_total',
      { source_namespace: 'shop', source_workload: 'web', destination_namespace: 'shop', destination_workload: 'cart' },
      'shop/web',
      'shop/cart',
    ],
    [
      'caretta_links_observed',
      { client_namespace: 'shop', client_name: 'web', server_namespace: 'shop', server_name: 'cart' },
      'shop/web',
      'shop/cart',
    ],
    [
      'obi_network_flow_bytes_total',
      {
        k8s_src_namespace: 'shop',
        k8s_src_owner_name: 'web',
        k8s_dst_namespace: 'shop',
        k8s_dst_owner_name: 'cart',
        dst_port: '8080',
      },
      'shop/web',
      'shop/cart',
    ],
    [
      'container_net_tcp_successful_connects_total',
      { container_id: '/k8s/shop/web-6d4cf56db6-x2x7q/main', destination: 'cart.shop.svc.cluster.local:8080' },
      'shop/web-6d4cf56db6-x2x7q',
      '?/cart.shop.svc.cluster.local',
    ],
  ])('%s', (metric, labels, from, to) => {
    const read = readPrometheus(dialect(metric), answer({ metric: labels, value: '2.5' }));
    const calls = 'calls' in read ? read.calls : [];
    expect(
      calls.map((call) => [
        `${call.from.namespace ?? '?'}/${call.from.name}`,
        `${call.to.namespace ?? '?'}/${call.to.name}`,
        call.rate,
      ]),
    ).toEqual([[from, to, dialect(metric).unit === 'presence' ? 0 : 2.5]]);
  });

  test('replies, unknown ends and damage are skipped and counted', () => {
    const flows = dialect('beyla_network_flow_bytes_total');
    const labels = {
      k8s_src_namespace: 'shop',
      k8s_src_owner_name: 'cart',
      k8s_dst_namespace: 'shop',
      k8s_dst_owner_name: 'web',
      dst_port: '51234',
    };
    expect(readPrometheus(flows, answer({ metric: labels, value: '1' }))).toEqual({
      calls: [],
      skipped: { 'an end without a name': 1 },
    });
    const body = answer(
      { metric: { client: 'user', server: 'web', connection_type: 'virtual_node' }, value: '1' },
      { metric: { client: 'web', server: 'old' }, value: '0' },
      { metric: { client: 'web', server: 'cart' }, value: 'NaN' },
    );
    body.data.result.push(JSON.parse('{"metric":{"client":"web"},"value":null}'));
    expect(serviceGraph && readPrometheus(serviceGraph, body)).toEqual({
      calls: [],
      skipped: { 'an end without a name': 1, 'not a number': 1, 'damaged series': 1, quiet: 1 },
    });
  });

  test('failures become a share', () => {
    const labels = { client: 'web', server: 'cart' };
    const read =
      serviceGraph &&
      readPrometheus(serviceGraph, answer({ metric: labels, value: '4' }), answer({ metric: labels, value: '1' }));
    expect(read).toMatchObject({ calls: [{ errorShare: 0.25 }] });
  });

  test.each([
    null,
    'x',
    5,
    {},
    { status: 'error' },
    { status: 'success', data: { resultType: 'matrix', result: [] } },
    { data: 1 },
  ])('%j is no answer', (body) => {
    expect(serviceGraph && readPrometheus(serviceGraph, body)).toHaveProperty('unreadable');
    expect(readDependencies(body, 60)).toHaveProperty('unreadable');
  });

  test('Jaeger counts become rates', () => {
    const body = { data: [{ parent: 'web', child: 'cart', callCount: 120 }, { parent: 'web' }] };
    expect(readDependencies(body, 60)).toMatchObject({ calls: [{ rate: 2 }], skipped: { 'damaged link': 1 } });
  });

  test('half a million series are cut and said so', () => {
    const body = answer();
    for (let at = 0; at < 500_000; at++)
      body.data.result.push({ metric: { client: `c${at}`, server: 's' }, value: [1, '1'] });
    expect(serviceGraph && readPrometheus(serviceGraph, body)).toMatchObject({
      skipped: { 'beyond the limit of series': 480_000 },
    });
  });

  test('no answer makes a reader throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...dialects), (value, each) => {
        readPrometheus(each, {
          status: 'success',
          data: { resultType: 'vector', result: [value, { metric: value, value: [0, '1'] }] },
        });
        readDependencies({ data: [value] }, 1);
      }),
    );
  });

  test('the questions name window and labels', () => {
    expect(queryOf(dialect('hubble_tcp_flags_total'), '600s', ['cluster="east"'])).toBe(
      'topk(20001, sum by (source_namespace, source_workload, destination_namespace, destination_workload) (rate(hubble_tcp_flags_total{flag="SYN",cluster="east"}[600s])))',
    );
    expect(queryOf(dialect('istio_requests_total'), '10m')).toContain(
      'rate(istio_requests_total{reporter=~"source|waypoint"}[10m])',
    );
    expect(serviceGraph && failureQueryOf(serviceGraph, '5m')).toContain(
      'traces_service_graph_request_failed_total[5m]',
    );
    expect(queryOf(dialect('traces_service_graph_connection_info'), '5m')).toContain('max_over_time(');
  });

  test('what is told in both directions has none', () => {
    const flows = dialect('hubble_flows_processed_total');
    const between = (from: string, to: string) => ({
      metric: {
        source_namespace: 'shop',
        source_workload: from,
        destination_namespace: 'shop',
        destination_workload: to,
      },
      value: '1',
    });
    const read = readPrometheus(flows, answer(between('web', 'cart'), between('cart', 'web'), between('web', 'log')));
    expect(read).toMatchObject({ calls: [{ to: { name: 'log' } }], skipped: { 'told in both directions': 2 } });
  });

  test('a call that leaves the cluster for another one is none in this one', () => {
    const istio = { source_workload: 'web', source_workload_namespace: 'shop', source_cluster: 'east' };
    const to = { destination_service_name: 'cart', destination_service_namespace: 'shop', destination_cluster: 'west' };
    const read = readPrometheus(dialect('istio_requests_total'), answer({ metric: { ...istio, ...to }, value: '1' }));
    expect(read).toEqual({ calls: [], skipped: { 'between clusters': 1 } });
  });

  test('a service that is called user is one', () => {
    const labels = { client: 'cart', server: 'user' };
    expect(serviceGraph && readPrometheus(serviceGraph, answer({ metric: labels, value: '1' }))).toMatchObject({
      calls: [{ to: { name: 'user' } }],
    });
  });

  test('Zipkin tells errors as well, and an empty list is an answer', () => {
    const body = [{ parent: 'web', child: 'cart', callCount: 120, errorCount: 30 }];
    expect(readDependencies(body, 60)).toMatchObject({ calls: [{ rate: 2, errorShare: 0.25 }] });
    expect(readDependencies([], 60)).toEqual({ calls: [], skipped: {} });
    expect(readDependencies({ data: null }, 60)).toEqual({ calls: [], skipped: {} });
  });
});
