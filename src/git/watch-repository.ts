import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitRepository } from './git-repository.ts';

export interface RepositoryWatch {
  readonly repository: GitRepository;
  readonly pollInterval: number;
  readonly signal: AbortSignal;
}

/** A commit writes several files; they are looked at once. */
const settle = 30;

/**
 * Calls `look` when the refs of a repository may have moved: at every interval, and at once for a repository of this machine.
 * Never two at a time; a `look` that fails is tried again at the next interval. Returns at once and goes on until aborted.
 */
export function watchRepository(options: RepositoryWatch, look: () => Promise<void>): void {
  const { repository, signal } = options;
  let wake = new AbortController();
  const ring = (): void => wake.abort();
  // Fetching writes into a mirror, so watching one would ring for ever.
  const folders = repository.isLocal ? [repository.gitDirectory, join(repository.commonDirectory, 'refs')] : [];
  const watchers = folders.map((folder, index) => watchFolder(folder, index > 0, ring));
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await quietSleep(options.pollInterval, AbortSignal.any([signal, wake.signal]));
      if (wake.signal.aborted) await quietSleep(settle, signal);
      if (signal.aborted) break;
      wake = new AbortController();
      // What failed now is tried again later; whoever reads the source next gets the error itself.
      await look().catch(() => {});
    }
    for (const watcher of watchers) watcher?.close();
  };
  void loop();
}

/** Undefined when the folder cannot be watched (a limit of the system, a network mount): the interval remains. */
function watchFolder(folder: string, recursive: boolean, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { recursive, persistent: false }, (_event, file) => {
      if (file === null || !/(^|\/)(index|FETCH_HEAD|COMMIT_EDITMSG)(\.lock)?$/.test(file)) changed();
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

async function quietSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    // Woken or aborted: the caller looks at the signals.
  }
}
