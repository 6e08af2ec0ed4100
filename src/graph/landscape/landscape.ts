import { isCatalogEntity, providedApis } from '../../resource/catalog-entity.ts';
import { formatResourceId, type ResourceId } from '../../resource/resource-id.ts';
import { stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { hostAliasesOf } from './host-aliases.ts';
import type { ImageBoard } from './image-board.ts';
import { addTo, countOf, type KeyIndex, membersOf, removeFrom } from './key-index.ts';
import { operatorKindOf } from './node-kinds.ts';
import { readService, type Service } from './service.ts';
import { readWorkload, type Workload } from './workload.ts';

/**
 * Every resource with the indexes that make a lookup cheap. Keys are the text form of an identity (`apps/Deployment/shop/web`) with
 * the default namespace filled in. Written only by `putResource`, `dropResource` and `placement.ts`.
 */
export interface Landscape {
  readonly defaultNamespace: string;
  readonly resources: Map<string, Resource>;
  readonly workloads: Map<string, Workload>;
  readonly services: Map<string, Service>;
  /** Null when images are not read. */
  readonly images: ImageBoard | null;
  /** Objects that an operator turns into a store or broker. */
  readonly operated: Set<string>;
  /** `shop|app=web` to the workloads whose pods carry the label, and to the Services whose selector has it first. */
  readonly labels: KeyIndex;
  readonly selectors: KeyIndex;
  /** Host names that a resource answers to besides Kubernetes' own: Ingress hosts, ServiceEntry hosts. */
  readonly hosts: KeyIndex;
  readonly namespaces: KeyIndex;
  readonly serviceNames: KeyIndex;
  /** APIs of the catalogue (by key) to the entities that provide them, and values of the label by which it finds resources. */
  readonly providers: KeyIndex;
  readonly catalogIds: KeyIndex;
  /** Workloads a Service selects, and the Services that select a workload. */
  readonly members: Map<string, ReadonlySet<string>>;
  readonly selectedBy: KeyIndex;
  /** Node of a resource, resources of a node, and who wants a node's plain name (`placement.ts`). */
  readonly places: Map<string, string>;
  readonly residents: KeyIndex;
  readonly namesWanted: KeyIndex;
  readonly wantedBy: Map<string, string>;
}

export function createLandscape(defaultNamespace: string, images: ImageBoard | null = null): Landscape {
  return {
    defaultNamespace,
    resources: new Map(),
    workloads: new Map(),
    services: new Map(),
    images,
    operated: new Set(),
    labels: new Map(),
    selectors: new Map(),
    hosts: new Map(),
    namespaces: new Map(),
    serviceNames: new Map(),
    providers: new Map(),
    catalogIds: new Map(),
    members: new Map(),
    selectedBy: new Map(),
    places: new Map(),
    residents: new Map(),
    namesWanted: new Map(),
    wantedBy: new Map(),
  };
}

const clusterKinds: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'NodePool',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'APIService',
  'CSIDriver',
  'ClusterIssuer',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
]);

/** Namespace of a resource, the default filled in where a manifest names none; empty for kinds of cluster scope. */
export function namespaceOf(landscape: Landscape, id: ResourceId): string {
  if (id.namespace !== '') return id.namespace;
  if (isCatalogEntity(id)) return 'default';
  return clusterKinds.has(id.kind) ? '' : landscape.defaultNamespace;
}

export function keyOf(landscape: Landscape, id: ResourceId): string {
  return formatResourceId({ ...id, namespace: namespaceOf(landscape, id) });
}

/** Key of an object by its parts; `group` is empty for the core group. */
export function keyFor(group: string, kind: string, namespace: string, name: string): string {
  return formatResourceId({ group, kind, namespace, name });
}

export function labelKey(namespace: string, [key, value]: readonly [string, string]): string {
  return `${namespace}|${key}=${value}`;
}

