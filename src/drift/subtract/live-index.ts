import { arrayAt, type JsonObject, objectAt, stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId, type ResourceId } from '../../resource/resource-id.ts';

/** Live objects by identity and by kind, for the proofs that explanations need. Built once per snapshot, updated by key. */
export class LiveIndex {
  readonly #byId = new Map<string, Resource>();
  readonly #byKind = new Map<string, Map<string, Resource>>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) this.set(resource);
  }

  set(resource: Resource): void {
    const key = formatResourceId(resource.id);
    this.#byId.set(key, resource);
    const kind = `${resource.id.group}/${resource.id.kind}`;
    let members = this.#byKind.get(kind);
    if (members === undefined) {
      members = new Map();
      this.#byKind.set(kind, members);
    }
    members.set(key, resource);
  }

  delete(id: ResourceId): void {
    const key = formatResourceId(id);
    this.#byId.delete(key);
    this.#byKind.get(`${id.group}/${id.kind}`)?.delete(key);
  }

  get(id: ResourceId): Resource | undefined {
    return this.#byId.get(formatResourceId(id));
  }

  ofKind(group: string, kind: string): Iterable<Resource> {
    return this.#byKind.get(`${group}/${kind}`)?.values() ?? [];
  }

  all(): Iterable<Resource> {
    return this.#byId.values();
  }

  /** Labels and annotations of a namespace, empty when it is not among the live objects. */
  namespaceMetadata(namespace: string): JsonObject {
    return objectAt(this.get({ group: '', kind: 'Namespace', namespace: '', name: namespace })?.body, 'metadata') ?? {};
  }
}

/** Whether an object is owned by another one that still exists or must be assumed to exist. */
export function ownerNames(body: JsonObject): readonly string[] {
  return arrayAt(body, 'metadata', 'ownerReferences').map(
    (owner) => `${stringAt(owner, 'kind') ?? '?'} ${stringAt(owner, 'name') ?? '?'}`,
  );
}
