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
  /** Told what the source declares, each time it has been read. */
  readonly told: (resources: readonly Resource[]) => void;
}

/**
 * What one engine object declares. Unlike a source that somebody named, one that cannot be read is a gap, so that the others are
 * judged; and what the engine would refuse to apply is left out, with a gap.
 */
export class DiscoveredManifests extends TreeManifests {
  readonly #options: DiscoveredManifestsOptions;

  constructor(options: DiscoveredManifestsOptions) {
    super({ ...options, name: options.source.name, path: options.source.location.path, originFromPath: false });
    this.#options = options;
  }

  override async read(signal: AbortSignal): Promise<DesiredSnapshot> {
    const { source, told } = this.#options;
    try {
      const snapshot = this.#permitted(await super.read(signal));
      told(snapshot.resources);
      return snapshot;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      const why = `${error.what}: ${error.why}`;
      const gap: Gap = { what: source.name, why, remedy: error.remedy, scope: { namespace: source.namespace } };
      const readAt = this.#options.now().toISOString();
      return { source: source.name, resources: [], gaps: [gap], readAt, revision: null, unstable: [] };
    }
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
