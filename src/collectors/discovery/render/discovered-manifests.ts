import { AppError } from '../../../errors/app-error.ts';
import type { Resource } from '../../../resource/resource.ts';
import { describeResourceId, type ResourceId } from '../../../resource/resource-id.ts';
import type { DesiredSnapshot, Gap } from '../../../resource/snapshot.ts';
import { TreeManifests, type TreeManifestsOptions } from '../../tree-manifests.ts';
import type { DiscoveredSource } from '../discovered-source.ts';
import { discoveryGap } from '../discovery-gap.ts';

export interface DiscoveredManifestsOptions extends Omit<TreeManifestsOptions, 'name' | 'path' | 'originFromPath'> {
  readonly source: DiscoveredSource;
  /** The identity of an object with the namespace it will have. */
  readonly place: (resource: Resource) => ResourceId;
  /** What the source of this name declared before its definition changed; absent or null: nothing is known. */
  readonly before?: DesiredSnapshot | null;
  /** Told what the source declares, each time it has been read. */
  readonly told: (resources: readonly Resource[]) => void;
}

/**
 * What one engine object declares. Unlike a source that somebody named, one that cannot be read is a gap, so that the others are
 * judged; and what the engine would refuse to apply is left out, with a gap.
 */
export class DiscoveredManifests extends TreeManifests {
  readonly #options: DiscoveredManifestsOptions;
  #good: DesiredSnapshot | null = null;

  constructor(options: DiscoveredManifestsOptions) {
    super({ ...options, name: options.source.name, path: options.source.location.path, originFromPath: false });
    this.#options = options;
  }

  /** What it declared when it could be read last, before or after its definition changed. */
  get lastGood(): DesiredSnapshot | null {
    return this.#good ?? this.#options.before ?? null;
  }

  override async read(signal: AbortSignal): Promise<DesiredSnapshot> {
    const { told } = this.#options;
    try {
      const snapshot = this.#permitted(await super.read(signal));
      told(snapshot.resources);
      this.#good = snapshot;
      return snapshot;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      return this.#unread(error);
    }
  }

  /**
   * A source that cannot be read for a while still declares what it did. One whose definition has changed as well may declare anything:
   * what it declared is kept, so that it is not forgotten, and not judged.
   */
  #unread(error: AppError): DesiredSnapshot {
    const { source, before = null, now } = this.#options;
    const why = `${error.what}: ${error.why}`;
    const gap: Gap = { what: source.name, why, remedy: error.remedy, scope: { namespace: source.namespace } };
    if (this.#good !== null) return { ...this.#good, gaps: [...this.#good.gaps, gap] };
    if (before !== null) {
      const doubt = `${source.name} declares something else now, and that cannot be read: ${why}`;
      return { ...before, gaps: [gap], doubt };
    }
    return {
      source: source.name,
      resources: [],
      gaps: [gap],
      readAt: now().toISOString(),
      revision: null,
      unstable: [],
    };
  }

  #permitted(snapshot: DesiredSnapshot): DesiredSnapshot {
    const { source, place } = this.#options;
    const { permits } = source;
    if (permits === null) return snapshot;
    const gaps: Gap[] = [];
    const resources = snapshot.resources.filter((resource) => {
      const id = place(resource);
      const why = permits(id);
      if (why !== null)
        gaps.push(
          discoveryGap(
            `${describeResourceId(id)} of ${source.name}`,
            why,
            'Permit it in the AppProject, or take it out of Git',
          ),
        );
      return why === null;
    });
    return gaps.length === 0 ? snapshot : { ...snapshot, resources, gaps: [...snapshot.gaps, ...gaps] };
  }
}
