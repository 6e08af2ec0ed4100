import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchFolder } from '../collectors/watch-folder.ts';
import type { GitRepository } from './git-repository.ts';

export interface RepositoryWatch {
  readonly repository: GitRepository;
  readonly pollInterval: number;
  readonly signal: AbortSignal;
}

/**
 * Calls `look` when the refs of a repository may have moved: at every interval, and at once for a repository of this machine.
 * Never two at a time; a `look` that fails is tried again at the next interval. A mirror is not watched: fetching writes into it.
 * Resolves once it watches, and goes on until aborted.
 */
export async function watchRepository(options: RepositoryWatch, look: () => Promise<void>): Promise<void> {
  const { repository, signal } = options;
  let wake = new AbortController();
  const ring = (): void => wake.abort();
  if (repository.isLocal) {
    watchHead(repository.gitDirectory, ring, signal);
    await watchFolder(join(repository.commonDirectory, 'refs'), ring, signal);
  }
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await quietSleep(options.pollInterval, AbortSignal.any([signal, wake.signal]));
      if (signal.aborted) return;
      wake = new AbortController();
      // What failed now is tried again later; whoever reads the source next gets the error itself.
      await look().catch(() => {});
    }
  };
  void loop();
}

/** HEAD and the packed refs. Where the system cannot watch, the interval remains. */
function watchHead(gitDirectory: string, changed: () => void, signal: AbortSignal): void {
  try {
    const watcher = watch(gitDirectory, { persistent: false, signal }, (_event, file) => {
      if (file === 'HEAD' || file === 'packed-refs') changed();
    });
    watcher.on('error', () => watcher.close());
  } catch {
    // A limit of the system, or a network mount.
  }
}

async function quietSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    // Woken or aborted: the caller looks at the signals.
  }
}
