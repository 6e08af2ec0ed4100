/** Identity of one Kubernetes object. `namespace` is empty for objects of cluster scope; the version is no part of it. */
export interface ResourceId {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Text form, unique per object: `apps/Deployment/shop/web`, `v1/Service/shop/web`, `v1/Namespace//shop`. The core group prints as `v1`. */
export function formatResourceId(id: ResourceId): string {
  return `${id.group === '' ? 'v1' : id.group}/${id.kind}/${id.namespace}/${id.name}`;
}

/** Inverse of formatResourceId; undefined when the text has another form. */
export function parseResourceId(text: string): ResourceId | undefined {
  const parts = text.split('/');
  const [group, kind, namespace, name] = parts;
  if (parts.length !== 4 || group === undefined || !kind || namespace === undefined || !name) return undefined;
  return { group: group === 'v1' ? '' : group, kind, namespace, name };
}

/** Short form for people: `Deployment shop/web`, `Namespace shop`. */
export function describeResourceId(id: ResourceId): string {
  return id.namespace === '' ? `${id.kind} ${id.name}` : `${id.kind} ${id.namespace}/${id.name}`;
}

/** The group of an apiVersion: `apps` of `apps/v1`, empty of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
