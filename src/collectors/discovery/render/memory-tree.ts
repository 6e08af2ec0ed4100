import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from '../../file-tree.ts';
import { isUnder } from './overlaid-tree.ts';

/** Files that are nowhere but here, for a tool to work on. */
export class MemoryTree implements FileTree {
  readonly name: string;
  readonly #files: ReadonlyMap<string, string>;

  constructor(name: string, files: ReadonlyMap<string, string>) {
    this.name = name;
    this.#files = files;
  }

  newest(): Promise<TreeState> {
    return Promise.resolve({ revision: null, committedAt: null });
  }

  list(_state: TreeState, under: string): Promise<readonly TreeEntry[]> {
    const found = [...this.#files]
      .filter(([path]) => isUnder(path, under))
      .map(([path, text]): TreeEntry => {
        const id = createHash('sha256').update(text).digest('hex');
        return { path, kind: 'file', id, bytes: Buffer.byteLength(text) };
      });
    return Promise.resolve(found.sort((left, right) => (left.path < right.path ? -1 : 1)));
  }

  read(_state: TreeState, entries: readonly TreeEntry[]): Promise<readonly FileContent[]> {
    return Promise.resolve(
      entries.map(({ path }): FileContent => {
        const text = this.#files.get(path);
        return text === undefined
          ? { kind: 'unreadable', why: 'there is no such file' }
          : { kind: 'content', bytes: Buffer.from(text) };
      }),
    );
  }

  earlier(): Promise<readonly EarlierState[]> {
    return Promise.resolve([]);
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }
}
