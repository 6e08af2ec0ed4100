import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blastRadius } from '../../src/graph/blast-radius.ts';
import { buildGraph, updateGraph } from '../../src/graph/build-graph.ts';
import { exportGraph, graphDocument } from '../../src/graph/export-graph.ts';
import { structureOf } from '../../src/graph/structure.ts';
import { isJsonObject, type JsonValue } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { builtAt, configMap, graphOf, json, pairs, resource, served, workload } from './world.ts';

/** Generated and large cases need longer than a hand-written one on a busy machine. */
const slow = 120_000;

const mounted = (name: string, map: string) =>
  workload(name, {
    pod: { volumes: [{ name: 'c', configMap: { name: map } }] },
    container: { volumeMounts: [{ name: 'c', mountPath: '/c' }] },
  });

describe('A22: hostile manifests', () => {
  test(
    'a ConfigMap of a megabyte, read by three',
    () => {
      const text = Array.from({ length: 40_000 }, (_, at) => `host${at}: api:80 # x`).join('\n');
      const graph = graphOf(
        configMap('big', { 'app.yaml': text }),
        served('api', 80),
        ['a', 'b', 'c'].map((name) => mounted(name, 'big')),
      );
      expect(pairs(graph)).toEqual(['a -> api', 'b -> api', 'c -> api']);
    },
    slow,
  );

  test(
    'a hundred thousand edges',
    () => {
      const env = (from: number) =>
        Object.fromEntries(
          Array.from({ length: 100 }, (_, at) => [`U${at}_URL`, `http://s${(from + at + 1) % 1_000}`]),
        );
      const graph = graphOf(Array.from({ length: 1_000 }, (_, at) => served(`s${at}`, 80, { env: env(at) })).flat());
      expect(graph.nodes.size).toBe(100_000);
      expect(blastRadius(graph, 's5').affected).toHaveLength(100);
      expect(structureOf(graph).circles[0]).toHaveLength(1_000);
    },
    slow,
  );

  test('a workload that names itself in every way', () => {
    const names = { A: 'http://web', B: 'web:80', WEB_HOST: 'web', C: 'web.shop.svc.cluster.local', D: 'web.shop:80' };
    expect(graphOf(served('web', 80, { env: names })).nodes.size).toBe(0);
  });

  test('variables that name each other in a circle stay text', () => {
    const env = { A: 'http://$(B)', B: 'http://$(A)', C: '$(B)$(B)$(C)' };
    expect(pairs(graphOf(workload('web', { env })))).toEqual([]);
  });

  test("keys of every object's ancestry are ordinary keys", () => {
    const labels = json(JSON.parse('{"__proto__":"x","constructor":"y"}'));
    const pod = json({
      metadata: { labels },
      spec: { containers: [{ name: '__proto__', env: [{ name: '__proto__', value: 'http://api' }] }] },
    });
    const web = resource({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'constructor', namespace: 'shop' },
      spec: { template: pod },
    });
    expect(pairs(graphOf(web, served('api', 80)))).toEqual(['constructor -> api']);
  });

  test('A40: a pattern in a name is text', () => {
    const env = { U: `http://${'(a+)+'.repeat(20)}$`, V: `${'a'.repeat(50_000)}!` };
    expect(pairs(graphOf(workload('web', { env })))).toEqual([]);
  });
});

describe('A41: what hostile settings say, as the fuzz found it', () => {
  const db = served('db', 5432, { image: 'postgres:16', port: 5432 });
  const told = (...parts: readonly Resource[]): string => exportGraph(graphOf(db, parts), 'json');

  test.for<readonly [string, string]>([
    ['an address with a password', 'http://u:hunter2@db:5432/x?password=hunter2'],
    ['pairs with a password', 'mysql:host=db;port=5432;password=hunter2'],
  ])('an annotation that holds %s is not repeated', ([, text]) => {
    expect(told(workload('web', { annotations: { 'mooring.dev/depends-on': text } }))).not.toContain('hunter2');
  });

  test("a password attached to a client's flag is the name of nothing", () => {
    const graph = graphOf(db, workload('web', { container: { args: ['mysql -phunter2 db:5432'] } }));
    expect(pairs(graph)).toEqual(['web -> db']);
    expect(exportGraph(graph, 'json')).not.toContain('hunter2');
  });

  test('terminal escapes in keys, files and owners become visible', () => {
    const escape = '\u001b[2J\u202e';
    const web = workload('web', {
      env: { [`${escape}URL`]: 'http://db:5432' },
      annotations: { 'mooring.dev/owner': escape },
      pod: { volumes: [{ name: 'c', configMap: { name: 'c' } }] },
      container: { volumeMounts: [{ name: 'c', mountPath: '/c' }] },
    });
    const graph = graphOf(db, web, configMap('c', { [`${escape}.yaml`]: 'url: http://db:5432' }));
    const { nodes, edges } = graphDocument(graph);
    const texts = [nodes.map(({ owner }) => owner), edges.map(({ evidence }) => evidence.map(({ what }) => what))];
    expect(texts.flat(2).join(' ')).toContain('\uFFFD[2J\uFFFD');
    // oxlint-disable-next-line no-control-regex -- these are the very characters that must not pass
    expect(texts.flat(2).join(' ')).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

const kinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['v1', 'Pod'],
  ['batch/v1', 'CronJob'],
  ['v1', 'Service'],
  ['v1', 'Endpoints'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['networking.istio.io/v1', 'VirtualService'],
  ['networking.istio.io/v1', 'Gateway'],
  ['networking.istio.io/v1', 'ServiceEntry'],
  ['traefik.io/v1alpha1', 'IngressRoute'],
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['postgresql.cnpg.io/v1', 'Cluster'],
];

/** Members that the readers look for, holding anything but what they should. */
const members = [
  'spec template selector matchLabels app containers initContainers env envFrom name value valueFrom configMapKeyRef key volumes configMap items',
  'volumeMounts ports port targetPort rules http paths backend service hosts gateways route destination host podSelector ingress from metadata labels',
  'annotations data jobTemplate readinessProbe exec command args parentRefs backendRefs servers subsets addresses ip externalName type mooring.dev/depends-on',
]
  .join(' ')
  .split(' ');

const anyValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, 0, -1, 1.5, 'x', 'web', 'http://web', 'web:80', '', 'web.shop.svc'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 5 }),
  ),
})).value;

test(
  'A20: no shape of a manifest makes the graph throw, in a build or in an update',
  () => {
    const anyResource = fc.record({
      kind: fc.constantFrom(...kinds),
      name: fc.constantFrom('web', 'api', ''),
      spec: anyValue,
      rest: anyValue,
    });
    fc.assert(
      fc.property(fc.array(anyResource, { maxLength: 6 }), (parts) => {
        const resources = parts.map(({ kind: [apiVersion, kind], name, spec, rest }) => {
          const extra = isJsonObject(rest) ? rest : {};
          return resource({
            ...extra,
            apiVersion,
            kind,
            metadata: { name, namespace: 'shop', annotations: { 'mooring.dev/depends-on': 'web=x' } },
            spec,
            data: rest,
          });
        });
        const graph = buildGraph(resources, { builtAt });
        updateGraph(graph, {
          changed: resources.slice(1),
          removed: resources.slice(0, 1).map(({ id }) => id),
          builtAt,
        });
        for (const format of ['json', 'dot', 'mermaid', 'graphml'] as const) exportGraph(graph, format);
        for (const { id } of graphDocument(graph).nodes) blastRadius(graph, id);
        structureOf(graph);
      }),
      { numRuns: 300 },
    );
  },
  slow,
);
