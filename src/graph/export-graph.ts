import { compareText } from './compare-text.ts';
import { coverageOf } from './coverage.ts';
import { type DependencyGraph } from './dependency-graph.ts';
import { plainEvidence } from './evidence/evidence.ts';
import { type GraphFocus, nodesAround } from './focus-graph.ts';
import { guardsOf } from './claims/ledger.ts';
import { type EdgeGuard, type GraphDocument, type GraphEdge, type GraphNode, roles } from './graph-shapes.ts';
import { formatJson } from '../resource/json.ts';
import { writeDot, writeGraphml, writeMermaid } from './write-graph.ts';

export const graphFormats = ['json', 'dot', 'mermaid', 'graphml'] as const;
export type GraphFormat = (typeof graphFormats)[number];

/**
 * The graph, or what is near the focus, as text. JSON is the document of CONTRACTS 2; the drawings leave configuration objects out.
 * Throws AppError when the focus is no node.
 */
export function exportGraph(graph: DependencyGraph, format: GraphFormat, focus: GraphFocus | null = null): string {
  const document = graphDocument(graph, focus);
  switch (format) {
    case 'json':
      return formatJson(document, 2);
    case 'dot':
      return writeDot(document);
    case 'mermaid':
      return writeMermaid(document);
    case 'graphml':
      return writeGraphml(document);
  }
}

/** The document of CONTRACTS 2, in an order that depends on nothing but the content. Coverage is that of the whole graph. */
export function graphDocument(graph: DependencyGraph, focus: GraphFocus | null = null): GraphDocument {
  const near = focus === null ? null : nodesAround(graph, focus);
  const isNear = (...ids: readonly string[]): boolean => near === null || ids.every((id) => near.has(id));
  const nodes = graph.nodes
    .filterNodes((id) => isNear(id))
    .map((id) => graph.nodes.getNodeAttributes(id))
    .toSorted(compareNodes);
  const all = graph.nodes
    .filterEdges((_key, { from, to }) => isNear(from, to))
    .map((key) => stillDeclared(graph.nodes.getEdgeAttributes(key), graph.builtAt));
  const edges = withPermits(all)
    .toSorted(compareEdges)
    .map((edge) => ({ ...edge, evidence: edge.evidence.map(plainEvidence), ...resilienceOf(graph, edge) }));
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'DependencyGraph',
    builtAt: graph.builtAt,
    nodes,
    edges,
    coverage: coverageOf(graph),
  };
}

/** Hardly any edge has some: the others go without the member. */
function resilienceOf({ ledger }: DependencyGraph, edge: GraphEdge): Pick<GraphEdge, 'resilience'> {
  const guards = guardsOf(ledger, edge).map(
    ({ kind, evidence: { what, file, line } }): EdgeGuard => ({ kind, what, file, line }),
  );
  if (guards.length === 0) return {};
  return {
    resilience: guards.toSorted((one, other) => compareText(one.kind, other.kind) || compareText(one.what, other.what)),
  };
}

/** A manifest that still says so was seen as late as the manifests were read. */
function stillDeclared(edge: GraphEdge, builtAt: string): GraphEdge {
  return edge.evidence.some(({ kind }) => kind !== 'observed') ? { ...edge, lastSeen: builtAt } : edge;
}

/** A permit beside a real edge of the same pair is that edge's evidence, not an edge of its own. */
function withPermits(edges: readonly GraphEdge[]): GraphEdge[] {
  const permits = new Map<string, GraphEdge>();
  for (const edge of edges) if (isPermit(edge)) permits.set(`${edge.from} ${edge.to}`, edge);
  if (permits.size === 0) return [...edges];
  const real = new Set(edges.filter((edge) => carriesWork(edge)).map(({ from, to }) => `${from} ${to}`));
  return edges.flatMap((edge) => {
    const permit = permits.get(`${edge.from} ${edge.to}`);
    if (permit === undefined) return [edge];
    if (edge === permit) return real.has(`${edge.from} ${edge.to}`) ? [] : [edge];
    return [carriesWork(edge) ? { ...edge, evidence: [...edge.evidence, ...permit.evidence] } : edge];
  });
}

function carriesWork({ layer }: GraphEdge): boolean {
  return layer === 'call' || layer === 'data' || layer === 'message';
}

function isPermit({ evidence }: GraphEdge): boolean {
  return evidence.every(({ kind }) => kind === 'permitted');
}

function compareNodes(one: GraphNode, other: GraphNode): number {
  return roles.indexOf(one.role) - roles.indexOf(other.role) || compareText(one.id, other.id);
}

function compareEdges(one: GraphEdge, other: GraphEdge): number {
  return compareText(one.from, other.from) || compareText(one.to, other.to) || compareText(one.layer, other.layer);
}
