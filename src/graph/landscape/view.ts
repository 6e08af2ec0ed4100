import { stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { membersOf } from './key-index.ts';
import { keyFor, labelKey, type Landscape, workloadsWith } from './landscape.ts';
import type { Service } from './service.ts';

/**
 * A landscape as one piece of evidence sees it. Every question is written down in `asked`, also when the answer is "no such thing":
 * when one of these keys changes, the evidence is read again, and nothing else is.
 */
export interface View {
  readonly landscape: Landscape;
  readonly asked: Set<string>;
  /** The manifest of the asking resource names no namespace, so the default one is an assumption. */
  readonly assumed: boolean;
}

export function resourceAt(view: View, key: string): Resource | undefined {
  view.asked.add(key);
  return view.landscape.resources.get(key);
}

/** A Service and all that a caller sees of it: its ports, the node it leads to, what stands behind. */
export function serviceAt(view: View, namespace: string, name: string): Service | undefined {
  const key = keyFor('', 'Service', namespace, name);
  view.asked.add(key);
  return view.landscape.services.get(key);
}

/** Node of a Service that was looked up before. */
export function placeOfService(
  view: View,
  { namespace, name }: Pick<Service, 'namespace' | 'name'>,
): string | undefined {
  return view.landscape.places.get(keyFor('', 'Service', namespace, name));
}

/** Node of a resource, or undefined when it has none. Its content is not asked for. */
export function placeOf(view: View, key: string): string | undefined {
  view.asked.add(`place ${key}`);
  return view.landscape.places.get(key);
}

/**
 * The one Service of a name anywhere, when its namespace or that of the asking resource is only assumed: rendered charts leave the
 * namespace out of some documents and write it into others. Undefined when several fit.
 */
export function assumedTwin(view: View, name: string): Service | undefined {
  view.asked.add(`name ${name}`);
  const services = [...membersOf(view.landscape.serviceNames, name)].flatMap(
    (key) => view.landscape.services.get(key) ?? [],
  );
  const near = services.filter(({ resource }) => view.assumed || isAssumed(resource));
  return near.length === 1 ? near[0] : undefined;
}

/** Whether a manifest leaves the namespace to whoever applies it. */
export function isAssumed(resource: Resource): boolean {
  return stringAt(resource.body, 'metadata', 'namespace') === undefined;
}

/** Keys of the workloads that a selector finds in a namespace. */
export function selected(view: View, namespace: string, selector: ReadonlyMap<string, string>): string[] {
  for (const label of selector) view.asked.add(`label ${labelKey(namespace, label)}`);
  return workloadsWith(view.landscape, namespace, selector);
}

/** Keys of every workload of a namespace. */
export function workloadsIn(view: View, namespace: string): string[] {
  view.asked.add(`workloads ${namespace}`);
  return [...membersOf(view.landscape.namespaces, namespace)]
    .filter((key) => view.landscape.workloads.has(key))
    .toSorted();
}

/** Keys of the one Service of a name anywhere, and of what carries a label of the catalogue. */
export function onlyService(view: View, name: string): string | undefined {
  view.asked.add(`name ${name}`);
  const [one, another] = [...membersOf(view.landscape.serviceNames, name)];
  return another === undefined ? one : undefined;
}

export function withCatalogId(view: View, id: string): readonly string[] {
  view.asked.add(`catalog ${id}`);
  return [...membersOf(view.landscape.catalogIds, id)].toSorted();
}

/** Entities that provide an API of the catalogue. */
export function providersOf(view: View, api: string): readonly string[] {
  view.asked.add(`provides ${api}`);
  return [...membersOf(view.landscape.providers, api)].toSorted();
}

/** Resources that answer to a host name which is no Service's. */
export function aliasesOf(view: View, host: string): readonly string[] {
  view.asked.add(`host ${host}`);
  return [...membersOf(view.landscape.hosts, host)].toSorted();
}

/** Whether the manifests hold anything in a namespace. */
export function knowsNamespace(view: View, namespace: string): boolean {
  view.asked.add(`namespace ${namespace}`);
  return view.landscape.namespaces.has(namespace);
}
