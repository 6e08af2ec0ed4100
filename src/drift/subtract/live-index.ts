import { type JsonObject, objectAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId, type ResourceId } from '../../resource/resource-id.ts';

/** Live objects by identity and by kind, for the proofs that explanations need. Built once per snapshot, updated by key. */
export class LiveIndex {
  readonly #byId = new Map<string, Resource>();
  readonly #byKind = new Map<string, Map<string, Resource>>();
  /** By identity and apiVersion; only of objects that are read at more than one, because Git declares their kind at both. */
  readonly #byVersion = new Map<string, Map<string, Resource>>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) this.set(resource);
  }

  set(resource: Resource): void {
    const key = formatResourceId(resource.id);
    this.#keepVersions(key, resource);
    this.#byId.set(key, resource);
    const kind = `${resource.id.group}/${resource.id.kind}`;
    let members = this.#byKind.get(kind);
    if (members === undefined) {
      members = new Map();
      this.#byKind.set(kind, members);
    }
    members.set(key, resource);
  }

  #keepVersions(key: string, resource: Resource): void {
    const before = this.#byId.get(key);
    if (before === undefined || before.apiVersion === resource.apiVersion) {
      this.#byVersion.get(key)?.set(resource.apiVersion, resource);
      return;
    }
    const versions = this.#byVersion.get(key) ?? new Map([[before.apiVersion, before]]);
    this.#byVersion.set(key, versions.set(resource.apiVersion, resource));
  }

  delete(id: ResourceId): void {
    const key = formatResourceId(id);
    this.#byVersion.delete(key);
    this.#byId.delete(key);
    this.#byKind.get(`${id.group}/${id.kind}`)?.delete(key);
  }

  /** As read at `apiVersion` when it was read at that one, else as last read at any. */
  get(id: ResourceId, apiVersion?: string): Resource | undefined {
    const key = formatResourceId(id);
    const exact = apiVersion === undefined ? undefined : this.#byVersion.get(key)?.get(apiVersion);
    return exact ?? this.#byId.get(key);
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
