import { compareText } from './compare-text.ts';
import { guardsOf } from './claims/ledger.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { Coverage, GraphEdge, GraphNode } from './graph-shapes.ts';
import { coverageOfNodes } from './coverage.ts';
import { durationBetween } from './impact/duration.ts';
import { requireNode } from './find-node.ts';
import { impactOf, never } from './impact/edge-impact.ts';
import { type Candidate, type Effect, effects, leastReached, likeliest } from './impact/rank-callers.ts';
import { type Redundancy, redundancyFinder } from './impact/redundancy.ts';
import { type Walk, walkCallers, type WalkStart } from './impact/walk-callers.ts';
import type { Sees } from './change/object-change.ts';

/** One dependant in the blast radius. */
export interface Affected {
  readonly id: string;
  readonly effect: Effect;
  /** Of the effect named, from 0 to 1, along the best path. */
  readonly probability: number;
  readonly distance: number;
  /** From what fails to this dependant. */
  readonly path: readonly string[];
  readonly evidence: readonly string[];
  /** Entry points that reach what fails through this dependant. */
  readonly users: readonly string[];
  readonly tier: string | null;
  readonly owner: string | null;
  /** Of those at first hand: when they see the change of a configuration object. Null for others. */
  readonly sees: Sees | null;
  /** RFC 3339: from when on they see it; null: not yet, or nobody knows. */
  readonly since: string | null;
  /** Share of its traffic that takes the last step of the path, from 0 to 1; null when not measured. */
  readonly share: number | null;
  /** What it has to fall back on; null for what runs nothing. */
  readonly redundancy: Redundancy | null;
}

/** The document of CONTRACTS 3. */
export interface BlastRadius {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'BlastRadius';
  readonly of: string;
  readonly because: string;
  /** Of what fails itself: whether another one takes over. Null where several things change, or it runs nothing. */
  readonly redundancy: Redundancy | null;
  readonly affected: readonly Affected[];
  /** Dependants that were found but not listed, because the list is full. */
  readonly unlisted: number;
  /** Dependants less likely than this were not looked for. */
  readonly leastProbability: number;
  readonly entryPoints: readonly string[];
  readonly coverage: Coverage;
  /** ISO 8601 duration since the graph was built. */
  readonly graphAge: string;
}

export interface BlastOptions {
  /** Why the question is asked: "spec.replicas drifted". */
  readonly because?: string;
  /** RFC 3339; the moment of asking. The graph's own moment when absent. */
  readonly now?: string;
  /** Dependants below this probability are left out. */
  readonly leastProbability?: number;
  /** Most dependants to list. */
  readonly limit?: number;
}

/** Where a blast radius begins. */
export interface Origin extends WalkStart {
  /** What fails or changes itself is not its own dependant. */
  readonly hidden: boolean;
  /** The changed object through which the origin is reached; null when it is that object, or has no node. */
  readonly from: string | null;
  readonly sees: Sees | null;
  readonly since: string | null;
}

/** Who breaks, degrades, or may, when `target` (a node id or KIND/NAME) fails or changes. Throws resource-not-found with near names. */
export function blastRadius(graph: DependencyGraph, target: string, options: BlastOptions = {}): BlastRadius {
  const of = requireNode(graph, target);
  const origin = { id: of, breaks: 1, notices: 0, hidden: true, from: null, sees: null, since: null };
  return radiusFrom(graph, [origin], { of, ...options });
}

/** The same from several origins at once, each with its own probability. */
export function radiusFrom(
  graph: DependencyGraph,
  origins: readonly Origin[],
  { of, ...options }: BlastOptions & { readonly of: string },
): BlastRadius {
  const limit = options.limit ?? 100;
  const leastProbability = options.leastProbability ?? 0.05;
  const shown = new Map(
    origins
      .filter(({ hidden }) => !hidden)
      .toSorted((one, other) => one.breaks - other.breaks || one.notices - other.notices)
      .map((origin) => [origin.id, origin]),
  );
  const hidden = hiddenOf(graph, origins, shown);
  const walk = walkCallers(graph.adjacency, origins, { leastProbability, enough: limit + hidden.size });
  const candidates = likeliest(graph.adjacency, walk, { limit, hidden });
  const told = new Map<string, readonly string[]>();
  const redundancy = redundancyFinder(graph);
  const listed = candidates.map((candidate) => describe(graph, walk, candidate, shown));
  const { entryPoints, users } = entriesOf(graph, listed);
  const affected = listed
    .map(
      (entry): Affected => ({
        ...entry,
        users: (users.get(entry.id) ?? []).toSorted(),
        // Told when somebody reads it: it looks up lines, and a severity needs none of it.
        get evidence() {
          return evidenceAlong(graph, entry.path, told);
        },
        get redundancy() {
          return redundancy(entry.id);
        },
      }),
    )
    .toSorted(compareAffected);
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'BlastRadius',
    of,
    because: options.because ?? `${of} fails or changes`,
    get redundancy() {
      return redundancy(of);
    },
    affected,
    unlisted: walk.size - hiddenIn(walk, hidden) - candidates.length,
    leastProbability: leastReached(walk),
    entryPoints,
    coverage: coverageOfNodes(graph, [...origins.map(({ id }) => id), ...affected.map(({ id }) => id)]),
    graphAge: durationBetween(graph.builtAt, options.now ?? graph.builtAt),
  };
}

/** An object that changed and also reads another that changed is listed. */
function hiddenOf(
  { adjacency }: DependencyGraph,
  origins: readonly Origin[],
  shown: ReadonlyMap<string, Origin>,
): Set<number> {
  const ids = origins.filter(({ id, hidden }) => hidden && !shown.has(id)).map(({ id }) => id);
  return new Set(ids.flatMap((id) => adjacency.indexes.get(id) ?? []));
}

