import type { ManifestSource } from '../../collectors/manifest-source.ts';
import { AppError, asAppError } from '../../errors/app-error.ts';
import type { JsonObject } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId } from '../../resource/resource-id.ts';
import type { DesiredSnapshot, Gap } from '../../resource/snapshot.ts';
import { placeIn } from './declared-sources.ts';
import type { DeclaredSource } from './declared-sources.ts';

/** How one source answered last. `error` null: it could be read. */
export interface SourceState {
  readonly source: string;
  readonly revision: string | null;
  readonly readAt: string | null;
  readonly error: AppError | null;
}

interface HeldSource extends DeclaredSource {
  snapshot: DesiredSnapshot | null;
  error: AppError | null;
}

/** What the manifests say now, compared with before. */
export interface DesiredChange {
  /** Keys that were added, removed or say something else. */
  readonly keys: readonly string[];
  /** Whether resources were added or removed, which decides what is extra. */
  readonly membership: boolean;
}

/** All desired sources. One that cannot be read keeps its last answer, with a gap that says so. */
export class DesiredSide {
  #sources: readonly HeldSource[];
  readonly #clock: () => Date;
  #placed: readonly DesiredSnapshot[] = [];
  #bodies = new Map<string, JsonObject>();
  #sourceByKey = new Map<string, ManifestSource>();
  #doubts = new Map<string, string>();
  /** Sources whose objects are worth another look although they may say the same: their rules may be others. */
  #renewed = new Set<string>();

  constructor(sources: readonly DeclaredSource[], clock: () => Date) {
    this.#sources = sources.map((source) => ({ ...source, snapshot: null, error: null }));
    this.#clock = clock;
  }

  /** Other sources from now on. One of the same name keeps its last answer until it has been read. */
  replace(sources: readonly DeclaredSource[]): void {
    const held = new Map(this.#sources.map((source) => [source.manifests.name, source]));
    this.#sources = sources.map((source) => {
      const known = held.get(source.manifests.name);
      if (known?.manifests !== source.manifests) this.#renewed.add(source.manifests.name);
      return { ...source, snapshot: known?.snapshot ?? null, error: null };
    });
  }

  get snapshots(): readonly DesiredSnapshot[] {
    return this.#placed;
  }

  get states(): readonly SourceState[] {
    return this.#sources.map(({ manifests, snapshot, error }) => ({
      source: manifests.name,
      revision: snapshot?.revision ?? null,
      readAt: snapshot?.readAt ?? null,
      error,
    }));
  }

  /** As read, before namespaces are filled in: enough to know the kinds. */
  get raw(): readonly DesiredSnapshot[] {
    return this.#sources.flatMap(({ snapshot }) => snapshot ?? []);
  }

  sourceOf(key: string): ManifestSource | undefined {
    return this.#sourceByKey.get(key);
  }

  /** Reads every source; what fails is returned, not thrown. */
  async read(signal: AbortSignal): Promise<readonly AppError[]> {
    await Promise.all(
      this.#sources.map(async (source) => {
        try {
          source.snapshot = await source.manifests.read(signal);
          source.error = null;
        } catch (error) {
          signal.throwIfAborted();
          source.error = asAppError(error, `cannot read ${source.manifests.name}`);
        }
      }),
    );
    return this.#sources.flatMap(({ error }) => error ?? []);
  }

  /** Puts resources into their namespaces, which takes the live CustomResourceDefinitions, and tells what changed. */
  place(liveDefinitions: readonly Resource[]): DesiredChange {
    this.#placed = this.#sources.map((source) => placeIn(this.#heldSnapshot(source), source, liveDefinitions));
    const before = this.#bodies;
    this.#bodies = new Map();
    this.#sourceByKey = new Map();
    for (const [index, { resources }] of this.#placed.entries()) {
      const manifests = this.#sources[index]?.manifests;
      for (const { id, body } of resources) {
        const key = formatResourceId(id);
        this.#bodies.set(key, body);
        if (manifests !== undefined) this.#sourceByKey.set(key, manifests);
      }
    }
    const change = difference(before, this.#bodies);
    const revised = this.#revised();
    if (revised.size === 0) return change;
    const keys = [...this.#sourceByKey].flatMap(([key, { name }]) => (revised.has(name) ? [key] : []));
    return { ...change, keys: [...new Set([...change.keys, ...keys])] };
  }

  /** Names of sources whose objects are to be judged anew whatever they say. */
  #revised(): ReadonlySet<string> {
    const revised = this.#renewed;
    this.#renewed = new Set();
    const doubts = new Map<string, string>();
    for (const { manifests, snapshot } of this.#sources) {
      const doubt = snapshot?.doubt;
      if (doubt !== undefined) doubts.set(manifests.name, doubt);
      if (doubt !== this.#doubts.get(manifests.name)) revised.add(manifests.name);
    }
    this.#doubts = doubts;
    return revised;
  }

  #heldSnapshot({ manifests, snapshot, error }: HeldSource): DesiredSnapshot {
    const held = snapshot ?? {
      source: manifests.name,
      resources: [],
      gaps: [],
      readAt: this.#clock().toISOString(),
      revision: null,
      unstable: [],
    };
    return error === null ? held : { ...held, gaps: [...held.gaps, unreadable(manifests.name, error)] };
  }
}

function unreadable(source: string, { why, remedy }: AppError): Gap {
  return { what: `source ${source}`, why, remedy, scope: {} };
}

function difference(before: ReadonlyMap<string, JsonObject>, after: ReadonlyMap<string, JsonObject>): DesiredChange {
  const keys: string[] = [];
  let membership = false;
  for (const [key, body] of after) {
    const old = before.get(key);
    if (old === body) continue;
    if (old === undefined) membership = true;
    // A source that reads a whole revision again makes new objects of unchanged text.
    else if (JSON.stringify(old, withDigits) === JSON.stringify(body, withDigits)) continue;
    keys.push(key);
  }
  for (const key of before.keys()) {
    if (after.has(key)) continue;
    membership = true;
    keys.push(key);
  }
  return { keys, membership };
}

function withDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
