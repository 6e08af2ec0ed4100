import type { Resource } from '../resource/resource.ts';
import { formatResourceId, type ResourceId } from '../resource/resource-id.ts';
import type { Gap, LiveSnapshot } from '../resource/snapshot.ts';
import { DirectoryTree } from './directory-tree.ts';
import { type DumpFile, readDumps } from './dump-files.ts';
import { changedIds, snapshotOf, withLostResources } from './dump-snapshot.ts';
import type { KindState, LiveFeed, LiveRequest, LiveSource } from './live-source.ts';
import { watchFolder } from './watch-folder.ts';

/**
 * The live side from a folder of dumps, as `kubectl get -o yaml|json` prints them: single objects, several documents, lists. Files
 * `openapi/*.json` are the cluster's `/openapi/v3` documents. Everything in the folder is told, whatever was asked for.
 */
export class DirectorySource implements LiveSource {
  readonly name: string;
  readonly #tree: DirectoryTree;

  constructor(directory: string) {
    this.name = directory;
    this.#tree = new DirectoryTree(directory);
  }

  async read(_request: LiveRequest, signal: AbortSignal): Promise<LiveSnapshot> {
    const { files, gaps } = await readDumps(this.#tree, new Map(), signal);
    return snapshotOf(this.name, files, gaps);
  }

  async watch(
    _request: LiveRequest,
    changed: (ids: readonly ResourceId[]) => void,
    signal: AbortSignal,
  ): Promise<LiveFeed> {
    const feed = new DirectoryFeed(this.name, this.#tree, changed);
    await feed.start(signal);
    return feed;
  }
}

/** How long a file may be half written before it is taken as it is, and gone before its objects are, in milliseconds. */
const patience = { broken: 2_000, gone: 300 } as const;
const retryAfter = 100;

class DirectoryFeed implements LiveFeed {
  readonly #name: string;
  readonly #tree: DirectoryTree;
  readonly #changed: (ids: readonly ResourceId[]) => void;
  readonly #stop = new AbortController();
  #files = new Map<string, DumpFile>();
  #gaps: readonly Gap[] = [];
  #snapshot: LiveSnapshot | undefined;
  #byKey: ReadonlyMap<string, Resource> | undefined;
  /** Files that look half written, and since when. */
  readonly #suspects = new Map<string, number>();
  #looking: Promise<void> = Promise.resolve();
  #since = '';
  #failure: string | null = null;

  constructor(name: string, tree: DirectoryTree, changed: (ids: readonly ResourceId[]) => void) {
    this.#name = name;
    this.#tree = tree;
    this.#changed = changed;
  }

  async start(signal: AbortSignal): Promise<void> {
    // Watching before the first read, so that nothing falls between.
    await watchFolder(this.#tree.root, () => this.#look(), AbortSignal.any([signal, this.#stop.signal]));
    signal.addEventListener('abort', () => this.#stop.abort(), { once: true });
    const { files, gaps } = await readDumps(this.#tree, new Map(), signal);
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#gaps = gaps;
    this.#since = this.snapshot().readAt;
  }

  snapshot(): LiveSnapshot {
    this.#snapshot ??= snapshotOf(this.#name, [...this.#files.values()], this.#allGaps());
    return this.#snapshot;
  }

  find(id: ResourceId): Resource | undefined {
    this.#byKey ??= new Map(this.snapshot().resources.map((resource) => [formatResourceId(resource.id), resource]));
    return this.#byKey.get(formatResourceId(id));
  }

  states(): readonly KindState[] {
    const { resources, readAt } = this.snapshot();
    const counts = new Map<string, { readonly kind: KindState['kind']; objects: number }>();
    for (const { apiVersion, id } of resources) {
      const key = `${apiVersion}/${id.kind}`;
      const count = counts.get(key) ?? { kind: { apiVersion, kind: id.kind }, objects: 0 };
      count.objects += 1;
      counts.set(key, count);
    }
    return [...counts.values()].map(({ kind, objects }) => ({
      kind,
      phase: this.#failure === null ? 'synced' : 'stale',
      since: this.#since,
      reason: this.#failure ?? 'read from a folder of dumps',
      objects,
      lastEventAt: readAt,
      lastListAt: readAt,
      relists: 0,
    }));
  }

  follow(): Promise<void> {
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  #look(): void {
    // One look after the other; each compares what is on disk with what is held.
    this.#looking = this.#looking.then(() => this.#lookOnce());
  }

  async #lookOnce(): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    try {
      const { files, gaps } = await readDumps(this.#tree, this.#files, signal);
      this.#failure = null;
      this.#take(files, gaps);
    } catch (error) {
      // The folder as a whole is away: what is held stays, marked as stale.
      if (signal.aborted) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#snapshot = undefined;
    }
  }

  #take(files: readonly DumpFile[], gaps: readonly Gap[]): void {
    const next = new Map<string, DumpFile>();
    const now = performance.now();
    for (const file of files) next.set(file.path, this.#patient(file, now));
    for (const [path, file] of this.#files) {
      // An editor that replaces a file takes it away for a moment.
      if (!next.has(path) && this.#mayComeBack(path, now, patience.gone)) next.set(path, { ...file, id: '' });
    }
    for (const path of this.#suspects.keys()) if (!next.has(path)) this.#suspects.delete(path);
    const ids = changedIds(this.#files, next);
    const gapsChanged = JSON.stringify(gaps) !== JSON.stringify(this.#gaps);
    this.#files = next;
    this.#gaps = gaps;
    if (ids.length > 0 || gapsChanged) {
      this.#snapshot = undefined;
      this.#byKey = undefined;
    }
    if (this.#suspects.size > 0) setTimeout(() => this.#look(), retryAfter).unref();
    if (ids.length > 0) this.#changed(ids);
  }

  /** What was held of a file that looks half written, for as long as patience lasts; then the file as it is. */
  #patient(file: DumpFile, now: number): DumpFile {
    const held = this.#files.get(file.path);
    if (!file.isSuspect) {
      this.#suspects.delete(file.path);
      return file;
    }
    if (held === undefined || held === file) return file;
    if (this.#mayComeBack(file.path, now, patience.broken)) return { ...held, id: '' };
    this.#suspects.delete(file.path);
    return withLostResources(file, held);
  }

  #mayComeBack(path: string, now: number, limit: number): boolean {
    const since = this.#suspects.get(path) ?? now;
    this.#suspects.set(path, since);
    const waits = now - since < limit;
    if (!waits) this.#suspects.delete(path);
    return waits;
  }

  #allGaps(): readonly Gap[] {
    if (this.#failure === null) return this.#gaps;
    return [
      ...this.#gaps,
      { what: this.#name, why: this.#failure, remedy: 'Make the folder readable again', scope: {} },
    ];
  }
}
