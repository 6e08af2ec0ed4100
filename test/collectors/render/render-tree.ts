import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileContent, FileTree, TreeEntry, TreeState } from '../../../src/collectors/file-tree.ts';
import type { RenderInput } from '../../../src/collectors/render/manifest-renderer.ts';
import { TreeReader } from '../../../src/collectors/render/tree-reader.ts';

export const noState: TreeState = { revision: null, committedAt: null };

/** A tree in memory. A text that begins with `-> ` is a link. */
export class MemoryTree implements FileTree {
  readonly name = 'memory';
  readonly #files: Readonly<Record<string, string>>;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = files;
  }

  newest(): Promise<TreeState> {
    return Promise.resolve(noState);
  }

  list(_state: TreeState, under: string): Promise<readonly TreeEntry[]> {
    const paths = Object.keys(this.#files).filter(
      (path) => under === '' || path === under || path.startsWith(`${under}/`),
    );
    return Promise.resolve(paths.sort().map((path) => this.#entry(path)));
  }

  read(_state: TreeState, entries: readonly TreeEntry[]): Promise<readonly FileContent[]> {
    return Promise.resolve(
      entries.map(({ path }) => ({
        kind: 'content',
        bytes: Buffer.from((this.#files[path] ?? '').replace(/^-> /, '')),
      })),
    );
  }

  earlier(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  watch(): Promise<void> {
    return Promise.resolve();
  }

  #entry(path: string): TreeEntry {
    const text = this.#files[path] ?? '';
    const id = createHash('sha1').update(text).digest('hex');
    return { path, kind: text.startsWith('-> ') ? 'link' : 'file', id, bytes: text.length };
  }
}

export function readerOf(files: Readonly<Record<string, string>>): TreeReader {
  return new TreeReader(new MemoryTree(files), noState, new AbortController().signal);
}

export async function inputOf(files: Readonly<Record<string, string>>, folder: string): Promise<RenderInput> {
  const tree = new MemoryTree(files);
  return { tree, state: noState, folder, entries: await tree.list(noState, folder) };
}
