import { arrayAt } from './json.ts';
import { formatResourceId, type ResourceId } from './resource-id.ts';
import type { Resource } from './resource.ts';

const groups: ReadonlySet<string> = new Set(['backstage.io', 'scaffolder.backstage.io']);

/** Kinds of the catalogue that relations name, by their lower-case form in references. */
const kinds: ReadonlyMap<string, string> = new Map(
  ['Component', 'Resource', 'API', 'System', 'Domain', 'Group', 'User'].map((kind) => [kind.toLowerCase(), kind]),
);

/** Whether an object is an entity of a Backstage catalogue: written like a manifest, and never meant for a cluster. */
export function isCatalogEntity({ group }: Pick<ResourceId, 'group'>): boolean {
  return groups.has(group);
}

const mostReferences = 500;
const part = /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;

/** The entity that a reference `[kind:][namespace/]name` names, as key of resources; undefined when it is none. */
export function entityKey(reference: unknown, kind: string, namespace: string): string | undefined {
  if (typeof reference !== 'string' || reference.length > 300) return undefined;
  const colon = reference.indexOf(':');
  const named = colon < 0 ? kind : kinds.get(reference.slice(0, colon).toLowerCase());
  const [first = '', second, ...more] = reference.slice(colon + 1).split('/');
  const [space, name] = second === undefined ? [namespace, first] : [first, second];
  if (named === undefined || more.length > 0 || !part.test(space) || !part.test(name)) return undefined;
  return formatResourceId({ group: 'backstage.io', kind: named, namespace: space, name });
}

/** The usual way to write an entity: `component:default/web`. */
export function entityName({ kind, namespace, name }: Omit<ResourceId, 'group'>): string {
  return `${kind.toLowerCase()}:${namespace === '' ? 'default' : namespace}/${name}`;
}

/** What a list of relations of an entity names, each with its key, or without when it is no reference. */
export function relationsOf(
  { id, body }: Resource,
  relation: string,
  kind: string,
): readonly { readonly text: string; readonly key: string | undefined }[] {
  const namespace = id.namespace === '' ? 'default' : id.namespace;
  return arrayAt(body, 'spec', relation)
    .slice(0, mostReferences)
    .map((entry) => ({
      text: typeof entry === 'string' ? entry.slice(0, 300) : '(no text)',
      key: entityKey(entry, kind, namespace),
    }));
}

/** Keys of the APIs that an entity provides. */
export function providedApis(resource: Resource): readonly string[] {
  return relationsOf(resource, 'providesApis', 'API').flatMap(({ key }) => key ?? []);
}
