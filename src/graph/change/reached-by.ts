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
import {
  reachedByEntryClass,
  reachedByNamespace,
  reachedByPodClass,
  reachedByQuota,
  unknownOfWebhook,
} from './namespace-change.ts';
import type { ObjectChange, Reached } from './object-change.ts';
import { reachedByPolicy } from './policy-change.ts';
import { reachedByRoute } from './route-change.ts';
import { reachedByService } from './service-change.ts';
import { reachedByWorkload } from './workload-change.ts';

type Reader = (change: ObjectChange, graph: DependencyGraph, node: string | null) => Reached[];

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
  'v1/Namespace': reachedByNamespace,
  'v1/ResourceQuota': reachedByQuota,
  'v1/LimitRange': reachedByQuota,
  'scheduling.k8s.io/PriorityClass': reachedByPodClass,
  'node.k8s.io/RuntimeClass': reachedByPodClass,
  'networking.k8s.io/IngressClass': reachedByEntryClass,
  'gateway.networking.k8s.io/GatewayClass': reachedByEntryClass,
};

/** Routes that are compared by the hosts and paths that they answer for. */
const routes: ReadonlySet<string> = new Set([
  'networking.k8s.io/Ingress',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  'networking.istio.io/VirtualService',
]);

/** Answer of `reachedBy`. `node` is that of the changed object; null: it has none, and who depends on it is not known. */
export interface FirstHand {
  readonly node: string | null;
  readonly reached: readonly Reached[];
  /** False: nothing is known of what this kind does to others, so an empty list says nothing. */
  readonly isUnderstood: boolean;
  /** Sentences on what no manifest tells of this change. */
  readonly unknown: readonly string[];
}

/** Who is reached by a change at first hand, and when they see it. */
export function reachedBy(change: ObjectChange, graph: DependencyGraph): FirstHand {
  const key = keyOf(graph.landscape, change.id);
  const place = graph.landscape.places.get(key);
  const node = place !== undefined && graph.nodes.hasNode(place) ? place : null;
  const kind = `${change.id.group === '' ? 'v1' : change.id.group}/${change.id.kind}`;
  const answer = (reached: readonly Reached[], isUnderstood = true, unknown: readonly string[] = []): FirstHand => ({
    node,
    reached: oncePerNode(reached),
    isUnderstood,
    unknown,
  });
  const reader = readers[kind];
  if (reader !== undefined) return answer(reader(change, graph, node));
  if (webhooks.has(kind)) return answer([], true, unknownOfWebhook(change));
  if (node === null) return answer([], false);
  if (graph.landscape.workloads.has(key)) return answer(reachedByWorkload(change, graph, node));
  if (kind === 'v1/Service') return answer(reachedByService(change, graph, node));
  const route = routes.has(kind) ? reachedByRoute(change, node) : null;
  if (route !== null) return answer([route]);
  return answer(ofOther(change, node), graph.nodes.getNodeAttributes(node).role === 'gateway');
}

const webhooks: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
]);

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
