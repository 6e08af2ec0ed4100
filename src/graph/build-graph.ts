import { MultiDirectedGraph } from 'graphology';
import type { ResourceId } from '../resource/resource-id.ts';
import { formatResourceId, parseResourceId } from '../resource/resource-id.ts';
import type { Resource } from '../resource/resource.ts';
import { createAdjacency } from './impact/adjacency.ts';
import { applyClaims, refreshNodes } from './claims/apply-claims.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { Claim, GraphEdge, GraphNode } from './graph-shapes.ts';
import type { EvidenceOptions } from './evidence/evidence.ts';
import { readers } from './evidence/readers.ts';
import { hostAliasesOf } from './landscape/host-aliases.ts';
import {
  createLandscape,
  dropResource,
  keyOf,
  labelKey,
  type Landscape,
  namespaceOf,
  putResource,
} from './landscape/landscape.ts';
import { roleOfKind } from './landscape/node-kinds.ts';
import { neighbourhood, placeAlone, regroup } from './landscape/placement.ts';
import { isAssumed } from './landscape/view.ts';
import { createLedger, record, standingClaims, type Statement } from './claims/ledger.ts';

export interface GraphOptions extends Partial<EvidenceOptions> {
  /** RFC 3339: when the resources were read. */
  readonly builtAt: string;
  /** Where resources without a namespace belong. */
  readonly defaultNamespace?: string;
}

/** Builds the graph of declared evidence. Observed evidence is added later with `observe`. */
export function buildGraph(resources: readonly Resource[], options: GraphOptions): DependencyGraph {
  const graph: DependencyGraph = {
    nodes: new MultiDirectedGraph<GraphNode, GraphEdge>(),
    adjacency: createAdjacency(),
    landscape: createLandscape(options.defaultNamespace ?? 'default'),
    ledger: createLedger(),
    options: {
      readSecrets: options.readSecrets ?? false,
      ...(options.lineOf === undefined ? {} : { lineOf: options.lineOf }),
    },
    builtAt: options.builtAt,
    work: { sources: 0, edges: 0, nodes: 0 },
  };
  updateGraph(graph, { changed: resources, removed: [], builtAt: options.builtAt });
  return graph;
}

export interface GraphChange {
  /** New or changed resources, whole. */
  readonly changed: readonly Resource[];
  readonly removed: readonly ResourceId[];
  /** RFC 3339: when this state was read. */
  readonly builtAt: string;
}

/** Brings the graph up to date in place. The work is proportional to what the change touches; `graph.work` counts it. */
export function updateGraph(graph: DependencyGraph, { changed, removed, builtAt }: GraphChange): void {
  const { landscape, ledger } = graph;
  const stir = stirLandscape(landscape, changed, removed);
  const sources = new Set(stir.touched);
  for (const key of stir.keys) for (const asker of ledger.askers.get(key) ?? []) sources.add(asker);
  const restated = new Set(sources);
  for (const source of sources) {
    for (const book of record(ledger, source, read(graph, source))) {
      for (const reader of ledger.readers.get(book)?.keys() ?? []) restated.add(reader);
    }
  }
  graph.builtAt = builtAt;
  const nodes = refreshNodes(graph, stir.nodes);
  const edges = applyClaims(graph, new Map([...restated].map((source) => [source, standingClaims(ledger, source)])));
  graph.work = { sources: restated.size, edges, nodes };
}

/** Takes in claims that no resource makes: observed traffic, catalogue files. `source` names who claims; claiming again replaces. */
export function claim(graph: DependencyGraph, source: string, claims: readonly Claim[]): void {
  const statement: Statement = { claims, findings: [], asked: new Set() };
  record(graph.ledger, source, claims.length === 0 ? undefined : statement);
  applyClaims(graph, new Map([[source, standingClaims(graph.ledger, source)]]));
}

function read(graph: DependencyGraph, key: string): Statement | undefined {
  const resource = graph.landscape.resources.get(key);
  if (resource === undefined) return undefined;
  const view = { landscape: graph.landscape, asked: new Set<string>(), assumed: isAssumed(resource) };
  const source = { key, resource, namespace: namespaceOf(graph.landscape, resource.id) };
  const found = readers.map((reader) => reader(source, view, graph.options));
  return {
    claims: found.flatMap(({ claims }) => claims),
    findings: found.flatMap(({ findings }) => findings),
    asked: view.asked,
  };
}

