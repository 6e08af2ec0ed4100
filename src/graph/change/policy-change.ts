import { type JsonObject, objectAt } from '../../resource/json.ts';
import { matchesLabels } from '../../resource/label-selector.ts';
import type { Resource } from '../../resource/resource.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import type { GraphEdge } from '../graph-shapes.ts';
import { membersOf } from '../landscape/key-index.ts';
import { keyFor, type Landscape } from '../landscape/landscape.ts';
import type { Workload } from '../landscape/workload.ts';
import { workloadsOf } from './config-change.ts';
import { type Connection, isPermitted, type PodEnd } from './network-permits.ts';
import type { ObjectChange, Reached } from './object-change.ts';
import { namedPort, portsNamed } from './service-change.ts';

/**
 * Which known calls a changed NetworkPolicy cuts. Every call to or from the pods that it selects, before or after, is tried against all
 * policies with the old one and with the new one. A call that is newly let through harms nobody and is told as such.
 */
export function reachedByPolicy(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const sides = {
    before: withPolicy(graph.landscape, change, change.before),
    after: withPolicy(graph.landscape, change, change.change === 'removed' ? null : change.after),
  };
  // A call between two selected pods is one call.
  const calls = new Map<string, GraphEdge>();
  for (const node of selectedNodes(graph, change)) {
    graph.nodes.forEachEdge(node, (key, edge) => {
      if (isCall(edge)) calls.set(key, edge);
    });
  }
  return [...calls.values()].flatMap((edge) => judgeCall(edge, graph, change, sides));
}

/**
 * Which known calls are cut because a namespace has other labels: policies select whole namespaces by them. Calls from and to its pods are
 * tried with the old labels and with the new ones.
 */
export function reachedByRelabelling(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const { name } = change.id;
  const calls = new Map<string, GraphEdge>();
  for (const key of membersOf(graph.landscape.namespaces, name)) {
    const place = graph.landscape.workloads.has(key) ? graph.landscape.places.get(key) : undefined;
    if (place === undefined || !graph.nodes.hasNode(place)) continue;
    graph.nodes.forEachEdge(place, (edgeKey, edge) => {
      if (isCall(edge)) calls.set(edgeKey, edge);
    });
  }
  const policies = policiesOf(graph.landscape);
  return [...calls.values()].flatMap((edge) => {
    const connections = connectionsOf(edge, graph);
    const count = (side: Resource | null): number =>
      connections
        .map(({ from, to, ...rest }) => ({
          ...rest,
          from: relabelled(from, name, side),
          to: relabelled(to, name, side),
        }))
        .filter((each) => isPermitted(policies([...new Set([each.from.namespace, each.to.namespace])]), each)).length;
    const [was, is] = [count(change.before), count(change.after)];
    if (was === is) return [];
    const call = `${edge.from} → ${edge.to}`;
    const live = { id: edge.from, sees: 'live', since: change.at } as const;
    if (is > was) return [{ ...live, why: `labels of namespace ${name} let ${call} through`, breaks: 0, notices: 0 }];
    const why = `policies that select namespace ${name} by its labels no longer let ${call} through`;
    const [breaks, notices] = is === 0 ? [0.95 * edge.confidence, 0.97] : [0.5 * edge.confidence, 0.8];
    return [{ ...live, why, breaks, notices }];
  });
}

function relabelled(end: PodEnd, namespace: string, side: Resource | null): PodEnd {
  if (end.namespace !== namespace) return end;
  const labels = objectAt(side?.body, 'metadata', 'labels');
  return { ...end, namespaceLabels: { ...labels, 'kubernetes.io/metadata.name': namespace } };
}

interface Sides {
  readonly before: (namespaces: readonly string[]) => Resource[];
  readonly after: (namespaces: readonly string[]) => Resource[];
}

function isCall({ layer, evidence }: GraphEdge): boolean {
  const carriesWork = layer === 'call' || layer === 'data' || layer === 'message';
  return carriesWork && evidence.some(({ kind }) => kind !== 'permitted');
}