function hiddenIn(walk: Walk, hidden: ReadonlySet<number>): number {
  return [...hidden].filter((index) => walk.breakCost(index) < never || walk.noticeCost(index) < never).length;
}

type Listed = Omit<Affected, 'evidence' | 'users' | 'redundancy'>;

function describe(
  graph: DependencyGraph,
  walk: Walk,
  { index, effect, probability }: Candidate,
  shown: ReadonlyMap<string, Origin>,
): Listed {
  const walked = walk.pathTo(index, effect === 'breaks' || walk.breakCost(index) <= walk.noticeCost(index));
  const origin = shown.get(walked[0] ?? '');
  const before = origin?.from ?? null;
  const path = before === null ? walked : [before, ...walked];
  const id = path.at(-1) ?? '';
  // Whom a caller drags along sees nothing of the change itself.
  const firstHand = walked.length === 1 ? origin : undefined;
  const { tier, owner } = graph.nodes.getNodeAttributes(id);
  return {
    id,
    effect,
    probability: Math.round(probability * 100) / 100,
    distance: path.length - 1,
    path,
    tier,
    owner,
    sees: firstHand?.sees ?? (path.length === 2 ? seesWhen(graph, id, path[0] ?? '') : null),
    since: firstHand?.since ?? null,
    share: shareOf(graph, id, path.at(-2) ?? ''),
  };
}

/** Edges of several layers may join two nodes; the largest share is that of the work. */
function shareOf({ nodes }: DependencyGraph, from: string, to: string): number | null {
  if (!nodes.hasNode(to)) return null;
  let largest: number | null = null;
  nodes.forEachOutEdge(from, to, (_key, { share }) => {
    if (share !== null && share > (largest ?? -1)) largest = share;
  });
  return largest;
}

/** The later moment counts when a workload reads an object in both ways: until the restart it works with two versions. */
function seesWhen(graph: DependencyGraph, from: string, to: string): Affected['sees'] {
  const ways = graph.nodes.mapOutEdges(from, to, (_key, { evidence }) => evidence.map(({ sees }) => sees)).flat();
  return ways.find((way) => way === 'restart') ?? ways.find((way) => way === 'live') ?? null;
}

/** Why every step of a path is believed. Paths share their beginnings, so each step is told once. */
function evidenceAlong(
  graph: DependencyGraph,
  path: readonly string[],
  told: Map<string, readonly string[]>,
): string[] {
  return path.slice(1).flatMap((caller, at) => {
    const callee = path[at] ?? '';
    const key = `${caller} ${callee}`;
    const known = told.get(key) ?? stepEvidence(graph, caller, callee);
    told.set(key, known);
    return known;
  });
}

const mostGuards = 3;

/** Why one step of a path is believed: the best edge's first evidence and what its strength rests on. */
function stepEvidence(graph: DependencyGraph, from: string, to: string): string[] {
  // The graph may have moved on since the walk.
  if (!graph.nodes.hasNode(from) || !graph.nodes.hasNode(to)) return [];
  const caller = graph.nodes.getNodeAttributes(from);
  const callee = graph.nodes.getNodeAttributes(to);
  const edges = graph.nodes.mapOutEdges(from, to, (_key, edge) => edge);
  const [best] = edges.toSorted(
    (one, other) => impactOf(other, caller, callee).notices - impactOf(one, caller, callee).notices,
  );
  if (best === undefined) return [];
  const guards = guardsOf(graph.ledger, best).map(({ evidence }) => `; ${evidence.what}`);
  const why = `${impactOf(best, caller, callee).why}${guards.slice(0, mostGuards).join('')}`;
  return [`${caller.name} → ${callee.name}: ${whereFrom(best)}; ${why}`];
}

function whereFrom({ evidence }: GraphEdge): string {
  const [first] = evidence;
  if (first === undefined) return 'no evidence';
  const place = first.file === null ? '' : ` (${first.file}${first.line === null ? '' : `:${first.line}`})`;
  return `${first.what}${place}`;
}

interface Entries {
  readonly entryPoints: readonly string[];
  readonly users: ReadonlyMap<string, readonly string[]>;
}

/**
 * Where users come in: what is exposed, or, when nothing is, what nobody calls. An entry point counts as a user of every dependant on its
 * own best path.
 */
function entriesOf(graph: DependencyGraph, listed: readonly Listed[]): Entries {
  const isExposed = listed.filter(({ id }) => graph.nodes.getNodeAttributes(id).exposed);
  const entries = isExposed.length > 0 ? isExposed : listed.filter(({ id }) => isRoot(graph, id));
  const users = new Map<string, string[]>();
  for (const entry of entries) {
    for (const id of entry.path.slice(1)) users.set(id, [...(users.get(id) ?? []), entry.id]);
  }
  return { entryPoints: entries.map(({ id }) => id).toSorted(), users };
}

function isRoot(graph: DependencyGraph, id: string): boolean {
  const { role }: GraphNode = graph.nodes.getNodeAttributes(id);
  return role === 'workload' && graph.nodes.inDegree(id) === 0;
}

function compareAffected(one: Affected, other: Affected): number {
  return (
    other.probability - one.probability ||
    compareText(one.tier ?? '~', other.tier ?? '~') ||
    effects.indexOf(one.effect) - effects.indexOf(other.effect) ||
    one.distance - other.distance ||
    compareText(one.id, other.id)
  );
}
