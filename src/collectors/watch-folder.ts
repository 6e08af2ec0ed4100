import { type FSWatcher, watch } from 'node:fs';
import { setInterval } from 'node:timers';

/** Editors and `git checkout` touch a file several times in a row. */
const settle = 60;
/** For what the operating system does not tell: network mounts, watch limits, folders that were replaced. */
const blindInterval = 5_000;
const regularInterval = 60_000;

/**
 * Calls back, at most every 60 ms, with what changed below a folder: paths relative to it, or `null` for "anything" (a missed event,
 * the regular look every minute, every 5 s where the system cannot watch). Returns at once and goes on until aborted.
 */
export function watchFolder(
  folder: string,
  changed: (paths: ReadonlySet<string> | null) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  let paths: Set<string> | null = new Set();
  let timer: NodeJS.Timeout | undefined;
  const note = (path: string | null): void => {
    // What lies below `.git` and the like is no part of a tree.
    if (path !== null && /(^|\/)\./.test(path)) return;
    if (path === null) paths = null;
    else paths?.add(path);
    timer ??= setTimeout(() => {
      const noted = paths;
      paths = new Set();
      timer = undefined;
      changed(noted);
    }, settle);
  };
  let watcher = startWatcher(folder, note);
  let quietSince = performance.now();
  const regular = setInterval(() => {
    // A watcher that died (its folder was removed and made again) is started anew.
    if (watcher === undefined || hasClosed.has(watcher)) watcher = startWatcher(folder, note);
    else if (performance.now() - quietSince < regularInterval) return;
    quietSince = performance.now();
    note(null);
  }, blindInterval);
  regular.unref();
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(regular);
      clearTimeout(timer);
      watcher?.close();
    },
    { once: true },
  );
}

const hasClosed = new WeakSet<FSWatcher>();

function startWatcher(folder: string, note: (path: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, (_event, path) => note(path));
    watcher.on('error', () => watcher.close());
    watcher.on('close', () => hasClosed.add(watcher));
    return watcher;
  } catch {
    return undefined;
  }
}
