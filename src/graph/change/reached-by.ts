import type { DependencyGraph } from '../dependency-graph.ts';
import { keyOf } from '../landscape/landscape.ts';
import {
  reachedByAccount,
  reachedByClaim,
  reachedByDefinition,
  reachedByRedundancy,
  reachedByRights,
  reachedByStorageClass,
} from './cluster-change.ts';
import { reachedByConfig, touchesContent } from './config-change.ts';
import type { ObjectChange, Reached } from './object-change.ts';
import { reachedByPolicy } from './policy-change.ts';
import { reachedByService } from './service-change.ts';
import { reachedByWorkload } from './workload-change.ts';

type Reader = (change: ObjectChange, graph: DependencyGraph) => Reached[];

/** What each kind of object does to those at first hand. A workload, a Service and anything else that is a node follows below. */
const readers: Readonly<Record<string, Reader>> = {
  'v1/ConfigMap': reachedByConfig,
  'v1/Secret': reachedByConfig,
  'v1/ServiceAccount': reachedByAccount,
  'v1/PersistentVolumeClaim': reachedByClaim,
  'networking.k8s.io/NetworkPolicy': reachedByPolicy,
  'rbac.authorization.k8s.io/Role': reachedByRights,
  'rbac.authorization.k8s.io/ClusterRole': reachedByRights,
  'rbac.authorization.k8s.io/RoleBinding': reachedByRights,
  'rbac.authorization.k8s.io/ClusterRoleBinding': reachedByRights,
  'storage.k8s.io/StorageClass': reachedByStorageClass,
  'autoscaling/HorizontalPodAutoscaler': reachedByRedundancy,
  'policy/PodDisruptionBudget': reachedByRedundancy,
  'apiextensions.k8s.io/CustomResourceDefinition': reachedByDefinition,
};

/** Answer of `reachedBy`. `node` is that of the changed object; null: it has none, and who depends on it is not known. */
export interface FirstHand {
  readonly node: string | null;
  readonly reached: readonly Reached[];
  /** False: nothing is known of what this kind does to others, so an empty list says nothing. */
  readonly isUnderstood: boolean;
}

/** Who is reached by a change at first hand, and when they see it. */
export function reachedBy(change: ObjectChange, graph: DependencyGraph): FirstHand {
  const key = keyOf(graph.landscape, change.id);
  const place = graph.landscape.places.get(key);
  const node = place !== undefined && graph.nodes.hasNode(place) ? place : null;
  const reader = readers[`${change.id.group === '' ? 'v1' : change.id.group}/${change.id.kind}`];
  if (reader !== undefined) return { node, reached: oncePerNode(reader(change, graph)), isUnderstood: true };
  if (node === null) return { node, reached: [], isUnderstood: false };
  if (graph.landscape.workloads.has(key))
    return { node, reached: reachedByWorkload(change, graph, node), isUnderstood: true };
  if (change.id.kind === 'Service' && change.id.group === '')
    return { node, reached: oncePerNode(reachedByService(change, graph, node)), isUnderstood: true };
  return { node, reached: ofOther(change, node), isUnderstood: graph.nodes.getNodeAttributes(node).role === 'gateway' };
}

/** A gateway, a route, an object of an operator: who depends on its node is reached when its content changes. */
function ofOther(change: ObjectChange, id: string): Reached[] {
  if (change.change === 'added') return [];
  if (change.change === 'removed')
    return [{ id, sees: 'live', since: change.at, why: 'it is gone', breaks: 1, notices: 1 }];
  if (!touchesContent(change))
    return [{ id, sees: 'never', since: null, why: 'only labels or notes changed', breaks: 0, notices: 0 }];
  return [{ id, sees: 'live', since: change.at, why: 'its content changed', breaks: 0.3, notices: 0.6 }];
}

/** One who is reached in several ways is reached in the worst of them. */
function oncePerNode(reached: readonly Reached[]): Reached[] {
  const worst = new Map<string, Reached>();
  for (const each of reached) {
    const known = worst.get(each.id);
    if (
      known === undefined ||
      each.breaks > known.breaks ||
      (each.breaks === known.breaks && each.notices > known.notices)
    )
      worst.set(each.id, each);
  }
  return [...worst.values()];
}
