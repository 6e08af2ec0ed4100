import { describeResourceId, type ResourceId } from '../resource/resource-id.ts';
import type { Ownership } from '../resource/snapshot.ts';

export interface OwningSource {
  readonly source: string;
  readonly owns?: Ownership;
}

/** Where Git has a say: the namespaces and kinds in which it declares something, and those that belong to one source. */
export class OwnedGround {
  readonly #byNamespace = new Map<string, string>();
  readonly #byKind = new Map<string, string>();
  readonly #namespaces = new Set<string>();
  readonly #kinds = new Set<string>();

  /** The first of several owners of the same thing keeps it; the configuration refuses that anyway. */
  constructor(sources: readonly OwningSource[]) {
    for (const { source, owns } of sources) {
      for (const namespace of owns?.namespaces ?? [])
        if (!this.#byNamespace.has(namespace)) this.#byNamespace.set(namespace, source);
      for (const kind of owns?.kinds ?? []) if (!this.#byKind.has(kind)) this.#byKind.set(kind, source);
    }
  }

  /** Takes note that Git declares this. */
  declare({ group, kind, namespace }: ResourceId): void {
    if (namespace === '') return;
    this.#namespaces.add(namespace);
    this.#kinds.add(`${group}/${kind}`);
  }

  /** Whether anything at this place that Git does not declare is too many. Cluster-wide only what belongs to a source. */
  covers(id: ResourceId): boolean {
    if (this.#namespaces.has(id.namespace) && this.#kinds.has(`${id.group}/${id.kind}`)) return true;
    return this.#byNamespace.has(id.namespace) || this.#kindOwner(id) !== undefined;
  }

  /** Why a source must not declare an object, or null: its place belongs to another source. */
  objection(source: string, id: ResourceId): string | null {
    const ofNamespace = this.#byNamespace.get(id.namespace);
    if (ofNamespace !== undefined && ofNamespace !== source) {
      return `${source} declares ${describeResourceId(id)}, and namespace ${id.namespace} belongs to ${ofNamespace}`;
    }
    const ofKind = this.#kindOwner(id);
    if (ofKind !== undefined && ofKind !== source)
      return `${source} declares ${describeResourceId(id)}, and ${id.kind} belongs to ${ofKind}`;
    return null;
  }

  #kindOwner({ group, kind }: ResourceId): string | undefined {
    return this.#byKind.get(kind) ?? this.#byKind.get(`${kind}.${group}`);
  }
}
