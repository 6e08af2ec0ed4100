import { formatResourceId } from '../../resource/resource-id.ts';
import type { DiscoveredSource, Discovery } from './discovered-source.ts';
import { nameOf } from './discovery-gap.ts';

/** A source that is not declared any more although nobody took it back. */
export interface LostSource {
  readonly source: DiscoveredSource;
  readonly why: string;
}

export interface DiscoveredBefore {
  readonly sources: readonly DiscoveredSource[];
  /** Those that were lost then. */
  readonly lost: readonly LostSource[];
  /** The engine objects that were live (`formatResourceId`). */
  readonly live: ReadonlySet<string>;
}

/**
 * Sources of the discovery before whose engine object is still there and declares nothing now: it is broken, or has become something
 * that cannot be read. `live` are the engine objects of now.
 */
export function lostSources(
  before: DiscoveredBefore,
  now: Discovery,
  live: ReadonlySet<string>,
): readonly LostSource[] {
  const owners = new Set(now.sources.map(({ owner }) => formatResourceId(owner)));
  const elsewhere = new Set(now.elsewhere.map(({ name }) => name));
  const generator = now.gaps.find(({ what }) => what.startsWith('ApplicationSet '));
  return [...before.sources, ...before.lost.map(({ source }) => source)].flatMap((source): readonly LostSource[] => {
    const owner = formatResourceId(source.owner);
    const name = nameOf(source.owner);
    if (owners.has(owner) || elsewhere.has(name)) return [];
    if (live.has(owner)) {
      const gap = now.gaps.find(({ what }) => what === name);
      return [{ source, why: gap?.why ?? 'it declares no source any more' }];
    }
    // One that its ApplicationSet would make never had an object of its own.
    if (before.live.has(owner) || generator === undefined) return [];
    return [{ source, why: `${generator.what}: ${generator.why}` }];
  });
}