function judgeCall(edge: GraphEdge, graph: DependencyGraph, { at, id }: ObjectChange, sides: Sides): Reached[] {
  const connections = connectionsOf(edge, graph);
  const namespaces = [...new Set(connections.flatMap(({ from, to }) => [from.namespace, to.namespace]))];
  const [before, after] = [sides.before(namespaces), sides.after(namespaces)];
  const was = connections.filter((connection) => isPermitted(before, connection)).length;
  const is = connections.filter((connection) => isPermitted(after, connection)).length;
  if (was === is) return [];
  const call = `${edge.from} → ${edge.to}`;
  if (is > was) {
    const why = `NetworkPolicy ${id.name} now lets ${call} through`;
    return [{ id: edge.from, sees: 'live', since: at, why, breaks: 0, notices: 0 }];
  }
  const isWhole = is === 0;
  const why = `NetworkPolicy ${id.name} cuts ${isWhole ? '' : 'a part of '}${call}`;
  const [breaks, notices] = isWhole ? [0.95 * edge.confidence, 0.97] : [0.5 * edge.confidence, 0.8];
  return [{ id: edge.from, sees: 'live', since: at, why, breaks, notices }];
}

/** Policies of some namespaces with the changed one as it is on one side. */
function withPolicy(landscape: Landscape, { id }: ObjectChange, side: Resource | null): Sides['before'] {
  const own = keyFor('networking.k8s.io', 'NetworkPolicy', id.namespace, id.name);
  return policiesOf(landscape, { own, namespace: id.namespace, shown: side === null ? [] : [{ ...side, id }] });
}

interface Replaced {
  readonly own: string;
  readonly namespace: string;
  readonly shown: readonly Resource[];
}

function policiesOf(landscape: Landscape, replaced: Replaced | null = null): Sides['before'] {
  // A policy may select a thousand pods with as many calls: each namespace is looked through once.
  const known = new Map<string, Resource[]>();
  const policiesIn = (namespace: string): Resource[] => {
    const found = known.get(namespace) ?? [
      ...[...membersOf(landscape.namespaces, namespace)]
        .filter((key) => key.startsWith('networking.k8s.io/NetworkPolicy/') && key !== replaced?.own)
        .flatMap((key) => landscape.resources.get(key) ?? []),
      ...(namespace === replaced?.namespace ? replaced.shown : []),
    ];
    known.set(namespace, found);
    return found;
  };
  return (namespaces) => namespaces.flatMap(policiesIn);
}

/** Nodes with pods that the policy selects, on either side. */
function selectedNodes({ landscape, nodes }: DependencyGraph, { id, before, after }: ObjectChange): string[] {
  const selectors = [before, after].flatMap((side) =>
    side === null ? [] : [objectAt(side.body, 'spec', 'podSelector')],
  );
  const found = new Set<string>();
  for (const key of membersOf(landscape.namespaces, id.namespace)) {
    const workload = landscape.workloads.get(key);
    const place = landscape.places.get(key);
    if (workload === undefined || place === undefined || !nodes.hasNode(place)) continue;
    if (selectors.some((selector) => matchesLabels(selector, asObject(workload.labels)))) found.add(place);
  }
  return [...found].toSorted();
}

function connectionsOf(edge: GraphEdge, graph: DependencyGraph): Connection[] {
  return workloadsOf(graph, edge.from).flatMap((caller) =>
    workloadsOf(graph, edge.to).map((callee) => ({
      from: endOf(graph.landscape, caller),
      to: endOf(graph.landscape, callee),
      ports: podPorts(edge, callee, graph),
      namedPort: (name: string) => namedPort(callee.resource, name),
    })),
  );
}

/** Policies see the ports of pods, callers name those of Services. */
function podPorts(edge: GraphEdge, callee: Workload, { landscape }: DependencyGraph): number[] {
  const named = new Set(portsNamed(edge));
  if (named.size === 0) return [];
  const services = [...membersOf(landscape.residents, edge.to)].flatMap((key) => landscape.services.get(key) ?? []);
  return [...named].flatMap((port) => {
    const targets = services.flatMap(({ ports }) => ports.filter((own) => own.port === port));
    if (targets.length === 0) return [port];
    return targets.flatMap(({ target }) =>
      typeof target === 'string' ? (namedPort(callee.resource, target) ?? []) : [target ?? port],
    );
  });
}

function endOf(landscape: Landscape, { namespace, labels }: Workload): PodEnd {
  const body = landscape.resources.get(keyFor('', 'Namespace', '', namespace))?.body;
  return {
    namespace,
    labels: asObject(labels),
    namespaceLabels: {
      ...objectAt(body, 'metadata', 'labels'),
      'kubernetes.io/metadata.name': namespace,
    },
  };
}

function asObject(labels: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(labels);
}
