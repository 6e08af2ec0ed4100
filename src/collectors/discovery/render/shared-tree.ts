import { AppError } from '../../../errors/app-error.ts';
import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from '../../file-tree.ts';

/** The entries of one state, in the order of their paths. */
interface Listing {
  readonly entries: readonly TreeEntry[];
  readonly byPath: ReadonlyMap<string, TreeEntry>;
}

const maxListings = 4;

/**
 * A tree that many sources read at once: what they ask at the same moment is asked once, a state is listed once as a whole, and one
 * watch serves all. Hundreds of applications of one repository then cost hardly more than one.
 */
export class SharedTree implements FileTree {
  readonly name: string;
  readonly #base: FileTree;
  readonly #listings = new Map<string, Promise<Listing | null>>();
  readonly #listeners = new Set<() => void>();
  #newest: Promise<TreeState> | undefined;
  #watching: { readonly started: Promise<void>; readonly abort: AbortController } | undefined;

  constructor(base: FileTree) {
    this.name = base.name;
    this.#base = base;
  }

  newest(signal: AbortSignal): Promise<TreeState> {
    this.#newest ??= this.#base.newest(signal).finally(() => {
      this.#newest = undefined;
    });
    return this.#newest;
  }

  async list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    if (state.revision === null) return await this.#base.list(state, under, signal);
    const listing = await this.#listing(state, state.revision, signal);
    if (listing === null) return await this.#base.list(state, under, signal);
    const { entries, byPath } = listing;
    if (under === '') return entries;
    const exact = byPath.get(under);
    // A path is a file or a folder, never both. The character after the slash is a zero.
    if (exact !== undefined) return [exact];
    return entries.slice(firstFrom(entries, `${under}/`), firstFrom(entries, `${under}0`));
  }

  read(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<readonly FileContent[]> {
    return this.#base.read(state, entries, signal);
  }

  earlier(
    state: TreeState,
    paths: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly EarlierState[]> {
    return this.#base.earlier(state, paths, limit, signal);
  }

  async watch(_folders: readonly string[], changed: () => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#listeners.add(changed);
    signal.addEventListener('abort', () => this.#leave(changed), { once: true });
    this.#watching ??= this.#startWatch();
    await this.#watching.started;
  }

  #startWatch(): { readonly started: Promise<void>; readonly abort: AbortController } {
    const abort = new AbortController();
    const tell = (): void => {
      for (const listener of this.#listeners) listener();
    };
    return { started: this.#base.watch([''], tell, abort.signal), abort };
  }

  #leave(listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#watching?.abort.abort();
    this.#watching = undefined;
  }

  #listing(state: TreeState, revision: string, signal: AbortSignal): Promise<Listing | null> {
    const known = this.#listings.get(revision);
    if (known !== undefined) return known;
    const listing = this.#listWhole(state, signal);
    this.#listings.set(revision, listing);
    listing.catch(() => this.#listings.delete(revision));
    const oldest = this.#listings.keys().next();
    if (this.#listings.size > maxListings && oldest.done !== true) this.#listings.delete(oldest.value);
    return listing;
  }

  /** Null for a tree that is too large to be listed whole: each source then lists its own folder. */
  async #listWhole(state: TreeState, signal: AbortSignal): Promise<Listing | null> {
    try {
      const entries = [...(await this.#base.list(state, '', signal))].sort((left, right) =>
        left.path < right.path ? -1 : 1,
      );
      return { entries, byPath: new Map(entries.map((entry) => [entry.path, entry])) };
    } catch (error) {
      if (error instanceof AppError && error.code === 'manifest-refused') return null;
      throw error;
    }
  }
}

/** The index of the first entry whose path is not before `path`. */
function firstFrom(entries: readonly TreeEntry[], path: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
