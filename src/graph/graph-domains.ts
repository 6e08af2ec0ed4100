import { coverageOf } from './coverage.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { Coverage, NodeRole } from './graph-shapes.ts';
import { type ResilienceStructure, resilienceStructure } from './resilience-structure.ts';
import { type Border, structureOf } from './structure.ts';
import { type ZoneStructure, zonesOf } from './zones.ts';

/** A node that much hangs on. */
export interface KeyNode {
  readonly id: string;
  readonly role: NodeRole;
  /** Nodes that call it directly. */
  readonly callers: number;
  /** Wanted replicas; null when unknown or not a workload. */
  readonly replicas: number | null;
  readonly owner: string | null;
}

/** What can only fail together, and where the failure of one thing divides or reaches many. */
export interface GraphDomains {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'GraphDomains';
  /** RFC 3339. */
  readonly builtAt: string;
  /** Groups that depend on each other in a circle, largest first. */
  readonly circles: readonly (readonly string[])[];
  /** Nodes whose loss cuts the graph apart, most callers first. */
  readonly cutPoints: readonly KeyNode[];
  /** Nodes that several call directly, most callers first. */
  readonly shared: readonly KeyNode[];
  /** Those of them that run once: nothing takes over while they are away. */
  readonly single: readonly string[];
  /** Edges from one namespace into another. */
  readonly namespaces: readonly Border[];
  readonly zones: ZoneStructure;
  /** What timeouts and retries of meshes and gateways do together. */
  readonly resilience: ResilienceStructure;
  readonly coverage: Coverage;
}

/** The shape of a graph. One walk over all of it: meant for a report, not for every request. */
export function graphDomains(graph: DependencyGraph): GraphDomains {
  const { circles, cutPoints, shared, borders } = structureOf(graph);
  const keyNode = (id: string): KeyNode => {
    const { role, replicas, owner } = graph.nodes.getNodeAttributes(id);
    return { id, role, callers: callersOf(graph, id), replicas, owner };
  };
  const hubs = shared.map(({ id }) => keyNode(id));
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'GraphDomains',
    builtAt: graph.builtAt,
    circles,
    cutPoints: cutPoints.map(keyNode).toSorted((one, other) => other.callers - one.callers),
    shared: hubs,
    single: hubs.filter(({ replicas }) => replicas === 1).map(({ id }) => id),
    namespaces: borders,
    zones: zonesOf(graph),
    resilience: resilienceStructure(graph),
    coverage: coverageOf(graph),
  };
}

function callersOf({ nodes }: DependencyGraph, id: string): number {
  const callers = new Set<string>();
  nodes.forEachInEdge(id, (_key, { from, layer }) => {
    if (layer !== 'config' && layer !== 'operations') callers.add(from);
  });
  return callers.size;
}
