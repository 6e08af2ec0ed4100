import { arrayAt, isJsonObject, type JsonValue, stringAt, valueAt } from '../resource/json.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { membersOf } from './landscape/key-index.ts';
import type { Border } from './structure.ts';

/** A workload whose pods may run in these zones only. */
export interface PinnedNode {
  readonly id: string;
  readonly zones: readonly string[];
}

/** What manifests say of zones: who is bound to some, and how many edges lead from those bound to some to those bound to others. */
export interface ZoneStructure {
  readonly pinned: readonly PinnedNode[];
  readonly borders: readonly Border[];
}

const zoneLabels: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/zone',
]);

/** Walks every edge once. Where pods may run anywhere, only the live nodes know the zone, and nothing is said. */
export function zonesOf(graph: DependencyGraph): ZoneStructure {
  const pinned = new Map<string, readonly string[]>();
  for (const id of graph.nodes.nodes()) {
    const zones = new Set<string>();
    for (const key of membersOf(graph.landscape.residents, id)) {
      const pod = graph.landscape.workloads.get(key)?.pod;
      for (const zone of pod === undefined ? [] : zonesOfPod(pod)) zones.add(zone);
    }
    if (zones.size > 0) pinned.set(id, [...zones].toSorted());
  }
  return {
    pinned: [...pinned].map(([id, zones]) => ({ id, zones })).toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    borders: bordersOf(graph, pinned),
  };
}

/** Zones that a pod's node selector or its required affinity name; none when it may run anywhere. */
function zonesOfPod(pod: JsonValue): readonly string[] {
  const selector = valueAt(pod, 'nodeSelector');
  const selected = isJsonObject(selector)
    ? Object.entries(selector).flatMap(([label, zone]) =>
        zoneLabels.has(label) && typeof zone === 'string' ? zone : [],
      )
    : [];
  if (selected.length > 0) return selected;
  const required = valueAt(pod, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = arrayAt(required, 'nodeSelectorTerms').map(zonesOfTerm);
  // Terms are alternatives: one that names no zone allows them all.
  return terms.length === 0 || terms.some((zones) => zones.length === 0) ? [] : terms.flat();
}

function zonesOfTerm(term: JsonValue): readonly string[] {
  return arrayAt(term, 'matchExpressions')
    .filter((each) => zoneLabels.has(stringAt(each, 'key') ?? '') && stringAt(each, 'operator') === 'In')
    .flatMap((each) => arrayAt(each, 'values').filter((value) => typeof value === 'string'));
}

function bordersOf({ nodes }: DependencyGraph, pinned: ReadonlyMap<string, readonly string[]>): readonly Border[] {
  const counts = new Map<string, { from: string; to: string; edges: number }>();
  if (pinned.size < 2) return [];
  nodes.forEachEdge((_key, { from, to, layer }) => {
    const [here, there] = [pinned.get(from), pinned.get(to)];
    if (layer === 'config' || layer === 'operations' || here === undefined || there === undefined) return;
    if (here.some((zone) => there.includes(zone))) return;
    const border = { from: here.join(', '), to: there.join(', '), edges: 0 };
    const key = `${border.from} ${border.to}`;
    const entry = counts.get(key) ?? border;
    entry.edges++;
    counts.set(key, entry);
  });
  return [...counts.values()].toSorted((one, other) => other.edges - one.edges || (one.from < other.from ? -1 : 1));
}
