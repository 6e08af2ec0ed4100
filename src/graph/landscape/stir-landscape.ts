import { isCatalogEntity, providedApis } from '../../resource/catalog-entity.ts';
import { parseResourceId, type ResourceId } from '../../resource/resource-id.ts';
import type { Resource } from '../../resource/resource.ts';
import { hostAliasesOf } from './host-aliases.ts';
import { catalogIdOf, dropResource, keyOf, labelKey, type Landscape, namespaceOf, putResource } from './landscape.ts';
import { roleOfKind } from './node-kinds.ts';
import { isAssumed } from './view.ts';
import { neighbourhood, placeAlone, regroup } from './placement.ts';

/** What a change of resources stirs up. */
export interface Stir {
  /** Keys of the resources that changed themselves. */
  readonly touched: ReadonlySet<string>;
  /** Everything that may have been looked up (`view.ts`) and has another answer now. */
  readonly keys: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

/** Puts new and changed resources in, takes removed ones out, and tells what that stirs up. */
export function stirLandscape(
  landscape: Landscape,
  changed: readonly Resource[],
  removed: readonly ResourceId[],
): Stir {
  const incoming = new Map(changed.map((resource) => [keyOf(landscape, resource.id), resource]));
  const touched = new Set([...incoming.keys(), ...removed.map((id) => keyOf(landscape, id))]);
  const before = lookOver(landscape, touched);
  for (const key of touched) {
    const resource = incoming.get(key);
    if (resource === undefined) dropResource(landscape, key);
    else putResource(landscape, key, resource);
  }
  const after = lookOver(landscape, touched);
  const keys = new Set(touched);
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const [facet, question] of one.facets) if (!other.facets.has(facet)) keys.add(question);
  }
  for (const key of behindServices(landscape, before, after)) keys.add(key);
  const nodes = move(landscape, touched, before.services.union(after.services), keys);
  return { touched, keys, nodes };
}

/** What can be looked up about some resources at a moment. */
interface Overview {
  /**
   * Questions other than "what is at this key", by the part that these resources have in the answer: a part that comes or goes is a
   * reason to ask again.
   */
  readonly facets: ReadonlyMap<string, string>;
  readonly services: ReadonlySet<string>;
  /** What callers see of a workload through its Service: role, protocol and ports, as text to compare. */
  readonly faces: ReadonlyMap<string, string>;
}

function lookOver(landscape: Landscape, touched: ReadonlySet<string>): Overview {
  const facets = new Map<string, string>();
  const services = new Set<string>();
  const faces = new Map<string, string>();
  const add = (question: string, part: string): void => void facets.set(`${question} ${part}`, question);
  for (const key of touched) {
    const namespace = parseResourceId(key)?.namespace ?? '';
    if (landscape.namespaces.has(namespace)) add(`namespace ${namespace}`, '');
    for (const service of neighbourhood(landscape, key)) services.add(service);
    const resource = landscape.resources.get(key);
    if (resource === undefined) continue;
    if (isCatalogEntity(resource.id)) {
      for (const api of providedApis(resource)) add(`provides ${api}`, key);
      continue;
    }
    const id = catalogIdOf(resource);
    if (id !== undefined) add(`catalog ${id}`, key);
    for (const host of hostAliasesOf(resource, namespace)) add(`host ${host}`, key);
    if (landscape.services.has(key)) add(`name ${resource.id.name}`, `${key} ${isAssumed(resource)}`);
    const workload = landscape.workloads.get(key);
    if (workload === undefined) continue;
    add(`workloads ${namespace}`, key);
    for (const label of workload.labels) add(`label ${labelKey(namespace, label)}`, key);
    faces.set(
      key,
      `${workload.guess.role} ${workload.guess.protocol} ${workload.ports.map(({ port }) => port).join()}`,
    );
  }
  return { facets, services, faces };
}

/** Services whose callers see another workload now: it looks different, came or went. */
function behindServices(landscape: Landscape, before: Overview, after: Overview): string[] {
  const changed = [...new Set([...before.faces.keys(), ...after.faces.keys()])].filter(
    (key) => before.faces.get(key) !== after.faces.get(key),
  );
  // Until they are regrouped, Services know their former workloads, and `neighbourhood` adds those to come.
  return changed.flatMap((key) => [...neighbourhood(landscape, key)]);
}

/** Places everything that changed. Adds to `keys` what leads elsewhere now; answers with the nodes concerned. */
function move(
  landscape: Landscape,
  touched: ReadonlySet<string>,
  services: ReadonlySet<string>,
  keys: Set<string>,
): Set<string> {
  const workloads = new Set([...touched].filter((key) => isGrouped(landscape, key)));
  const moved = regroup(landscape, services, workloads);
  for (const key of touched) {
    if (isGrouped(landscape, key) || landscape.services.has(key) || moved.has(key)) continue;
    const resource = landscape.resources.get(key);
    const node = resource === undefined ? undefined : ownNodeId(landscape, resource);
    const old = placeAlone(landscape, key, node);
    if (old !== node) moved.set(key, old);
  }
  const nodes = new Set([...touched].flatMap((key) => landscape.places.get(key) ?? []));
  for (const [key, old] of moved) {
    keys.add(`place ${key}`);
    if (key.startsWith('v1/Service/')) keys.add(key);
    for (const node of [old, landscape.places.get(key)]) if (node !== undefined) nodes.add(node);
  }
  return nodes;
}

/** Whether a resource takes part in the contest for plain names, or did. */
function isGrouped(landscape: Landscape, key: string): boolean {
  return landscape.workloads.has(key) || landscape.wantedBy.has(key) || landscape.operated.has(key);
}

/** `shop/configmap/flags`, `storageclass/fast`; undefined for kinds that are no nodes. */
function ownNodeId(landscape: Landscape, resource: Resource): string | undefined {
  if (roleOfKind(resource.id) === undefined) return undefined;
  const own = `${resource.id.kind.toLowerCase()}/${resource.id.name}`;
  const namespace = namespaceOf(landscape, resource.id);
  return namespace === '' ? own : `${namespace}/${own}`;
}
