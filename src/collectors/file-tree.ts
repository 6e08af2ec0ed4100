/**
 * A tree of files that changes: a directory on disk, or the commits of a repository. Paths are relative to the tree's root, with
 * `/` between the parts; whatever leaves the root does not exist.
 */
export interface FileTree {
  /** How people call it: the directory or URL without credentials. */
  readonly name: string;
  /** The newest state. Throws AppError when the tree as a whole cannot be read (absent, unreachable, unknown revision). */
  newest(signal: AbortSignal): Promise<TreeState>;
  /** Every entry at or below `under` (empty for all), sorted by path; empty when nothing is there. */
  list(state: TreeState, under: string, signal: AbortSignal): Promise<readonly TreeEntry[]>;
  /** The contents of entries of one state, in their order. Of a link it is the target path as text. */
  read(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<readonly FileContent[]>;
  /**
   * Earlier states in which something at or below one of `paths` differed from the state after it, newest first; of one file, also under
   * the names it had before.
   */
  earlier(
    state: TreeState,
    paths: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly EarlierState[]>;
  /** Calls back when the newest state of one of `folders` may be another one. Resolves once it watches; goes on until aborted. */
  watch(folders: readonly string[], changed: () => void, signal: AbortSignal): Promise<void>;
}

export interface TreeState {
  /** The commit, or null for a directory. */
  readonly revision: string | null;
  /** RFC 3339; null for a directory. */
  readonly committedAt: string | null;
}

export interface EarlierState {
  readonly state: TreeState;
  /** The entries that came with this state, as it holds them (`bytes` is 0: not known); a removed one is not among them. */
  readonly entries: readonly TreeEntry[];
}

export interface TreeEntry {
  readonly path: string;
  /** `closed`: a folder that cannot be looked into. */
  readonly kind: 'file' | 'link' | 'submodule' | 'closed';
  /** The same id means the same content: a blob id, or what a directory tells of a file without reading it. */
  readonly id: string;
  readonly bytes: number;
  /** RFC 3339; told by a directory. */
  readonly writtenAt?: string;
}

export type FileContent =
  | { readonly kind: 'content'; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The path that a link at `path` leads to, relative to the root; undefined when it leaves the tree. */
export function linkTarget(path: string, target: string): string | undefined {
  if (target.startsWith('/') || target.includes('\0')) return undefined;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
