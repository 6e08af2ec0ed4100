import { blastRadius } from '../../graph/blast-radius.ts';
import type { BlastRadius } from '../../graph/blast-radius.ts';
import { buildGraph, resourceKey, updateGraph } from '../../graph/build-graph.ts';
import type { DependencyGraph } from '../../graph/dependency-graph.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId } from '../../resource/resource-id.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { GraphLookup, Importance } from '../../severity/judgement.ts';

export interface GraphKeeperOptions {
  readonly clock: () => Date;
  /** The line that declares a path of a resource, or null. */
  readonly lineOf: (resource: Resource, path: string) => number | null;
}

/** The graph of what is live, at the places where Git declares it; what is declared and missing stays in it. Follows both sides. */
export class GraphKeeper implements GraphLookup {
  readonly #options: GraphKeeperOptions;
  #declared = new Map<string, Resource>();
  #graph: DependencyGraph | null = null;

  constructor(options: GraphKeeperOptions) {
    this.#options = options;
  }

  /** Null before the first round. */
  get graph(): DependencyGraph | null {
    return this.#graph;
  }

  rebuild(desired: readonly Resource[], live: readonly Resource[]): void {
    this.#declared = new Map(desired.map((resource) => [formatResourceId(resource.id), resource]));
    const merged = new Map(this.#declared);
    for (const resource of live) merged.set(formatResourceId(resource.id), this.#placed(resource));
    const { clock, lineOf } = this.#options;
    this.#graph = buildGraph([...merged.values()], { builtAt: clock().toISOString(), lineOf });
  }

  updateLive(changed: readonly Resource[], deleted: readonly ResourceId[]): void {
    if (this.#graph === null || changed.length + deleted.length === 0) return;
    const stillDeclared = deleted.flatMap((id) => this.#declared.get(formatResourceId(id)) ?? []);
    updateGraph(this.#graph, {
      changed: [...changed.map((resource) => this.#placed(resource)), ...stillDeclared],
      removed: deleted.filter((id) => !this.#declared.has(formatResourceId(id))),
      builtAt: this.#options.clock().toISOString(),
    });
  }

  impactOf(id: ResourceId): BlastRadius | null {
    const node = this.#nodeOf(id);
    if (this.#graph === null || node === undefined) return null;
    return blastRadius(this.#graph, node, { now: this.#options.clock().toISOString() });
  }

  importanceOf(id: ResourceId): Importance | null {
    const node = this.#nodeOf(id);
    if (this.#graph === null || node === undefined) return null;
    const { tier, owner } = this.#graph.nodes.getNodeAttributes(node);
    return { tier, owner };
  }

  #nodeOf(id: ResourceId): string | undefined {
    const node = this.#graph?.landscape.places.get(resourceKey(this.#graph, id));
    return node !== undefined && this.#graph?.nodes.hasNode(node) ? node : undefined;
  }

  #placed(live: Resource): Resource {
    const declared = this.#declared.get(formatResourceId(live.id));
    return declared === undefined ? live : { ...live, origin: declared.origin };
  }
}
