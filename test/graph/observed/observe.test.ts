import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { updateGraph } from '../../../src/graph/build-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { dialects, failureQueryOf, queryOf } from '../../../src/graph/observed/dialects.ts';
import { observe } from '../../../src/graph/observed/observe.ts';
import type { ObservedCall } from '../../../src/graph/observed/observed-call.ts';
import { readJaeger, readPrometheus } from '../../../src/graph/observed/read-answers.ts';
import { graphOf, lines, pairs, served, service, workload } from '../world.ts';

const [serviceGraph, istio] = dialects;

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
    ).toEqual([[from, to, 2.5]]);
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
      { metric: { client: 'user', server: 'web' }, value: '1' },
      { metric: { client: 'web', server: 'cart' }, value: 'NaN' },
    );
    body.data.result.push(JSON.parse('{"metric":{"client":"web"},"value":null}'));
    expect(serviceGraph && readPrometheus(serviceGraph, body)).toEqual({
      calls: [],
      skipped: { 'an end without a name': 1, 'not a number': 1, 'damaged series': 1 },
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
    [],
    {},
    { status: 'error' },
    { status: 'success', data: { resultType: 'matrix', result: [] } },
    { data: 1 },
  ])('%j is no answer', (body) => {
    expect(serviceGraph && readPrometheus(serviceGraph, body)).toHaveProperty('unreadable');
    expect(readJaeger(body, 60)).toHaveProperty('unreadable');
  });

  test('Jaeger counts become rates', () => {
    const body = { data: [{ parent: 'web', child: 'cart', callCount: 120 }, { parent: 'web' }] };
    expect(readJaeger(body, 60)).toMatchObject({ calls: [{ rate: 2 }], skipped: { 'damaged link': 1 } });
  });

  test('half a million series are cut and said so', () => {
    const body = answer();
    for (let at = 0; at < 500_000; at++)
      body.data.result.push({ metric: { client: `c${at}`, server: 's' }, value: [1, '1'] });
    expect(serviceGraph && readPrometheus(serviceGraph, body)).toMatchObject({
      skipped: { 'beyond the limit of series': 300_000 },
    });
  });

  test('no answer makes a reader throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...dialects), (value, each) => {
        readPrometheus(each, {
          status: 'success',
          data: { resultType: 'vector', result: [value, { metric: value, value: [0, '1'] }] },
        });
        readJaeger({ data: [value] }, 1);
      }),
    );
  });

  test('the questions name window and labels', () => {
    expect(serviceGraph && queryOf(serviceGraph, '10m')).toBe(
      'sum by (client, server, connection_type, client_k8s_namespace_name, server_k8s_namespace_name) (rate(traces_service_graph_request_total[10m]))',
    );
    expect(istio && queryOf(istio, '10m')).toContain('rate(istio_requests_total{reporter=~"source|waypoint"}[10m])');
    expect(serviceGraph && failureQueryOf(serviceGraph, '5m')).toContain(
      'traces_service_graph_request_failed_total[5m]',
    );
    expect(queryOf(dialect('caretta_links_observed'), '5m')).toContain('max_over_time(');
  });
});

describe('observed traffic in the graph', () => {
  const call = (from: string, to: string, rate = 1): ObservedCall => ({
    from: { namespace: 'shop', name: from },
    to: { namespace: 'shop', name: to },
    protocol: 'http',
    rate,
    errorShare: null,
    metric: 'test_total',
  });
  const shop = () =>
    graphOf(
      served('cart', 80),
      served('db', 5432, { image: 'postgres:16', port: 5432 }),
      workload('web', { env: { U: 'http://cart' } }),
    );
  const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}T10:00:00Z`;

  test('it joins declared evidence, and adds what no manifest says', () => {
    const graph = shop();
    expect(observe(graph, { source: 'prom', calls: [call('web', 'cart', 3), call('cart', 'db')], at: day(2) })).toEqual(
      { edges: 2, aged: 0, unresolved: 0 },
    );
    expect(lines(graph)).toEqual(['cart -> db data postgres', 'web -> cart call http']);
    const { edges, coverage } = graphDocument(graph);
    expect(edges.find(({ to }) => to === 'shop/cart')?.evidence.map(({ kind }) => kind)).toEqual([
      'declared',
      'observed',
    ]);
    expect(coverage.undeclared).toEqual([{ from: 'shop/cart', to: 'shop/db' }]);
    expect(coverage.neverObserved).toEqual([]);
    expect(blastRadius(graph, 'db').affected.map(({ id }) => id)).toEqual(['shop/cart', 'shop/web']);
  });

  test('what goes quiet stays and ages, what is silent altogether keeps what it said', () => {
    const graph = shop();
    observe(graph, { source: 'prom', calls: [call('cart', 'db')], at: day(1) });
    expect(observe(graph, { source: 'prom', calls: [], at: day(2) })).toMatchObject({ edges: 0, aged: 1 });
    observe(graph, { source: 'prom', calls: [call('web', 'cart')], at: day(15) });
    const edge = graphDocument(graph).edges.find(({ to }) => to === 'shop/db');
    expect(edge).toMatchObject({ confidence: 0.49, share: 0, firstSeen: '2026-03-01T10:00:00Z', lastSeen: day(1) });
  });

  test('pods, workloads and Services are the same node; the share is of the caller', () => {
    const graph = graphOf(
      workload('web-v1'),
      service('web', 80, { target: 'web-v1' }),
      served('cart', 80),
      served('ads', 80),
    );
    const calls = [call('web-v1-6d4cf56db6-x2x7q', 'cart', 3), call('web-v1', 'cart', 2), call('web', 'ads', 1)];
    observe(graph, { source: 'prom', calls, at: day(2) });
    expect(pairs(graph)).toEqual(['web -> ads', 'web -> cart']);
    expect(graphDocument(graph).edges.map(({ share }) => share)).toEqual([0.25, 0.75]);
  });

  test('a name without a namespace counts when one node has it', () => {
    const graph = graphOf(
      served('cart', 80),
      served('api', 80),
      served('api', 80, { namespace: 'lab' }),
      workload('web'),
    );
    const loose = (from: string, to: string): ObservedCall => ({
      ...call(from, to),
      from: { namespace: null, name: from },
      to: { namespace: null, name: to },
    });
    expect(
      observe(graph, { source: 'prom', calls: [loose('web', 'cart'), loose('web', 'api')], at: day(2) }),
    ).toMatchObject({ edges: 1, unresolved: 1 });
    expect(pairs(graph)).toEqual(['web -> cart']);
  });

  test('a renamed node leaves no ghost behind', () => {
    const graph = shop();
    observe(graph, { source: 'prom', calls: [call('cart', 'db')], at: day(2) });
    updateGraph(graph, { changed: [], removed: served('db', 5432).map(({ id }) => id), builtAt: day(3) });
    observe(graph, { source: 'prom', calls: [call('web', 'cart')], at: day(3) });
    expect(graph.nodes.hasNode('shop/db')).toBe(false);
  });

  test('a host outside is a node, nonsense is not', () => {
    const graph = shop();
    const calls = [call('web', 'api.partner.com'), call('web', '\u001b[31mx'), call('web', 'nowhere')];
    expect(observe(graph, { source: 'prom', calls, at: day(2) })).toMatchObject({ edges: 1, unresolved: 2 });
    expect(pairs(graph)).toContain('web -> external:api.partner.com');
  });
});