interface Stir {
  /** Keys of the resources that changed themselves. */
  readonly touched: ReadonlySet<string>;
  /** Everything that may have been looked up and is different now. */
  readonly keys: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

function stirLandscape(landscape: Landscape, changed: readonly Resource[], removed: readonly ResourceId[]): Stir {
  const incoming = new Map(changed.map((resource) => [keyOf(landscape, resource.id), resource]));
  const touched = new Set([...incoming.keys(), ...removed.map((id) => keyOf(landscape, id))]);
  const keys = new Set<string>(touched);
  const services = new Set<string>();
  const spaces = new Map<string, boolean>();
  const collect = (): void => {
    for (const key of touched) {
      const namespace = parseResourceId(key)?.namespace ?? '';
      const isKnown = landscape.namespaces.has(namespace);
      if ((spaces.get(namespace) ?? isKnown) !== isKnown) keys.add(`namespace ${namespace}`);
      spaces.set(namespace, isKnown);
      for (const looked of lookupsOf(landscape, key)) keys.add(looked);
      for (const service of neighbourhood(landscape, key)) services.add(service);
    }
  };
  collect();
  for (const key of touched) {
    const resource = incoming.get(key);
    if (resource === undefined) dropResource(landscape, key);
    else putResource(landscape, key, resource);
  }
  collect();
  const nodes = new Set([...touched].flatMap((key) => landscape.places.get(key) ?? []));
  for (const node of moved(landscape, touched, services, keys)) nodes.add(node);
  return { touched, keys, nodes };
}

/** Questions other than "what is at this key" whose answer depends on a resource. */
function lookupsOf(landscape: Landscape, key: string): string[] {
  const resource = landscape.resources.get(key);
  if (resource === undefined) return [];
  const namespace = namespaceOf(landscape, resource.id);
  const labels = landscape.workloads.get(key)?.labels ?? [];
  return [
    ...hostAliasesOf(resource, namespace).map((host) => `host ${host}`),
    ...(landscape.services.has(key) ? [`name ${resource.id.name}`] : []),
    ...(landscape.workloads.has(key) ? [`workloads ${namespace}`] : []),
    ...[...labels].map((label) => `label ${labelKey(namespace, label)}`),
  ];
}

/** Places everything that changed; adds the resources whose node is another one now to `keys` and answers with the nodes concerned. */
function moved(
  landscape: Landscape,
  touched: ReadonlySet<string>,
  services: ReadonlySet<string>,
  keys: Set<string>,
): string[] {
  const workloads = new Set([...touched].filter((key) => landscape.workloads.has(key) || landscape.wantedBy.has(key)));
  const changed = regroup(landscape, services, workloads);
  for (const key of touched) {
    const isGrouped = landscape.workloads.has(key) || landscape.services.has(key) || changed.has(key);
    if (isGrouped) continue;
    const resource = landscape.resources.get(key);
    changed.set(
      key,
      placeAlone(landscape, key, resource === undefined ? undefined : aloneNode(landscape, key, resource)),
    );
  }
  const nodes: string[] = [];
  for (const [key, before] of changed) {
    keys.add(key);
    for (const node of [before, landscape.places.get(key)]) if (node !== undefined) nodes.push(node);
  }
  return nodes;
}

/** `shop/configmap/flags`, `storageclass/fast`; undefined for kinds that are no nodes. */
function aloneNode(landscape: Landscape, key: string, resource: Resource): string | undefined {
  if (roleOfKind(resource.id) === undefined) return undefined;
  const { namespace, kind, name } = parseResourceId(key) ?? resource.id;
  const isStore = roleOfKind(resource.id) === 'store' || roleOfKind(resource.id) === 'broker';
  const own = isStore && !landscape.namesWanted.has(`${namespace}/${name}`) ? name : `${kind.toLowerCase()}/${name}`;
  return namespace === '' ? own : `${namespace}/${own}`;
}

/** Identity of a resource as nodes list it. */
export function resourceKey(graph: DependencyGraph, id: ResourceId): string {
  return formatResourceId({ ...id, namespace: namespaceOf(graph.landscape, id) });
}
