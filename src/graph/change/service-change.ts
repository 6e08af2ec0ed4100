import { arrayAt, isJsonObject, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import type { GraphEdge } from '../graph-shapes.ts';
import { workloadsWith } from '../landscape/landscape.ts';
import { readService, type Service } from '../landscape/service.ts';
import { fieldsOf, type ObjectChange, pathsOf, type Reached } from './object-change.ts';

/** What a change of a Service does: to the Service as a whole, or to those who call it on the ports that changed. */
export function reachedByService(change: ObjectChange, graph: DependencyGraph, node: string): Reached[] {
  if (change.change === 'added') return [];
  const whole = (why: string, breaks: number, notices: number): Reached[] => [
    { id: node, sees: 'live', since: change.at, why, breaks, notices },
  ];
  const before = serviceOf(change.before, change);
  const after = serviceOf(change.after, change);
  if (change.change === 'removed' || after === undefined) return whole('its name no longer resolves', 1, 1);
  const fields = new Set(pathsOf(change).map((path) => fieldsOf(path).slice(0, 2).join('.')));
  if (fields.has('spec.selector') || fields.has('spec')) {
    const found = behind(graph, after);
    const had = before === undefined ? found : behind(graph, before);
    if (found.length === 0 && had.length > 0) return whole('its selector finds no pods any more', 0.97, 0.99);
    if (had.join() !== found.join()) return whole('its selector finds other pods', 0.5, 0.8);
  }
  if (fields.has('spec.ports') || fields.has('spec')) return onPorts(change, { before, after, graph, node });
  if (fields.has('spec.externalName')) return whole('its name leads to another host', 0.5, 0.8);
  const other = [...fields].find((field) => field.startsWith('spec.'));
  if (other !== undefined) return whole(`${other} changed`, 0.1, 0.3);
  return [{ id: node, sees: 'never', since: null, why: 'only labels or notes changed', breaks: 0, notices: 0 }];
}

function serviceOf(resource: Resource | null, { id }: ObjectChange): Service | undefined {
  return resource === null ? undefined : readService(resource, id.namespace);
}

function behind({ landscape }: DependencyGraph, { namespace, selector }: Service): string[] {
  return workloadsWith(landscape, namespace, selector).toSorted();
}

interface PortSides {
  readonly before: Service | undefined;
  readonly after: Service;
  readonly graph: DependencyGraph;
  readonly node: string;
}

/** Callers whose evidence names a port are reached when it is one that changed; who names none may use any. */
function onPorts(change: ObjectChange, { before, after, graph, node }: PortSides): Reached[] {
  const changed = new Set(portsThatDiffer(before, after));
  const gone = [...changed].filter((port) => after.ports.every((own) => own.port !== port));
  if (changed.size === 0)
    return [{ id: node, sees: 'never', since: null, why: 'no port that callers use changed', breaks: 0, notices: 0 }];
  const names = [...changed].toSorted((one, other) => one - other).join(', ');
  return callersOf(graph, node).map(({ from, edges }): Reached => {
    const named = new Set(edges.flatMap(portsNamed));
    const hit = [...named].filter((port) => changed.has(port));
    if (named.size > 0 && hit.length === 0) {
      const why = `calls port ${[...named].join(', ')}, and ${names} changed`;
      return { id: from, sees: 'never', since: null, why, breaks: 0, notices: 0 };
    }
    const isGone = hit.some((port) => gone.includes(port));
    const why =
      named.size === 0 ? `port ${names} changed; which one it calls is not known` : `calls port ${hit.join(', ')}`;
    const [breaks, notices] = isGone ? [0.95, 0.99] : named.size === 0 ? [0.4, 0.6] : [0.45, 0.8];
    return { id: from, sees: 'live', since: change.at, why: isGone ? `${why}, which is gone` : why, breaks, notices };
  });
}

/** Ports that come, go, or lead elsewhere. The port of a node, which the server may choose, is left to those outside. */
function portsThatDiffer(before: Service | undefined, after: Service): number[] {
  const text = (service: Service | undefined): Map<number, string> =>
    new Map((service?.ports ?? []).map(({ port, target, name }) => [port, `${target ?? port} ${name ?? ''}`]));
  const was = text(before);
  const is = text(after);
  // A port that only came concerns nobody who called before.
  return [...was.keys()].filter((port) => was.get(port) !== is.get(port));
}

function callersOf({ nodes }: DependencyGraph, node: string): { from: string; edges: GraphEdge[] }[] {
  return nodes.inNeighbors(node).flatMap((from) => {
    const edges = nodes.mapOutEdges(from, node, (_key, edge) => edge).filter(({ layer }) => layer !== 'config');
    return edges.length === 0 ? [] : [{ from, edges }];
  });
}

/** Ports that the evidence of an edge names: `cart:7070`, `port 7070`. */
export function portsNamed({ evidence }: GraphEdge): number[] {
  return evidence.flatMap(({ what }) =>
    [...what.matchAll(/(?::|\bport )(\d{1,5})(?![\d.:])/g)].map(([, port]) => Number(port)),
  );
}

/** Container ports by name, for policies and target ports that name them. */
export function namedPort(workload: Resource, name: string): number | undefined {
  const containers = arrayAt(workload.body, 'spec', 'template', 'spec', 'containers').filter(isJsonObject);
  for (const container of containers) {
    const port = arrayAt(container, 'ports').find((each) => stringAt(each, 'name') === name);
    const found = valueAt(port, 'containerPort');
    if (typeof found === 'number') return found;
  }
  return undefined;
}
