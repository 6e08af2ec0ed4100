import { buildGraph, resourceKey, updateGraph } from '../../graph/build-graph.ts';
import { changeRadius, type ChangeRadius, isKnown } from '../../graph/change/change-radius.ts';
import type { ObjectChange } from '../../graph/change/object-change.ts';
import type { DependencyGraph } from '../../graph/dependency-graph.ts';
import type { ImageState } from '../../resource/image/image-config.ts';
import { objectAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId } from '../../resource/resource-id.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { DriftedFields, GraphLookup, Importance } from '../../severity/judgement.ts';

export interface GraphKeeperOptions {
  readonly clock: () => Date;
  /** What is known of images, which somebody else reads (`image-watch.ts`); null or absent: they are not read. */
  readonly images?: Map<string, ImageState> | null;
  /** The line that declares a path of a resource, or null. */
  readonly lineOf: (resource: Resource, path: string) => number | null;
}

/** Resources that the graph takes in at one go: about 10 ms of work. */
const portion = 100;

const asked: readonly string[] = ['CustomResourceDefinition', 'Namespace', 'Service', 'ConfigMap'];

/** The graph of what is live, at the places where Git declares it; what is declared and missing stays in it. Follows both sides. */
export class GraphKeeper implements GraphLookup {
  readonly #options: GraphKeeperOptions;
  #declared = new Map<string, Resource>();
  /** What the graph was made from. */
  #held = new Map<string, Resource>();
  #graph: DependencyGraph | null = null;
  #unread: readonly string[] = [];

  constructor(options: GraphKeeperOptions) {
    this.#options = options;
  }

  /** Null before the first round. */
  get graph(): DependencyGraph | null {
    return this.#graph;
  }

  /**
   * Takes both sides whole; what is in the graph already and did not change costs a comparison and nothing more. Much that changed is
   * taken in portions, between which others get their turn.
   */
  async sync(desired: readonly Resource[], live: readonly Resource[], signal: AbortSignal): Promise<void> {
    this.#declared = new Map(desired.map((resource) => [formatResourceId(resource.id), resource]));
    await new Promise(setImmediate);
    const now = new Map(this.#declared);
    for (const resource of live) now.set(formatResourceId(resource.id), this.#placed(resource));
    const before = this.#held;
    this.#held = now;
    const { clock, lineOf, images = null } = this.#options;
    await new Promise(setImmediate);
    const graph = this.#graph ?? buildGraph([], { builtAt: clock().toISOString(), lineOf, images });
    const changed = inReadingOrder(
      [...now].filter(([key, resource]) => !isSame(before.get(key), resource)).map(([, one]) => one),
    );
    const removed = [...before].filter(([key]) => !now.has(key)).map(([, resource]) => resource.id);
    for (let at = 0; at < changed.length; at += portion) {
      await new Promise(setImmediate);
      signal.throwIfAborted();
      updateGraph(graph, { changed: changed.slice(at, at + portion), removed: [], builtAt: clock().toISOString() });
    }
    if (removed.length > 0) updateGraph(graph, { changed: [], removed, builtAt: clock().toISOString() });
    graph.unread = this.#unread;
    // Half of it would be taken for all of it.
    this.#graph = graph;
  }

  /** Takes single live objects. One that is gone but declared stays, as Git declares it. */
  updateLive(changed: readonly Resource[], deleted: readonly ResourceId[]): void {
    const declared = deleted.flatMap((id) => this.#declared.get(formatResourceId(id)) ?? []);
    const removed = deleted.filter((id) => !this.#declared.has(formatResourceId(id)));
    const placed = [...changed.map((resource) => this.#placed(resource)), ...declared];
    for (const resource of placed) this.#held.set(formatResourceId(resource.id), resource);
    for (const id of removed) this.#held.delete(formatResourceId(id));
    this.#apply(placed, removed);
  }

  #apply(changed: readonly Resource[], removed: readonly ResourceId[]): void {
    if (this.#graph === null || changed.length + removed.length === 0) return;
    updateGraph(this.#graph, { changed, removed, builtAt: this.#options.clock().toISOString() });
  }

  /** What could not be read, in sentences: the graph says so with every answer. */
  leaveOut(unread: readonly string[]): void {
    this.#unread = unread;
    if (this.#graph !== null) this.#graph.unread = unread;
  }

  /** After a failure: the next `sync` builds anew. */
  forget(): void {
    this.#graph = null;
    this.#held = new Map();
  }

  impactOf(id: ResourceId, drifted: DriftedFields): ChangeRadius | null {
    if (this.#graph === null) return null;
    const now = this.#options.clock().toISOString();
    const radius = changeRadius(this.#graph, [this.changeOf(id, drifted)], { of: formatResourceId(id), now });
    return isKnown(radius) ? radius : null;
  }

  /** A drift as a change of what Git declares; `at` is RFC 3339, its onset. */
  changeOf(id: ResourceId, { change, paths }: DriftedFields, at: string | null = null): ObjectChange {
    const key = formatResourceId(id);
    const before = this.#declared.get(key) ?? null;
    const after = change === 'removed' ? null : (this.#held.get(key) ?? null);
    return { id, change, paths, before, after, at };
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
    if (declared === undefined) return live;
    const liveAnnotations = unsaid(live, declared);
    return { ...live, origin: declared.origin, ...(liveAnnotations.length === 0 ? {} : { liveAnnotations }) };
  }
}

/** What people wrote onto the live object for Mooring, though Git says nothing or something else. */
function unsaid(live: Resource, declared: Resource): readonly string[] {
  const annotations = objectAt(live.body, 'metadata', 'annotations');
  if (annotations === undefined) return [];
  const said = objectAt(declared.body, 'metadata', 'annotations');
  return Object.keys(annotations).filter(
    (name) => name.startsWith('mooring.dev/') && annotations[name] !== said?.[name],
  );
}

/** What others ask for comes before those that ask, so that hardly anything is read twice. */
function inReadingOrder(resources: readonly Resource[]): readonly Resource[] {
  const ranks = new Map(asked.map((kind, index) => [kind, index]));
  const rankOf = ({ id }: Resource): number => ranks.get(id.kind) ?? asked.length;
  return resources.toSorted((one, other) => rankOf(one) - rankOf(other));
}

function isSame(held: Resource | undefined, resource: Resource): boolean {
  return (
    held?.body === resource.body &&
    held.origin?.file === resource.origin?.file &&
    held.origin?.line === resource.origin?.line &&
    held.liveAnnotations?.join() === resource.liveAnnotations?.join()
  );
}
