import type { DependencyGraph } from '../dependency-graph.ts';
import type { Claim, GraphEdge, GraphNode } from '../graph-shapes.ts';
import { addNode, removeCaller, removeNode, setCaller } from '../impact/adjacency.ts';
import { impactOf, packCosts } from '../impact/edge-impact.ts';
import { addTo, membersOf, removeFrom } from '../landscape/key-index.ts';
import { nodeOf } from '../landscape/node-facts.ts';
import { standingClaims } from './ledger.ts';
import { mergeClaims } from './merge-claims.ts';

/** What applying changed: edges that were computed, and every node that may be another one now. */
export interface Applied {
  readonly edges: number;
  readonly nodes: ReadonlySet<string>;
}

/** Brings nodes in line with the resources that live in them. */
export function refreshNodes(graph: DependencyGraph, ids: ReadonlySet<string>): void {
  for (const id of ids) {
    if (!graph.landscape.residents.has(id)) {
      dropIfIdle(graph, id);
      continue;
    }
    const node = withCatalog(graph, nodeOf(graph.landscape, id));
    if (graph.nodes.hasNode(id)) graph.nodes.replaceNodeAttributes(id, node);
    else graph.nodes.addNode(id, node);
    addNode(graph.adjacency, id);
  }
}

/** What a manifest says of owner and tier counts first; of several entities the first by name. */
function withCatalog({ ledger }: DependencyGraph, node: GraphNode): GraphNode {
  const facts = ledger.facts.get(node.id);
  if (facts === undefined) return node;
  const [fact] = [...facts.values()].toSorted((one, other) => (one.entity < other.entity ? -1 : 1));
  if (fact === undefined) return node;
  const { entity, lifecycle, system, owner, tier } = fact;
  return { ...node, owner: node.owner ?? owner, tier: node.tier ?? tier, catalog: { entity, lifecycle, system } };
}

/** Brings exactly the edges in line that these sources claim or claimed. */
export function applyClaims(graph: DependencyGraph, sources: ReadonlySet<string>): Applied {
  const { ledger } = graph;
  const dirty = new Set<string>();
  const fresh = new Map<string, Map<string, readonly Claim[]>>();
  for (const source of sources) {
    const byEdge = Map.groupBy(standingClaims(ledger, source), edgeKey);
    fresh.set(source, byEdge);
    for (const key of ledger.edgesOf.get(source) ?? []) {
      if (!byEdge.has(key)) removeFrom(ledger.supporters, key, source);
      dirty.add(key);
    }
    for (const key of byEdge.keys()) {
      addTo(ledger.supporters, key, source);
      dirty.add(key);
    }
    if (byEdge.size === 0) ledger.edgesOf.delete(source);
    else ledger.edgesOf.set(source, [...byEdge.keys()]);
  }
  const nodes = new Set<string>();
  for (const key of dirty) {
    const claims = [...membersOf(ledger.supporters, key)].flatMap(
      (source) =>
        fresh.get(source)?.get(key) ?? standingClaims(ledger, source).filter((claim) => edgeKey(claim) === key),
    );
    applyEdge(graph, key, claims, nodes);
  }
  return { edges: dirty.size, nodes };
}

function edgeKey({ from, to, layer }: Claim): string {
  return `${from} ${to} ${layer}`;
}

function applyEdge(graph: DependencyGraph, key: string, claims: readonly Claim[], touched: Set<string>): void {
  const existing = graph.nodes.hasEdge(key) ? graph.nodes.getEdgeAttributes(key) : undefined;
  const edge = mergeClaims(claims, existing?.firstSeen, graph.builtAt);
  if (edge === undefined) {
    if (existing !== undefined) dropEdge(graph, key, existing, touched);
    return;
  }
  for (const id of [edge.from, edge.to]) {
    touched.add(id);
    const isHeld = graph.landscape.residents.has(id);
    const unseen = isHeld ? undefined : claims.find((claim) => claim.unseen?.id === id)?.unseen;
    if (!graph.nodes.hasNode(id)) {
      graph.nodes.addNode(id, unseen ?? nodeOf(graph.landscape, id));
      addNode(graph.adjacency, id);
    } else if (unseen !== undefined) graph.nodes.replaceNodeAttributes(id, unseen);
  }
  if (existing === undefined) graph.nodes.addDirectedEdgeWithKey(key, edge.from, edge.to, edge);
  else graph.nodes.replaceEdgeAttributes(key, edge);
  weigh(graph, edge.from, edge.to);
}

function dropEdge(graph: DependencyGraph, key: string, { from, to }: GraphEdge, touched: Set<string>): void {
  graph.nodes.dropEdge(key);
  weigh(graph, from, to);
  for (const id of [from, to]) {
    touched.add(id);
    dropIfIdle(graph, id);
  }
}

/** A node that no resource stands for lives as long as an edge touches it. */
function dropIfIdle(graph: DependencyGraph, id: string): void {
  if (!graph.nodes.hasNode(id) || graph.landscape.residents.has(id) || graph.nodes.degree(id) > 0) return;
  graph.nodes.dropNode(id);
  removeNode(graph.adjacency, id);
}

/** Keeps the compact adjacency's one entry per pair: the cheaper cost of any layer counts. */
function weigh(graph: DependencyGraph, from: string, to: string): void {
  if (!graph.nodes.hasNode(from) || !graph.nodes.hasNode(to)) return;
  const caller = graph.nodes.getNodeAttributes(from);
  const callee = graph.nodes.getNodeAttributes(to);
  let breaks = 255;
  let notices = 255;
  graph.nodes.forEachOutEdge(from, to, (_key, edge) => {
    const packed = packCosts(impactOf(edge, caller, callee));
    breaks = Math.min(breaks, packed >> 8);
    notices = Math.min(notices, packed & 255);
  });
  if (breaks === 255 && notices === 255) removeCaller(graph.adjacency, from, to);
  else setCaller(graph.adjacency, from, to, breaks * 256 + notices);
}
