import type { DiscoveredEstate } from './app-discovery.ts';
import type { PlacedSource } from './app-sources.ts';
import { AppError } from './errors/app-error.ts';
import { formatJson } from './resource/json.ts';

/** The desired sources of a daemon, which may become others while it runs. */
export interface SourceSupply {
  readonly current: readonly PlacedSource[];
  /** Looks again which sources there are; null: the same. Throws AppError when that cannot be told. */
  renew(signal: AbortSignal): Promise<readonly PlacedSource[] | null>;
}

/** What a configuration names stays. */
export function fixedSupply(sources: readonly PlacedSource[]): SourceSupply {
  return { current: sources, renew: () => Promise.resolve(null) };
}

interface Discovered {
  readonly estate: DiscoveredEstate;
  readonly says: string;
}

export interface DiscoverySteps {
  discover(signal: AbortSignal): Promise<DiscoveredEstate>;
  /** Called before the sources of another discovery are read for the first time. */
  taken(): void;
}

/** What the engines of a cluster declare. A discovery that was replaced stays open until the next one: somebody may still read it. */
export class DiscoveredSupply implements SourceSupply, AsyncDisposable {
  readonly #steps: DiscoverySteps;
  #now: Discovered;
  #before: DiscoveredEstate | null = null;

  private constructor(steps: DiscoverySteps, now: Discovered) {
    this.#steps = steps;
    this.#now = now;
  }

  static async open(steps: DiscoverySteps, signal: AbortSignal): Promise<DiscoveredSupply> {
    return new DiscoveredSupply(steps, await look(steps, signal));
  }

  get current(): readonly PlacedSource[] {
    return this.#now.estate.sources;
  }

  async renew(signal: AbortSignal): Promise<readonly PlacedSource[] | null> {
    const found = await look(this.#steps, signal);
    const problem = found.says === this.#now.says ? null : lossUnexplained(this.#now, found);
    if (found.says === this.#now.says || problem !== null) {
      await found.estate[Symbol.asyncDispose]();
      if (problem === null) return null;
      throw problem;
    }
    await this.#before?.[Symbol.asyncDispose]();
    this.#before = this.#now.estate;
    this.#now = found;
    this.#steps.taken();
    return found.estate.sources;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#before?.[Symbol.asyncDispose]();
    await this.#now.estate[Symbol.asyncDispose]();
  }
}

async function look(steps: DiscoverySteps, signal: AbortSignal): Promise<Discovered> {
  const estate = await steps.discover(signal);
  return { estate, says: formatJson([estate.discovery.sources, estate.gaps]) };
}

/** Sources that vanish while something became unreadable may well be there still, and nobody's objects are extra for that. */
function lossUnexplained(before: Discovered, after: Discovered): AppError | null {
  const known = new Set(before.estate.unread.map(({ what, why }) => `${what}: ${why}`));
  const [gap] = after.estate.unread.filter(({ what, why }) => !known.has(`${what}: ${why}`));
  if (gap === undefined || after.estate.sources.length >= before.estate.sources.length) return null;
  return new AppError({
    code: 'source-unreadable',
    what: 'cannot tell what the engines declare now',
    why: `${gap.what}: ${gap.why}`,
    remedy: gap.remedy,
    retryable: true,
  });
}
