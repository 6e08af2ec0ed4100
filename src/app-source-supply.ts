import type { DiscoveredEstate, EngineDiscovery, Found } from './app-discovery.ts';
import type { PlacedSource } from './app-sources.ts';
import { definitionDigest } from './collectors/discovery/definition-digest.ts';
import { holdsValuesOf, isEngineDefinition, isEngineObject } from './collectors/discovery/discovery-kinds.ts';
import type { LiveFeed, LiveRequest, LiveSource } from './collectors/live-source.ts';
import { AppError } from './errors/app-error.ts';
import type { Resource } from './resource/resource.ts';
import { formatResourceId, type ResourceId } from './resource/resource-id.ts';

/** The desired sources of a daemon, which may become others while it runs. */
export interface SourceSupply {
  readonly current: readonly PlacedSource[];
  /** Looks again which sources there are; null: the same. Throws AppError when that cannot be told. */
  renew(signal: AbortSignal): Promise<readonly PlacedSource[] | null>;
  /** Whether a change of this object, which is none of an engine, makes it worth looking again. */
  concerns(id: ResourceId): boolean;
  /** Calls when it is worth looking again. Resolves when the watch has begun; throws AppError when it cannot begin. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

/** What a configuration names stays. */
export function fixedSupply(sources: readonly PlacedSource[]): SourceSupply {
  return {
    current: sources,
    renew: () => Promise.resolve(null),
    concerns: () => false,
    watch: () => Promise.resolve(),
  };
}

/** What the engines of a cluster declare. Sources whose definition stays are the same objects in each answer. */
export class DiscoveredSupply implements SourceSupply {
  readonly #discovery: EngineDiscovery;
  readonly #live: LiveSource;
  #now: DiscoveredEstate;
  #digests: ReadonlyMap<string, string>;
  #feed: LiveFeed | null = null;

  private constructor(discovery: EngineDiscovery, live: LiveSource, now: DiscoveredEstate) {
    this.#discovery = discovery;
    this.#live = live;
    this.#now = now;
    this.#digests = digestsIn(now);
  }

  static async open(discovery: EngineDiscovery, live: LiveSource, signal: AbortSignal): Promise<DiscoveredSupply> {
    return new DiscoveredSupply(discovery, live, await discovery.take(await discovery.look(signal)));
  }

  get current(): readonly PlacedSource[] {
    return this.#now.sources;
  }

  get estate(): DiscoveredEstate {
    return this.#now;
  }

  async renew(signal: AbortSignal): Promise<readonly PlacedSource[] | null> {
    const before = this.#now;
    const found = await this.#discovery.look(signal);
    const problem = lossUnexplained(before, found);
    if (problem !== null) throw problem;
    this.#now = await this.#discovery.take(found);
    this.#digests = digestsIn(this.#now);
    await this.#feed?.follow(requestFor(this.#now));
    return isSameSet(before.sources, this.#now.sources) ? null : this.#now.sources;
  }

  concerns(id: ResourceId): boolean {
    return isEngineDefinition(id) || holdsValuesOf(this.#engineObjects(), id);
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const news = (ids: readonly ResourceId[]): void => {
      if (ids.some((id) => this.#isNews(id))) changed();
    };
    const feed = await this.#live.watch(requestFor(this.#now), news, signal);
    this.#feed = feed;
    // What happened between the last look and the beginning of the watch is told by nobody.
    const seen = feed.snapshot().resources.map(({ id }) => id);
    if (seen.some((id) => this.#isNews(id)) || this.#misses(feed)) changed();
    signal.addEventListener('abort', () => void feed.stop(), { once: true });
  }

  #misses(feed: LiveFeed): boolean {
    return this.#engineObjects().some(({ id }) => feed.find(id) === undefined);
  }

  #engineObjects(): readonly Resource[] {
    return this.#now.engines.resources.filter(isEngineObject);
  }

  /** An event that tells of a status, or of what the last look has seen already, is none. */
  #isNews(id: ResourceId): boolean {
    const resource = this.#feed?.find(id);
    const digest = resource === undefined || !isEngineObject(resource) ? undefined : definitionDigest(resource);
    return digest !== this.#digests.get(formatResourceId(id));
  }
}

function digestsIn({ engines }: DiscoveredEstate): ReadonlyMap<string, string> {
  const objects = engines.resources.filter(isEngineObject);
  return new Map(objects.map((resource) => [formatResourceId(resource.id), definitionDigest(resource)]));
}

function requestFor({ engines }: DiscoveredEstate): LiveRequest {
  return { declared: [], evidence: engines.kinds, statuses: [] };
}

function isSameSet(one: readonly PlacedSource[], other: readonly PlacedSource[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

/** Sources that vanish while something became unreadable may well be there still, and nobody's objects are extra for that. */
function lossUnexplained(before: DiscoveredEstate, { engines, discovery }: Found): AppError | null {
  const known = new Set(before.unread.map(({ what, why }) => `${what}: ${why}`));
  const [gap] = engines.gaps.filter(({ what, why }) => !known.has(`${what}: ${why}`));
  if (gap === undefined || discovery.sources.length >= before.discovery.sources.length) return null;
  return new AppError({
    code: 'source-unreadable',
    what: 'cannot tell what the engines declare now',
    why: `${gap.what}: ${gap.why}`,
    remedy: gap.remedy,
    retryable: true,
  });
}
