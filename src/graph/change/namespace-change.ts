import { type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import { membersOf } from '../landscape/key-index.ts';
import type { Workload } from '../landscape/workload.ts';
import { changedMembers, fieldsOf, type ObjectChange, pathsOf, type Reached } from './object-change.ts';
import { touchesContent } from './config-change.ts';
import { reachedByRelabelling } from './policy-change.ts';

/** Objects that decide for many pods at once whether and how new ones start. Pods that run are left as they are. */

interface Harm {
  readonly breaks: number;
  readonly notices: number;
}

/** A namespace: its end, the labels by which policies select it, and those that admission goes by when a pod is made. */
export function reachedByNamespace(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const { name } = change.id;
  if (change.change === 'added') return [];
  const nodes = nodesIn(graph, name);
  if (change.change === 'removed')
    return nodes.map(
      (id): Reached => ({
        id,
        sees: 'live',
        since: change.at,
        why: `namespace ${name} is gone with all that is in it`,
        breaks: 1,
        notices: 1,
      }),
    );
  const labels = labelsThatDiffer(change);
  const admission = labels.filter((label) => admissionLabels.test(label)).toSorted();
  const why = `pods of namespace ${name} are admitted by other rules (${admission.join(', ')}); those that run stay`;
  return [
    ...(labels.length === 0 ? [] : reachedByRelabelling(change, graph)),
    ...(admission.length === 0 ? [] : nodes.map((id) => atNextStart(id, why, { breaks: 0.2, notices: 0.5 }))),
  ];
}

/** Pod security, and the meshes' injection of sidecars. */
const admissionLabels =
  /^(?:pod-security\.kubernetes\.io\/enforce(?:-version)?|istio-injection|istio\.io\/(?:rev|dataplane-mode)|linkerd\.io\/inject)$/;

function labelsThatDiffer({ before, after }: ObjectChange): string[] {
  const labels = (body: JsonObject | undefined): JsonObject => objectAt(body, 'metadata', 'labels') ?? {};
  const [was, is] = [labels(before?.body), labels(after?.body)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((label) => was[label] !== is[label]);
}

/** A quota or a range of limits is asked when a pod is made; how much of it is used, no manifest tells. */
export function reachedByQuota(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const { kind, name, namespace } = change.id;
  if (change.change === 'changed' && !touchesContent(change)) return [];
  if (change.change === 'removed' && kind === 'ResourceQuota') return [];
  const harm = kind === 'ResourceQuota' ? { breaks: 0.1, notices: 0.4 } : { breaks: 0.05, notices: 0.3 };
  const why =
    kind === 'ResourceQuota'
      ? `${kind} ${name} may refuse new pods; how much of it is used is not known`
      : `${kind} ${name} may refuse new pods, or give them other requests and limits`;
  return nodesIn(graph, namespace).map((id) => atNextStart(id, why, harm));
}

/** Of a class that pods name: when it is gone, no new pod that names it is made. */
export function reachedByPodClass(change: ObjectChange, graph: DependencyGraph): Reached[] {
  const { kind, name } = change.id;
  if (change.change === 'added') return [];
  if (change.change === 'changed' && !touchesContent(change)) return [];
  const field = kind === 'RuntimeClass' ? 'runtimeClassName' : 'priorityClassName';
  const isDefault = isDefaultPriority(change);
  const users = nodesWhere(graph, ({ pod }) => {
    const used = stringAt(pod, field);
    return used === name || (isDefault && used === undefined);
  });
  if (change.change === 'removed')
    return users.map((id) =>
      atNextStart(id, `${kind} ${name} is gone: no new pod is made that names it`, { breaks: 0.9, notices: 0.97 }),
    );
  const harm = kind === 'RuntimeClass' ? { breaks: 0.3, notices: 0.6 } : { breaks: 0.03, notices: 0.2 };
  const why = kind === 'RuntimeClass' ? 'new pods are run by another handler' : 'new pods get another priority';
  return users.map((id) => atNextStart(id, `${why} (${name})`, harm));
}

function isDefaultPriority({ before, after, paths }: ObjectChange): boolean {
  const [was, is] = [before, after].map((side) => valueAt(side?.body, 'globalDefault') === true);
  return was === true || is === true || paths.includes('globalDefault');
}

/** Whoever is served by a class of gateways or Ingresses. */
export function reachedByEntryClass(change: ObjectChange, graph: DependencyGraph, node: string | null): Reached[] {
  const { kind, name } = change.id;
  if (node === null || change.change === 'added') return [];
  const users = graph.nodes.inNeighbors(node).toSorted();
  const tell = (why: string, { breaks, notices }: Harm): Reached[] =>
    users.map((id): Reached => ({ id, sees: 'live', since: change.at, why, breaks, notices }));
  if (change.change === 'removed')
    return tell(`${kind} ${name} is gone: its controller may give up what it serves`, { breaks: 0.5, notices: 0.9 });
  if (!touchesContent(change)) return [];
  const fields = new Set(pathsOf(change).map((path) => fieldsOf(path).slice(0, 2).join('.')));
  const isOther = fields.has('spec.controller') || fields.has('spec.controllerName');
  if (isOther) return tell(`${kind} ${name} belongs to another controller`, { breaks: 0.6, notices: 0.9 });
  return tell(`parameters of ${kind} ${name} changed`, { breaks: 0.2, notices: 0.5 });
}

function nodesIn(graph: DependencyGraph, namespace: string): string[] {
  const { landscape } = graph;
  const keys = [...membersOf(landscape.namespaces, namespace)].filter((key) => landscape.workloads.has(key));
  return placesOf(graph, keys);
}

function nodesWhere(graph: DependencyGraph, isUser: (workload: Workload) => boolean): string[] {
  const users = [...graph.landscape.workloads].filter(([, workload]) => isUser(workload));
  return placesOf(
    graph,
    users.map(([key]) => key),
  );
}

function placesOf({ landscape, nodes }: DependencyGraph, keys: readonly string[]): string[] {
  const places = keys.flatMap((key) => landscape.places.get(key) ?? []).filter((id) => nodes.hasNode(id));
  return [...new Set(places)].toSorted();
}

function atNextStart(id: string, why: string, { breaks, notices }: Harm): Reached {
  return { id, sees: 'next-start', since: null, why, breaks, notices };
}

/** What no manifest tells of a changed webhook: its program decides. */
export function unknownOfWebhook(change: ObjectChange): string[] {
  if (change.change === 'changed' && changedMembers(change, 'webhooks').length === 0 && !touchesContent(change))
    return [];
  return [
    `which writes ${change.id.name} refuses or changes is decided by its program; what is there already stays, what is written next is asked`,
  ];
}
