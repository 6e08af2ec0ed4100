import { addNode, removeCaller, removeNode, setCaller } from '../impact/adjacency.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import type { Claim, GraphEdge } from '../graph-shapes.ts';
import { packCosts, impactOf } from '../impact/edge-impact.ts';
import { nodeOf } from '../landscape/node-facts.ts';
import { mergeClaims } from './merge-claims.ts';

/** Brings nodes in line with the resources that live in them. Answers with how many were looked at. */
export function refreshNodes(graph: DependencyGraph, ids: ReadonlySet<string>): number {
  for (const id of ids) {
    if (!graph.landscape.residents.has(id)) {
      dropIfIdle(graph, id);
      continue;
    }
    const node = nodeOf(graph.landscape, id);
    graph.nodes.mergeNode(id, node);
    graph.nodes.replaceNodeAttributes(id, node);
    addNode(graph.adjacency, id);
  }
  return ids.size;
}

/**
 * Replaces the claims of each source by the given ones, and brings exactly the edges they concern up to date. Answers with the number
 * of edges that were computed.
 */
export function applyClaims(graph: DependencyGraph, statements: ReadonlyMap<string, readonly Claim[]>): number {
  const dirty = new Set<string>();
  for (const [source, claims] of statements) {
    const byEdge = Map.groupBy(claims, edgeKey);
    for (const key of graph.ledger.edgesOf.get(source) ?? []) {
      graph.ledger.claims.get(key)?.delete(source);
      dirty.add(key);
    }
    for (const [key, group] of byEdge) {
      const bySource = graph.ledger.claims.get(key) ?? new Map<string, readonly Claim[]>();
      bySource.set(source, group);
      graph.ledger.claims.set(key, bySource);
      dirty.add(key);
    }
    if (byEdge.size === 0) graph.ledger.edgesOf.delete(source);
    else graph.ledger.edgesOf.set(source, new Set(byEdge.keys()));
  }
  for (const key of dirty) applyEdge(graph, key);
  return dirty.size;
}

function edgeKey({ from, to, layer }: Claim): string {
  return `${from} ${to} ${layer}`;
}

function applyEdge(graph: DependencyGraph, key: string): void {
  const claims = [...(graph.ledger.claims.get(key)?.values() ?? [])].flat();
  const existing = graph.nodes.hasEdge(key) ? graph.nodes.getEdgeAttributes(key) : undefined;
  const edge = mergeClaims(claims, existing?.firstSeen ?? graph.builtAt, graph.builtAt);
  if (edge === undefined) {
    graph.ledger.claims.delete(key);
    if (existing !== undefined) dropEdge(graph, key, existing);
    return;
  }
  for (const id of [edge.from, edge.to]) {
    if (graph.nodes.hasNode(id)) continue;
    const unseen = claims.find((claim) => claim.unseen?.id === id)?.unseen;
    graph.nodes.addNode(id, unseen ?? nodeOf(graph.landscape, id));
    addNode(graph.adjacency, id);
  }
  if (existing === undefined) graph.nodes.addDirectedEdgeWithKey(key, edge.from, edge.to, edge);
  else graph.nodes.replaceEdgeAttributes(key, edge);
  weigh(graph, edge.from, edge.to);
}

function dropEdge(graph: DependencyGraph, key: string, { from, to }: GraphEdge): void {
  graph.nodes.dropEdge(key);
  weigh(graph, from, to);
  dropIfIdle(graph, from);
  dropIfIdle(graph, to);
}

/** A node that no resource stands for lives as long as an edge touches it. */
function dropIfIdle(graph: DependencyGraph, id: string): void {
  if (!graph.nodes.hasNode(id) || graph.landscape.residents.has(id) || graph.nodes.degree(id) > 0) return;
  graph.nodes.dropNode(id);
  removeNode(graph.adjacency, id);
}

/** Keeps the compact adjacency's one entry per pair: the cheaper cost of any layer counts. */
function weigh(graph: DependencyGraph, from: string, to: string): void {
  let breaks = 255;
  let notices = 255;
  for (const key of graph.nodes.directedEdges(from, to)) {
    const packed = packCosts(
      impactOf(
        graph.nodes.getEdgeAttributes(key),
        graph.nodes.getNodeAttributes(from),
        graph.nodes.getNodeAttributes(to),
      ),
    );
    breaks = Math.min(breaks, packed >> 8);
    notices = Math.min(notices, packed & 255);
  }
  if (breaks === 255 && notices === 255) removeCaller(graph.adjacency, from, to);
  else setCaller(graph.adjacency, from, to, breaks * 256 + notices);
}
