import type { KindRef } from '../../collectors/live-source.ts';
import { groupOf, type ResourceId } from '../../resource/resource-id.ts';

/** One kind at one version as the server serves it. `path` is the collection over all namespaces. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly path: string;
}

/** Map key of a kind at a version. */
export function kindKey(ref: KindRef): string {
  return `${ref.apiVersion} ${ref.kind}`;
}

/** `/api/v1` or `/apis/apps/v1`. */
export function groupVersionPath(apiVersion: string): string {
  return groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

/** `deployments.apps`, `pods`: the name people use with kubectl. */
export function describeKind(served: ServedKind): string {
  return served.group === '' ? served.plural : `${served.plural}.${served.group}`;
}

/** Path of the objects of a namespace, or of the cluster when the kind has none. */
export function collectionPath(served: ServedKind, namespace: string): string {
  const base = groupVersionPath(served.apiVersion);
  const scope = served.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${scope}/${served.plural}`;
}

/** Path of one object. */
export function objectPath(served: ServedKind, namespace: string, name: string): string {
  return `${collectionPath(served, namespace)}/${encodeURIComponent(name)}`;
}

/** Whether both are read at the same address and in the same way. */
export function isSameCollection(a: ServedKind, b: ServedKind): boolean {
  return a.path === b.path && a.namespaced === b.namespaced && a.verbs.includes('watch') === b.verbs.includes('watch');
}

/** Stands for every object of a kind, read or not: an id without a name. */
export function wholeKind(ref: KindRef): ResourceId {
  return { group: groupOf(ref.apiVersion), kind: ref.kind, namespace: '', name: '' };
}
