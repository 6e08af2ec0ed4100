import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from '../../file-tree.ts';

/** What is laid over a tree: files that replace those of the tree or stand beside them, and files that are left out. */
export interface Overlay {
  readonly files: ReadonlyMap<string, string>;
  readonly hides: (path: string) => boolean;
}

const overlaidId = 'overlaid:';

/** A tree as an engine would change it before it renders, without writing anything. */
export class OverlaidTree implements FileTree {
  readonly name: string;
  readonly #base: FileTree;
  readonly #overlayAt: (state: TreeState, signal: AbortSignal) => Promise<Overlay>;

  /** `overlayAt` may look at the base at the state it is given. */
  constructor(base: FileTree, overlayAt: (state: TreeState, signal: AbortSignal) => Promise<Overlay>) {
    this.name = base.name;
    this.#base = base;
    this.#overlayAt = overlayAt;
  }

  newest(signal: AbortSignal): Promise<TreeState> {
    return this.#base.newest(signal);
  }

  async list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    const [overlay, entries] = await Promise.all([
      this.#overlayAt(state, signal),
      this.#base.list(state, under, signal),
    ]);
    const kept = entries.filter(({ path }) => !overlay.files.has(path) && !overlay.hides(path));
    const laid = [...overlay.files].filter(([path]) => isUnder(path, under)).map(([path, text]) => entryOf(path, text));
    return [...kept, ...laid].sort((left, right) => (left.path < right.path ? -1 : 1));
  }

  async read(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<readonly FileContent[]> {
    const { files } = await this.#overlayAt(state, signal);
    const own = entries.filter(({ id }) => !id.startsWith(overlaidId));
    const contents = await this.#base.read(state, own, signal);
    const byEntry = new Map(own.map((entry, index) => [entry, contents[index]]));
    return entries.map((entry): FileContent => {
      const text = entry.id.startsWith(overlaidId) ? files.get(entry.path) : undefined;
      if (text !== undefined) return { kind: 'content', bytes: Buffer.from(text) };
      return byEntry.get(entry) ?? { kind: 'unreadable', why: 'it has gone meanwhile' };
    });
  }

  earlier(
    state: TreeState,
    paths: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly EarlierState[]> {
    return this.#base.earlier(state, paths, limit, signal);
  }

  watch(folders: readonly string[], changed: () => void, signal: AbortSignal): Promise<void> {
    return this.#base.watch(folders, changed, signal);
  }
}

function entryOf(path: string, text: string): TreeEntry {
  const id = `${overlaidId}${createHash('sha256').update(text).digest('hex')}`;
  return { path, kind: 'file', id, bytes: Buffer.byteLength(text) };
}

export function isUnder(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
