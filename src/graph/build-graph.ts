import { MultiDirectedGraph } from 'graphology';
import { formatResourceId, type ResourceId } from '../resource/resource-id.ts';
import type { ImageState } from '../resource/image/image-config.ts';
import type { Resource } from '../resource/resource.ts';
import { applyClaims, refreshNodes } from './claims/apply-claims.ts';
import { recordTopics, topicSource, topicStatement } from './claims/join-topics.ts';
import { createLedger, record, type Statement } from './claims/ledger.ts';
import { createTally, recount } from './coverage.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { EvidenceOptions, Found } from './evidence/evidence.ts';
import { readers } from './evidence/readers.ts';
import type { Claim, GraphEdge, GraphNode } from './graph-shapes.ts';
import { createAdjacency } from './impact/adjacency.ts';
import { membersOf } from './landscape/key-index.ts';
import { createLandscape, namespaceOf } from './landscape/landscape.ts';
import { stirLandscape } from './landscape/stir-landscape.ts';
import { isAssumed } from './landscape/view.ts';

export interface GraphOptions extends Partial<EvidenceOptions> {
  /** RFC 3339: when the resources were read. */
  readonly builtAt: string;
  /** Where resources without a namespace belong. */
  readonly defaultNamespace?: string;
  /** What is known of images, by reference as pods write it; `noteImages` adds to it. Null or absent: images are not read. */
  readonly images?: Map<string, ImageState> | null;
}

/** Builds the graph of declared evidence. Observed evidence is added later with `observe`. */
export function buildGraph(resources: readonly Resource[], options: GraphOptions): DependencyGraph {
  const graph: DependencyGraph = {
    nodes: new MultiDirectedGraph<GraphNode, GraphEdge>(),
    adjacency: createAdjacency(),
    landscape: createLandscape(
      options.defaultNamespace ?? 'default',
      options.images ? { users: new Map(), states: options.images } : null,
    ),
    ledger: createLedger(),
    tally: createTally(),
    options: {
      readSecrets: options.readSecrets ?? false,
      ...(options.lineOf === undefined ? {} : { lineOf: options.lineOf }),
    },
    unread: [],
    unobserved: [],
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
  for (const key of stir.keys) for (const asker of membersOf(ledger.askers, key)) sources.add(asker);
  const described = new Set<string>();
  const restated = restate(graph, sources, described);
  graph.builtAt = builtAt;
  refreshNodes(graph, stir.nodes.union(described));
  const { edges, nodes } = applyClaims(graph, restated);
  recount(graph, stir.nodes.union(nodes));
  graph.work = { sources: restated.size, edges, nodes: stir.nodes.size };
}

/** References of images that workloads use, as written. Empty when images are not read. */
export function wantedImages({ landscape }: DependencyGraph): readonly string[] {
  return [...(landscape.images?.users.keys() ?? [])];
}

/**
 * Takes in what is known of images, by reference as pods write it. Answers with the keys of resources that must be read again for it: hand
 * them to `reread`, in portions when they are many.
 */
export function noteImages({ landscape }: DependencyGraph, news: ReadonlyMap<string, ImageState>): readonly string[] {
  const board = landscape.images;
  if (board === null) return [];
  const users = new Set<string>();
  for (const [reference, state] of news) {
    const before = board.states.get(reference);
    board.states.set(reference, state);
    if (!isSameImage(before, state)) for (const key of membersOf(board.users, reference)) users.add(key);
  }
  return [...users];
}

/** Reads resources again, as they are now: what they rest on has changed. */
export function reread(graph: DependencyGraph, keys: readonly string[], builtAt: string): void {
  updateGraph(graph, {
    changed: keys.flatMap((key) => graph.landscape.resources.get(key) ?? []),
    removed: [],
    builtAt,
  });
}

/** A digest stands for its content. */
function isSameImage(before: ImageState | undefined, now: ImageState): boolean {
  if (now.kind !== 'known') return before?.kind !== 'known';
  return before?.kind === 'known' && before.image.digest === now.image.digest;
}

/**
 * Reads these sources anew. Answers with every source whose claims may count differently now; adds nodes that a
 * catalogue speaks of to `described`.
 */
function restate(graph: DependencyGraph, sources: ReadonlySet<string>, described: Set<string>): Set<string> {
  const { ledger } = graph;
  const restated = new Set(sources);
  const topics = new Set<string>();
  for (const source of sources) {
    const before = ledger.statements.get(source);
    const statement = read(graph, source);
    for (const { node } of [...(before?.facts ?? []), ...(statement?.facts ?? [])]) described.add(node);
    for (const topic of recordTopics(ledger, source, before, statement)) topics.add(topic);
    for (const book of record(ledger, source, statement)) {
      for (const reader of ledger.readers.get(book)?.keys() ?? []) restated.add(reader);
    }
  }
  for (const topic of topics) {
    record(ledger, topicSource(topic), topicStatement(ledger, topic));
    restated.add(topicSource(topic));
  }
  return restated;
}

/** Takes in claims that no resource makes: observed traffic, catalogue files. `source` names who claims; claiming again replaces. */
export function claim(graph: DependencyGraph, source: string, claims: readonly Claim[]): void {
  record(graph.ledger, source, claims.length === 0 ? undefined : { claims, findings: [], asked: [], topics: [] });
  recount(graph, applyClaims(graph, new Set([source])).nodes);
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
    asked: [...view.asked],
    topics: found.flatMap(({ topics }) => topics ?? []),
    ...factsOf(found),
    ...guardsIn(found),
  };
}

/** Hardly any source has some: tens of thousands go without the member. */
function factsOf(found: readonly Found[]): Pick<Statement, 'facts'> {
  const facts = found.flatMap((one) => one.facts ?? []);
  return facts.length === 0 ? {} : { facts };
}

function guardsIn(found: readonly Found[]): Pick<Statement, 'guards'> {
  const guards = found.flatMap((one) => one.guards ?? []);
  return guards.length === 0 ? {} : { guards };
}

/** Identity of a resource as nodes list it. */
export function resourceKey(graph: DependencyGraph, id: ResourceId): string {
  return formatResourceId({ ...id, namespace: namespaceOf(graph.landscape, id) });
}
