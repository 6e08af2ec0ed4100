import { compareText } from './compare-text.ts';
import type { DependencyGraph } from './dependency-graph.ts';

/** Edges that lead from one place into another, counted. */
export interface Border {
  readonly from: string;
  readonly to: string;
  readonly edges: number;
}

/** What the shape of the graph says about risk. Only edges that carry work count; configuration and telemetry do not. */
export interface GraphStructure {
  /** Groups of nodes that depend on each other in a circle, largest first: none of them starts or fails alone. */
  readonly circles: readonly (readonly string[])[];
  /** Nodes whose loss cuts the graph apart. */
  readonly cutPoints: readonly string[];
  /** Nodes many others depend on directly, most callers first. */
  readonly shared: readonly { readonly id: string; readonly callers: number }[];
  /** Edges from one namespace into another, counted by pair of namespaces. */
  readonly borders: readonly Border[];
}

const mostShared = 20;
const fewestCallers = 3;

/** Walks the whole graph once; meant for a report, not for every request. All walks are loops, so depth is no danger. */
export function structureOf(graph: DependencyGraph): GraphStructure {
  const { ids, callees } = workEdges(graph);
  return {
    circles: circlesOf(callees)
      .map((members) => members.map((index) => ids[index] ?? '').toSorted())
      .toSorted((one, other) => other.length - one.length || compareText(one[0] ?? '', other[0] ?? '')),
    cutPoints: cutPointsOf(callees)
      .map((index) => ids[index] ?? '')
      .toSorted(),
    shared: sharedOf(ids, callees),
    borders: bordersOf(graph),
  };
}

interface WorkEdges {
  readonly ids: readonly string[];
  readonly callees: readonly (readonly number[])[];
}

function workEdges(graph: DependencyGraph): WorkEdges {
  const ids = graph.nodes.nodes().toSorted();
  const indexes = new Map(ids.map((id, index) => [id, index]));
  const callees = ids.map((id) => {
    const found = new Set<number>();
    graph.nodes.forEachOutEdge(id, (_key, { layer, to }) => {
      if (layer !== 'config' && layer !== 'operations') found.add(indexes.get(to) ?? 0);
    });
    return [...found];
  });
  return { ids, callees };
}

/** Tarjan's strongly connected components of more than one node, as a loop. */
function circlesOf(callees: readonly (readonly number[])[]): number[][] {
  const order = new Int32Array(callees.length).fill(-1);
  const low = new Int32Array(callees.length);
  const onStack = new Uint8Array(callees.length);
  const stack: number[] = [];
  const circles: number[][] = [];
  let count = 0;
  const open = (node: number): void => {
    order[node] = count;
    low[node] = count++;
    stack.push(node);
    onStack[node] = 1;
  };
  const close = (node: number): void => {
    if (low[node] !== order[node]) return;
    const members = stack.splice(stack.lastIndexOf(node));
    for (const member of members) onStack[member] = 0;
    if (members.length > 1) circles.push(members);
  };
  depthFirst(callees, {
    isNew: (node) => order[node] === -1,
    open,
    again: (node, next) => {
      if (onStack[next] === 1) low[node] = Math.min(low[node] ?? 0, order[next] ?? 0);
    },
    close: (node, parent) => {
      close(node);
      if (parent >= 0) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
    },
  });
  return circles;
}

interface Visitor {
  readonly isNew: (node: number) => boolean;
  readonly open: (node: number, parent: number) => void;
  /** An edge to a node that was opened before. */
  readonly again: (node: number, next: number) => void;
  readonly close: (node: number, parent: number) => void;
}

function depthFirst(neighbours: readonly (readonly number[])[], visitor: Visitor): void {
  const path: { readonly node: number; next: number }[] = [];
  for (let root = 0; root < neighbours.length; root++) {
    if (!visitor.isNew(root)) continue;
    visitor.open(root, -1);
    path.push({ node: root, next: 0 });
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = neighbours[top.node]?.[top.next++];
      if (next === undefined) {
        path.pop();
        visitor.close(top.node, path.at(-1)?.node ?? -1);
      } else if (visitor.isNew(next)) {
        visitor.open(next, top.node);
        path.push({ node: next, next: 0 });
      } else visitor.again(top.node, next);
    }
  }
}

/** Articulation points of the graph without directions. */
function cutPointsOf(callees: readonly (readonly number[])[]): number[] {
  const neighbours = bothWays(callees);
  const order = new Int32Array(neighbours.length).fill(-1);
  const low = new Int32Array(neighbours.length);
  const parents = new Int32Array(neighbours.length).fill(-1);
  const children = new Int32Array(neighbours.length);
  const cuts = new Set<number>();
  let count = 0;
  depthFirst(neighbours, {
    isNew: (node) => order[node] === -1,
    open: (node, parent) => {
      order[node] = count;
      low[node] = count++;
      parents[node] = parent;
      if (parent >= 0) children[parent] = (children[parent] ?? 0) + 1;
    },
    again: (node, next) => {
      if (next !== parents[node]) low[node] = Math.min(low[node] ?? 0, order[next] ?? 0);
    },
    close: (node, parent) => {
      if (parent < 0) {
        if ((children[node] ?? 0) > 1) cuts.add(node);
        return;
      }
      low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
      if (parents[parent] !== -1 && (low[node] ?? 0) >= (order[parent] ?? 0)) cuts.add(parent);
    },
  });
  return [...cuts];
}

function bothWays(callees: readonly (readonly number[])[]): number[][] {
  const neighbours = callees.map((list) => new Set(list));
  for (const [caller, list] of callees.entries()) for (const callee of list) neighbours[callee]?.add(caller);
  return neighbours.map((set) => [...set]);
}

function sharedOf(ids: readonly string[], callees: readonly (readonly number[])[]): GraphStructure['shared'] {
  const callers = new Int32Array(ids.length);
  for (const list of callees) for (const callee of list) callers[callee] = (callers[callee] ?? 0) + 1;
  return ids
    .map((id, index) => ({ id, callers: callers[index] ?? 0 }))
    .filter((entry) => entry.callers >= fewestCallers)
    .toSorted((one, other) => other.callers - one.callers || compareText(one.id, other.id))
    .slice(0, mostShared);
}

function bordersOf({ nodes }: DependencyGraph): GraphStructure['borders'] {
  const counts = new Map<string, { from: string; to: string; edges: number }>();
  nodes.forEachEdge((_key, { from, to, layer }) => {
    if (layer === 'config' || layer === 'operations') return;
    const source = nodes.getNodeAttribute(from, 'namespace') ?? 'outside';
    const target = nodes.getNodeAttribute(to, 'namespace') ?? 'outside';
    if (source === target) return;
    const entry = counts.get(`${source} ${target}`) ?? { from: source, to: target, edges: 0 };
    entry.edges++;
    counts.set(`${source} ${target}`, entry);
  });
  return [...counts.values()].toSorted(
    (one, other) => other.edges - one.edges || compareText(one.from, other.from) || compareText(one.to, other.to),
  );
}
