import { describe, expect, test } from 'vitest';
import { exportGraph, graphDocument } from '../../src/graph/export-graph.ts';
import { configMap, graphOf, json, resource, served, workload } from './world.ts';

const shop = graphOf(
  served('db', 5432, { image: 'postgres:16', port: 5432 }),
  workload('web', {
    env: { DB: 'postgres://u:hunter2@db:5432/x' },
    container: { envFrom: [{ configMapRef: { name: 'c' } }] },
  }),
  configMap('c', { A: '1' }),
);

describe('the exported graph', () => {
  test('JSON is the document of the contract', () => {
    expect(JSON.parse(exportGraph(shop, 'json'))).toEqual({
      apiVersion: 'mooring.dev/v1',
      kind: 'DependencyGraph',
      builtAt: '2026-03-01T10:00:00Z',
      nodes: [
        node('shop/web', 'workload', ['apps/Deployment/shop/web'], 1),
        node('shop/db', 'store', ['apps/Deployment/shop/db', 'v1/Service/shop/db'], 1),
        node('shop/configmap/c', 'config', ['v1/ConfigMap/shop/c'], null),
      ],
      edges: [
        edge('shop/configmap/c', {
          layer: 'config',
          protocol: null,
          strength: 'hard',
          confidence: 0.99,
          what: 'env from ConfigMap c',
          sees: 'restart',
        }),
        edge('shop/db', {
          layer: 'data',
          protocol: 'postgres',
          strength: 'unknown',
          confidence: 0.97,
          what: 'env DB = postgres://db:5432',
        }),
      ],
      coverage: {
        workloads: 2,
        withEvidence: 2,
        notSeen: ['no traffic was observed: addresses inside images or source code are invisible'],
        findings: [],
      },
    });
  });

  test('DOT, Mermaid and GraphML, configuration left out of the drawings', () => {
    expect(exportGraph(shop, 'dot')).toBe(
      'digraph mooring {\n  rankdir=LR;\n  "shop/web" [label="web", shape=box];\n  "shop/db" [label="db", shape=cylinder];\n  "shop/web" -> "shop/db" [label="postgres", style=solid];\n}\n',
    );
    expect(exportGraph(shop, 'mermaid')).toBe('flowchart LR\n  n0["web"]\n  n1[("db")]\n  n0 -->|"postgres"| n1\n');
    expect(exportGraph(shop, 'graphml')).toContain('<edge source="shop/web" target="shop/configmap/c">');
  });

  test('the order depends on the content only', () => {
    const parts = [...served('a', 80), ...served('b', 80, { env: { U: 'http://a' } }), configMap('c', {})];
    const texts = [parts, parts.toReversed()].map((order) => exportGraph(graphOf(order), 'json'));
    expect(texts[0]).toBe(texts[1]);
  });

  test('no credential is in any format', () => {
    for (const format of ['json', 'dot', 'mermaid', 'graphml'] as const)
      expect(exportGraph(shop, format)).not.toContain('hunter2');
  });

  test('names with escapes, quotes and markup draw and run nothing', () => {
    const name = 'x\u001b[31m"]<script>&\n\u202e\u200f\u061c\ud800\uffff-->%%end🛶y';
    const graph = graphOf(
      resource({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'shop' },
        spec: json({ containers: [{ name: 'c' }] }),
      }),
    );
    for (const format of ['dot', 'mermaid', 'graphml'] as const) {
      const text = exportGraph(graph, format);
      for (const sign of ['\u001b', '\u202e', '\u200f', '\u061c', '\uffff']) expect(text).not.toContain(sign);
      expect(text.isWellFormed()).toBe(true);
      expect(text).toContain('🛶');
      if (format !== 'dot') expect(text).not.toContain('<script>');
    }
    expect(exportGraph(graph, 'mermaid').split('\n')).toHaveLength(3);
    expect(graphDocument(graph).nodes).toHaveLength(1);
  });
});

function node(id: string, role: string, resources: string[], replicas: number | null) {
  const name = id.slice(id.lastIndexOf('/') + 1);
  return { id, name, namespace: 'shop', role, resources, owner: null, tier: null, exposed: false, replicas };
}

function edge(
  to: string,
  parts: { layer: string; protocol: string | null; strength: string; confidence: number; what: string; sees?: string },
) {
  const at = '2026-03-01T10:00:00Z';
  const { what, sees, ...rest } = parts;
  const evidence = [{ kind: 'declared', what, file: 'app.yaml', line: 1, ...(sees === undefined ? {} : { sees }) }];
  return { from: 'shop/web', to, ...rest, share: null, evidence, firstSeen: at, lastSeen: at };
}
