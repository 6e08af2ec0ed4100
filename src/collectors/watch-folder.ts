import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Editors and `git checkout` touch a file several times in a row. */
const settle = 60;
/** For what the operating system does not tell: network mounts, watch limits, folders that were replaced. */
const blindInterval = 5_000;
const regularInterval = 60_000;
const maxFolders = 5_000;

/**
 * Calls back, at most every 60 ms, when something below a folder may have changed; besides once a minute, and every 5 s where the
 * system cannot watch. Resolves once it watches, and goes on until aborted. Folders whose names begin with a dot are no part of it.
 */
export async function watchFolder(folder: string, changed: () => void, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const watching = new FolderWatch(folder, changed);
  signal.addEventListener('abort', () => watching.stop(), { once: true });
  await watching.start();
}

/**
 * One watcher for each folder. Node's own recursive mode watches files one by one and loses those that were replaced by a rename,
 * which is how most editors save.
 */
class FolderWatch {
  readonly #root: string;
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  /** A folder that was removed and made again has another number, and its old watcher is deaf. */
  readonly #inodes = new Map<string, number>();
  #isComplete = false;
  #isStopped = false;
  #scanning: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #regular: NodeJS.Timeout | undefined;
  #toldAt = 0;

  constructor(root: string, changed: () => void) {
    this.#root = root;
    this.#changed = changed;
  }

  async start(): Promise<void> {
    this.#toldAt = performance.now();
    this.#rescan();
    this.#regular = setInterval(() => {
      const isDue = performance.now() - this.#toldAt >= regularInterval;
      if (isDue || !this.#isComplete || !this.#watchers.has(this.#root)) this.#note(true);
    }, blindInterval);
    this.#regular.unref();
    await this.#scanning;
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#regular);
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #note(foldersMayDiffer: boolean): void {
    if (this.#isStopped) return;
    if (foldersMayDiffer) this.#rescan();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#toldAt = performance.now();
      this.#changed();
    }, settle);
  }

  #rescan(): void {
    this.#scanning = this.#scanning.then(() => this.#scan(this.#root));
  }

  async #scan(root: string): Promise<void> {
    const present = new Set<string>([root]);
    let isNew = false;
    for (const folder of present) {
      isNew = (await this.#refresh(folder)) || isNew;
      const names = await readdir(folder, { withFileTypes: true }).catch(() => []);
      if (this.#isStopped) return;
      for (const name of names) {
        if (!name.isDirectory() || name.name.startsWith('.') || present.size >= maxFolders) continue;
        present.add(join(folder, name.name));
      }
    }
    for (const [path, watcher] of this.#watchers) if (!present.has(path)) watcher.close();
    const wasComplete = this.#isComplete;
    this.#isComplete = present.size < maxFolders && [...present].every((path) => this.#watchers.has(path));
    // What came into a new folder before it was watched has been told by nobody.
    if (isNew && wasComplete) this.#note(false);
  }

  /** Watches a folder that is not watched yet; true when it is a new one. */
  async #refresh(folder: string): Promise<boolean> {
    const inode = (await stat(folder).catch(() => undefined))?.ino;
    if (inode === undefined || this.#isStopped) return false;
    const isKnown = this.#inodes.get(folder) === inode && this.#watchers.has(folder);
    if (isKnown) return false;
    this.#watchers.get(folder)?.close();
    this.#inodes.set(folder, inode);
    return this.#watch(folder);
  }

  #watch(folder: string): boolean {
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (name?.startsWith('.') !== true) this.#note(event === 'rename');
      });
      watcher.on('error', () => watcher.close());
      watcher.on('close', () => {
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
      return true;
    } catch {
      // Not there, or a limit of the system: the regular look remains.
      return false;
    }
  }
}
