import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeRadius } from '../../../src/graph/change/change-radius.ts';
import type { ObjectChange } from '../../../src/graph/change/object-change.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { observe } from '../../../src/graph/observed/observe.ts';
import { createMemory, remember } from '../../../src/graph/observed/traffic-memory.ts';
import { isJsonObject, type JsonValue } from '../../../src/resource/json.ts';
import { dialects } from '../../../src/telemetry/dialects.ts';
import { readDependencies, readPrometheus } from '../../../src/telemetry/read-answers.ts';
import { builtAt, configMap, graphOf, resource, served, workload } from '../world.ts';

const runs = { seed: Number(process.env['SEED'] ?? 20260301), numRuns: Number(process.env['RUNS'] ?? 300) };

const anyJson: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 4 });
const name = fc.oneof(
  fc.constantFrom(
    'web',
    'db',
    'shop/web',
    '__proto__',
    'constructor',
    'x\u001b[2Jy',
    '\u202ea',
    '',
    'unknown',
    '🛶',
    '\ud800',
  ),
  fc.string({ maxLength: 8 }),
);
const labelNames = [
  'client server source_workload source_workload_namespace destination_service_name destination_service_namespace destination_workload',
  'namespace deployment dst_namespace dst_deployment source destination client_name server_name connection_type __proto__ pod',
]
  .join(' ')
  .split(' ');
const series = fc.record({
  metric: fc.oneof(
    { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...labelNames), name) },
    { weight: 1, arbitrary: anyJson },
  ),
  value: fc.oneof(
    fc.tuple(fc.double(), fc.constantFrom('1', '0.5', 'NaN', '+Inf', '-Inf', '-1', '1e400', '', 'x')),
    fc.tuple(fc.double(), fc.double().map(String)),
    anyJson,
  ),
});
const answer = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(series, { maxLength: 8 })
      .map((result) => ({ status: 'success', data: { resultType: 'vector', result } })),
  },
  { weight: 1, arbitrary: anyJson },
);

test('whatever a source of traffic answers, every series counts as a call or as skipped', () => {
  fc.assert(
    fc.property(fc.constantFrom(...dialects), answer, answer, (dialect, body, failures) => {
      const read = readPrometheus(dialect, body, failures);
      if ('unreadable' in read) return;
      const skipped = Object.values(read.skipped).reduce((all, each) => all + each, 0);
      const given = isJsonObject(body) && isJsonObject(body['data']) ? body['data']['result'] : [];
      expect(read.calls.length + skipped).toBe(Array.isArray(given) ? given.length : 0);
      for (const { rate, errorShare } of read.calls) {
        expect(Number.isFinite(rate) && rate >= 0).toBe(true);
        if (errorShare !== null) expect(errorShare >= 0 && errorShare <= 1).toBe(true);
      }
      const graph = graphOf(served('web', 80), served('db', 5432));
      const memory = createMemory('x', 600_000);
      remember(memory, read.calls, builtAt);
      observe(graph, memory, new Map(), builtAt);
      const { nodes, edges } = graphDocument(graph);
      const told = [...nodes.map(({ id }) => id), ...edges.flatMap(({ evidence }) => evidence.map(({ what }) => what))];
      // oxlint-disable-next-line no-control-regex -- these are the very characters that must not pass
      expect(told.filter((text) => /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(text))).toEqual([]);
    }),
    runs,
  );
});

test('whatever Jaeger answers, no call has a rate that is no number', () => {
  const link = fc.record({
    parent: fc.oneof(name, anyJson),
    child: fc.oneof(name, anyJson),
    callCount: fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.MAX_VALUE, Number.POSITIVE_INFINITY), anyJson),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(link).map((data) => ({ data })),
        anyJson,
      ),
      fc.constantFrom(0, 1, 3_600),
      (body, lookback) => {
        const read = readDependencies(body, lookback);
        if ('unreadable' in read) return;
        for (const { rate } of read.calls) expect(Number.isFinite(rate) && rate >= 0).toBe(true);
      },
    ),
    runs,
  );
});

const changedKinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Namespace'],
  ['v1', 'ResourceQuota'],
  ['v1', 'LimitRange'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'CronJob'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['networking.k8s.io/v1', 'IngressClass'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['gateway.networking.k8s.io/v1', 'GatewayClass'],
  ['networking.istio.io/v1', 'VirtualService'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  ['storage.k8s.io/v1', 'StorageClass'],
  ['scheduling.k8s.io/v1', 'PriorityClass'],
  ['node.k8s.io/v1', 'RuntimeClass'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  ['example.io/v1', 'Widget'],
];
const members = [
  'metadata spec data rules subjects roleRef ports port targetPort selector matchLabels app podSelector ingress egress from to http paths path host hosts',
  'backend template containers volumes schedule hard limits webhooks failurePolicy clientConfig service name namespace labels annotations parameters',
  'versions served storage storageClassName scaleTargetRef kind policyTypes hostnames parentRefs http match prefix rules apiGroups resources operations',
]
  .join(' ')
  .split(' ');
const body: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, 0, -1, 'web', 'shop', 'cart', '/', '*', 'Fail', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 5 }),
  ),
})).value;
const path = fc.oneof(
  fc.array(fc.constantFrom(...members), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
  fc.constantFrom(
    'spec.ports[port=80].targetPort',
    'metadata.labels."a.b/c"',
    'data."__proto__"',
    '[[',
    'a..b',
    '',
    '"',
  ),
  fc.string({ maxLength: 12 }),
);

test('no shape of a change makes its blast radius throw or name a probability that is none', () => {
  const world = [
    ...served('web', 80, { env: { C: 'http://cart' } }),
    ...served('cart', 80),
    configMap('c', { a: 'b' }),
  ];
  const graph = graphOf(world, workload('job', { kind: 'StatefulSet' }));
  const one = fc.record({
    kind: fc.constantFrom(...changedKinds),
    name: fc.constantFrom('web', 'cart', 'c', 'other'),
    change: fc.constantFrom('changed', 'added', 'removed'),
    paths: fc.array(path, { maxLength: 3 }),
    before: body,
    after: body,
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 3 }), (parts) => {
      const changes = parts.map(
        ({ kind: [apiVersion, kind], name: called, change, paths, before, after }): ObjectChange => {
          const side = (rest: JsonValue) =>
            resource({
              ...(isJsonObject(rest) ? rest : {}),
              apiVersion,
              kind,
              metadata: { name: called, namespace: 'shop' },
            });
          return {
            id: side(null).id,
            change,
            paths,
            before: change === 'added' ? null : side(before),
            after: change === 'removed' ? null : side(after),
            at: null,
          };
        },
      );
      const { affected, changes: told } = changeRadius(graph, changes, { of: 'x' });
      for (const { probability } of affected) expect(probability > 0 && probability <= 1).toBe(true);
      for (const { isUnderstood, unknown } of told) expect(isUnderstood || unknown.length > 0).toBe(true);
    }),
    runs,
  );
});
