import type { KindState, LiveFeed, LiveRequest, LiveSource } from '../../collectors/live-source.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId, parseResourceId } from '../../resource/resource-id.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import { gapCovers } from '../../resource/snapshot.ts';
import type { Gap, LiveSnapshot } from '../../resource/snapshot.ts';

/** Live objects behind some keys: as they are now, or gone. */
export interface LiveChange {
  readonly changed: readonly Resource[];
  readonly deleted: readonly ResourceId[];
}

/** The watched live side, and which of its gaps came or went since the last look. */
export class LiveSide {
  readonly #source: LiveSource;
  #feed: LiveFeed | null = null;
  #request = '';
  #kinds = '';
  #hasMasses = false;
  #gaps = new Map<string, Gap>();
  #phases = '';

  constructor(source: LiveSource) {
    this.#source = source;
  }

  get isOpen(): boolean {
    return this.#feed !== null;
  }

  get states(): readonly KindState[] {
    return this.#feed?.states() ?? [];
  }

  /** Whether some objects may be held as metadata only. */
  get holdsOutlines(): boolean {
    return this.#hasMasses;
  }

  snapshot(): LiveSnapshot | null {
    return this.#feed?.snapshot() ?? null;
  }

  /** Throws AppError when nothing at all can be read. */
  async open(request: LiveRequest, changed: (keys: readonly string[]) => void, signal: AbortSignal): Promise<void> {
    this.#request = JSON.stringify(request);
    this.#kinds = kindsText(request);
    this.#hasMasses = hasMasses(request);
    this.#feed = await this.#source.watch(request, (ids) => changed(ids.map(formatResourceId)), signal);
    this.#phases = this.#phasesNow();
  }

  /** Asks for other kinds and names when the manifests declare other ones. True when the kinds are others. */
  async follow(request: LiveRequest): Promise<boolean> {
    const text = JSON.stringify(request);
    if (this.#feed === null || text === this.#request) return false;
    await this.#feed.follow(request);
    this.#request = text;
    this.#hasMasses = hasMasses(request);
    const kinds = this.#kinds;
    this.#kinds = kindsText(request);
    return kinds !== this.#kinds;
  }

  find(keys: readonly string[]): LiveChange {
    const changed: Resource[] = [];
    const deleted: ResourceId[] = [];
    for (const key of new Set(keys)) {
      const id = parseResourceId(key);
      if (id === undefined) continue;
      const found = this.#feed?.find(id);
      if (found === undefined) deleted.push(id);
      else changed.push(found);
    }
    return { changed, deleted };
  }

  /** True when a kind became readable, unreadable or stale since the last call. Cheap enough to ask every second. */
  hasNewPhases(): boolean {
    const now = this.#phasesNow();
    const isNew = now !== this.#phases;
    this.#phases = now;
    return isNew;
  }

  /** A test for resources whose gaps came or went since the last call; null when none did. */
  changedGaps(gaps: readonly Gap[]): ((id: ResourceId) => boolean) | null {
    const now = new Map(gaps.map((gap) => [JSON.stringify([gap.what, gap.why, gap.scope, gap.partial ?? false]), gap]));
    const before = this.#gaps;
    this.#gaps = now;
    const changed = [
      ...[...now].filter(([key]) => !before.has(key)),
      ...[...before].filter(([key]) => !now.has(key)),
    ].map(([, gap]) => gap);
    return changed.length === 0 ? null : (id) => changed.some((gap) => gapCovers(gap, id));
  }

  async stop(): Promise<void> {
    await this.#feed?.stop();
    this.#feed = null;
  }

  #phasesNow(): string {
    return this.states.map(({ kind, phase }) => `${kind.apiVersion}/${kind.kind} ${phase}`).join('\n');
  }
}

function kindsText({ masses: _names, ...kinds }: LiveRequest): string {
  return JSON.stringify(kinds);
}

function hasMasses({ masses }: LiveRequest): boolean {
  return masses !== undefined && masses.length > 0;
}