/** Adds or replaces a resource. What depends on its place is not yet known: `placement.ts` follows. */
export function putResource(landscape: Landscape, key: string, resource: Resource): void {
  if (landscape.resources.has(key)) dropResource(landscape, key);
  const namespace = namespaceOf(landscape, resource.id);
  landscape.resources.set(key, resource);
  if (isCatalogEntity(resource.id)) {
    for (const api of providedApis(resource)) addTo(landscape.providers, api, key);
    return;
  }
  const id = catalogIdOf(resource);
  if (id !== undefined) addTo(landscape.catalogIds, id, key);
  addTo(landscape.namespaces, namespace, key);
  for (const host of hostAliasesOf(resource, namespace)) addTo(landscape.hosts, host, key);
  if (operatorKindOf(resource.id) !== undefined) landscape.operated.add(key);
  const workload = readWorkload(resource, namespace, landscape.images);
  if (workload !== undefined) {
    landscape.workloads.set(key, workload);
    noteUse(landscape, workload, key, addTo);
    for (const label of workload.labels) addTo(landscape.labels, labelKey(namespace, label), key);
  }
  const service = readService(resource, namespace);
  if (service !== undefined) {
    landscape.services.set(key, service);
    addTo(landscape.serviceNames, service.name, key);
    const first = service.selector.entries().next().value;
    if (first !== undefined) addTo(landscape.selectors, labelKey(namespace, first), key);
  }
}

/** Takes a resource out of every index that `putResource` wrote. */
export function dropResource(landscape: Landscape, key: string): void {
  const resource = landscape.resources.get(key);
  if (resource === undefined) return;
  const namespace = namespaceOf(landscape, resource.id);
  landscape.resources.delete(key);
  if (isCatalogEntity(resource.id)) {
    for (const api of providedApis(resource)) removeFrom(landscape.providers, api, key);
    return;
  }
  const id = catalogIdOf(resource);
  if (id !== undefined) removeFrom(landscape.catalogIds, id, key);
  landscape.operated.delete(key);
  removeFrom(landscape.namespaces, namespace, key);
  for (const host of hostAliasesOf(resource, namespace)) removeFrom(landscape.hosts, host, key);
  const workload = landscape.workloads.get(key);
  for (const label of workload?.labels ?? []) removeFrom(landscape.labels, labelKey(namespace, label), key);
  if (workload !== undefined) noteUse(landscape, workload, key, removeFrom);
  landscape.workloads.delete(key);
  if (landscape.services.has(key)) removeFrom(landscape.serviceNames, resource.id.name, key);
  const first = landscape.services.get(key)?.selector.entries().next().value;
  if (first !== undefined) removeFrom(landscape.selectors, labelKey(namespace, first), key);
  landscape.services.delete(key);
}

/** The label by which Backstage finds what runs of a component, on the object or on its pods. */
export function catalogIdOf({ body }: Resource): string | undefined {
  const label = 'backstage.io/kubernetes-id';
  return stringAt(body, 'metadata', 'labels', label) ?? stringAt(body, 'spec', 'template', 'metadata', 'labels', label);
}

function noteUse({ images }: Landscape, { containers }: Workload, key: string, note: typeof addTo): void {
  if (images === null) return;
  for (const { reference } of containers) if (reference !== '') note(images.users, reference, key);
}

/** Workloads of a namespace whose pods carry every label of the selector; none for an empty selector. */
export function workloadsWith(
  landscape: Landscape,
  namespace: string,
  selector: ReadonlyMap<string, string>,
): string[] {
  let rarest: string | undefined;
  for (const pair of selector) {
    const key = labelKey(namespace, pair);
    if (rarest === undefined || countOf(landscape.labels, key) < countOf(landscape.labels, rarest)) rarest = key;
  }
  if (rarest === undefined) return [];
  return [...membersOf(landscape.labels, rarest)].filter((key) => {
    const labels = landscape.workloads.get(key)?.labels;
    return [...selector].every(([name, value]) => labels?.get(name) === value);
  });
}
