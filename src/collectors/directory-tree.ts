import { Buffer } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../errors/app-error.ts';
import type { EarlierState, FileContent, FileTree, TreeEntry, TreeState } from './file-tree.ts';
import { watchFolder } from './watch-folder.ts';

const maxEntries = 200_000;
const parallelReads = 32;
/** What became a link since it was listed is not followed. */
const plainFile = constants.O_RDONLY | constants.O_NOFOLLOW;

/** A folder as a tree of files, as they stand on disk. Folders whose names begin with a dot (`.git`, `.github`) are left out. */
export class DirectoryTree implements FileTree {
  readonly name: string;
  readonly root: string;

  /** `directory` may be relative to the process's own. */
  constructor(directory: string) {
    this.name = directory;
    this.root = resolve(directory);
  }

  async newest(): Promise<TreeState> {
    const found = await stat(this.root).catch((error: unknown) => {
      throw this.#unreadable(error);
    });
    if (!found.isDirectory()) {
      throw new AppError({
        code: 'source-not-found',
        what: `cannot read ${this.name}`,
        why: 'it is a file, not a directory',
        remedy: 'Name the directory that holds it',
      });
    }
    return { revision: null, committedAt: null };
  }

  async list(_state: TreeState, under: string): Promise<readonly TreeEntry[]> {
    const top = await lstat(join(this.root, under)).catch(() => undefined);
    if (top === undefined || !(await this.#isInside(under))) return [];
    if (!top.isDirectory()) return [entryOf(under, top)].filter((entry) => entry !== undefined);
    const entries: TreeEntry[] = [];
    await this.#walk(under, entries);
    return entries.sort((left, right) => (left.path < right.path ? -1 : 1));
  }

  async read(_state: TreeState, entries: readonly TreeEntry[]): Promise<readonly FileContent[]> {
    const contents: FileContent[] = [];
    for (let start = 0; start < entries.length; start += parallelReads) {
      const batch = entries.slice(start, start + parallelReads);
      contents.push(...(await Promise.all(batch.map((entry) => this.#readOne(entry)))));
    }
    return contents;
  }

  earlier(): Promise<readonly EarlierState[]> {
    return Promise.resolve([]);
  }

  async watch(folders: readonly string[], changed: () => void, signal: AbortSignal): Promise<void> {
    await Promise.all(folders.map((folder) => watchFolder(join(this.root, folder), changed, signal)));
  }

  /** Whether no part of the way to `path` is a link, which could lead out of the tree. */
  async #isInside(path: string): Promise<boolean> {
    const folder = join(this.root, path, '..');
    return path === '' || (await realpath(folder)) === join(await realpath(this.root), path, '..');
  }

  async #walk(under: string, entries: TreeEntry[]): Promise<void> {
    const names = await readdir(join(this.root, under), { withFileTypes: true }).catch((error: unknown) => {
      if (under === '') throw this.#unreadable(error);
      return undefined;
    });
    if (names === undefined) {
      entries.push({ path: under, kind: 'closed', id: 'closed', bytes: 0 });
      return;
    }
    const files = names.filter((name) => !name.isDirectory());
    for (let start = 0; start < files.length; start += parallelReads) {
      const batch = files.slice(start, start + parallelReads).map(async ({ name }) => {
        const path = under === '' ? name : `${under}/${name}`;
        const found = await lstat(join(this.root, path)).catch(() => undefined);
        return found === undefined ? undefined : entryOf(path, found);
      });
      for (const entry of await Promise.all(batch)) if (entry !== undefined) entries.push(entry);
    }
    if (entries.length > maxEntries) throw this.#tooMany();
    for (const folder of names) {
      if (!folder.isDirectory() || folder.name.startsWith('.')) continue;
      await this.#walk(under === '' ? folder.name : `${under}/${folder.name}`, entries);
    }
  }

  async #readOne(entry: TreeEntry): Promise<FileContent> {
    const path = join(this.root, entry.path);
    try {
      const bytes =
        entry.kind === 'link' ? Buffer.from(await readlink(path)) : await readFile(path, { flag: plainFile });
      return { kind: 'content', bytes };
    } catch (error) {
      return { kind: 'unreadable', why: reasonOf(error) };
    }
  }

  #unreadable(error: unknown): AppError {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return new AppError({
      code: isAbsent ? 'source-not-found' : 'source-unreadable',
      what: `cannot read ${this.name}`,
      why: isAbsent ? 'there is no such directory' : reasonOf(error),
      remedy: isAbsent ? 'Correct the path of the source' : 'Give Mooring read rights on it',
      cause: error,
    });
  }

  #tooMany(): AppError {
    return new AppError({
      code: 'manifest-refused',
      what: `cannot read ${this.name}`,
      why: `it holds more than ${maxEntries} files`,
      remedy: 'Name the directory of the manifests alone',
    });
  }
}

/** Undefined for sockets, pipes and devices: opening one could block for ever. */
function entryOf(path: string, found: Stats): TreeEntry | undefined {
  const kind = found.isSymbolicLink() ? 'link' : found.isFile() ? 'file' : undefined;
  if (kind === undefined) return undefined;
  const id = `${found.ino}-${found.size}-${found.mtimeMs}-${found.ctimeMs}`;
  return { path, kind, id, bytes: found.size, writtenAt: found.mtime.toISOString() };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'the rights to read it are missing';
  return code === 'ENOENT' ? 'it has gone meanwhile' : error.message;
}
