import { CORE_SCHEMA, loadAll } from 'js-yaml';
import type { DependencyGraph } from '../../src/graph/dependency-graph.ts';
import { buildGraph } from '../../src/graph/build-graph.ts';
import { graphDocument } from '../../src/graph/export-graph.ts';
import { isJsonObject, type JsonObject, type JsonValue, stringAt } from '../../src/resource/json.ts';
import { groupOf } from '../../src/resource/resource-id.ts';
import type { Resource } from '../../src/resource/resource.ts';

/** Small worlds for the tests of graph/: resources from a few words, and graphs as lines of text. */
export const builtAt = '2026-03-01T10:00:00Z';

/** A body as a resource of the file `app.yaml`. */
export function resource(body: JsonObject): Resource {
  const apiVersion = stringAt(body, 'apiVersion') ?? 'v1';
  const id = {
    group: groupOf(apiVersion),
    kind: stringAt(body, 'kind') ?? '',
    namespace: stringAt(body, 'metadata', 'namespace') ?? '',
    name: stringAt(body, 'metadata', 'name') ?? '',
  };
  return { id, apiVersion, body, origin: { file: 'app.yaml', line: 1 } };
}

/** Resources of a YAML text with several documents. */
export function resources(yaml: string): Resource[] {
  const found: Resource[] = [];
  for (const document of loadAll(yaml, { schema: CORE_SCHEMA })) {
    const value: unknown = document;
    if (isJsonObject(value)) found.push(resource(value));
  }
  return found;
}

export interface WorkloadParts {
  readonly kind?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Members of the container, of the pod and of the metadata besides the usual. */
  readonly container?: JsonObject;
  readonly pod?: JsonObject;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A workload whose pods carry `app: name`. */
export function workload(name: string, parts: WorkloadParts = {}): Resource {
  const container: JsonObject = {
    name: 'main',
    image: parts.image ?? `shop/${name}:1`,
    ...(parts.port === undefined ? {} : { ports: [{ containerPort: parts.port }] }),
    ...(parts.env === undefined
      ? {}
      : { env: Object.entries(parts.env).map(([key, value]) => ({ name: key, value })) }),
    ...parts.container,
  };
  return resource({
    apiVersion: 'apps/v1',
    kind: parts.kind ?? 'Deployment',
    metadata: { name, namespace: parts.namespace ?? 'shop', annotations: { ...parts.annotations } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { ...parts.pod, containers: [container] } },
    },
  });
}

/** A Service `name` that selects `app: target` (the name itself when not given). */
export function service(
  name: string,
  port: number,
  parts: { namespace?: string; target?: string; spec?: JsonObject } = {},
): Resource {
  return resource({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: parts.namespace ?? 'shop' },
    spec: { selector: { app: parts.target ?? name }, ports: [{ port }], ...parts.spec },
  });
}

/** A workload with its Service. */
export function served(name: string, port: number, parts: WorkloadParts = {}): Resource[] {
  return [
    workload(name, parts),
    service(name, port, parts.namespace === undefined ? {} : { namespace: parts.namespace }),
  ];
}

export function configMap(name: string, data: Readonly<Record<string, string>>, namespace = 'shop'): Resource {
  return resource({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { ...data } });
}

export function graphOf(...parts: readonly (Resource | readonly Resource[])[]): DependencyGraph {
  return buildGraph(parts.flat(), { builtAt });
}

/** Edges as `web -> cart call http`, the namespace `shop` left out; only the given layers (calls, data and messages by default). */
export function lines(graph: DependencyGraph, layers: readonly string[] = ['call', 'data', 'message']): string[] {
  return graphDocument(graph)
    .edges.filter(({ layer }) => layers.includes(layer))
    .map(({ from, to, layer, protocol }) => `${short(from)} -> ${short(to)} ${layer} ${protocol ?? '?'}`);
}

/** Edges without layer and protocol. */
export function pairs(graph: DependencyGraph, layers?: readonly string[]): string[] {
  return lines(graph, layers).map((line) => line.split(' ').slice(0, 3).join(' '));
}

export function findings(graph: DependencyGraph): string[] {
  return graphDocument(graph).coverage.findings.map(({ from, what, why }) => `${short(from)}: ${what}: ${why}`);
}

function short(id: string): string {
  return id.replace(/^shop\//, '');
}

/** A value that is no JSON, for shapes that a cluster would refuse but a manifest can hold. */
export function json(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
