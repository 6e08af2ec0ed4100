import type { ImageReading, ImageSource } from '../../collectors/image-source.ts';
import { noteImages, reread, wantedImages } from '../../graph/build-graph.ts';
import type { DependencyGraph } from '../../graph/dependency-graph.ts';
import type { Logger } from '../../log/logger.ts';
import type { ImageState } from '../../resource/image/image-config.ts';
import { backOff } from '../back-off.ts';
import { sleep, untilWoken } from '../sleep.ts';

export interface ImageWatchOptions {
  readonly source: ImageSource;
  /** The map that the graph was made with: what is known survives a graph that is built anew. */
  readonly states: Map<string, ImageState>;
  readonly graph: () => DependencyGraph | null;
  /** Keyrings that pods bring along for an image. */
  readonly keyringsFor: (graph: DependencyGraph, reference: string) => readonly string[];
  /** Milliseconds after which a tag is asked again. */
  readonly refreshMs: number;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Told of each look. */
  readonly looked: (reading: ImageReading) => void;
  /** Milliseconds that at least pass between two looks around; rounds may follow one another closely. Default 1000. */
  readonly restMs?: number;
}

/** How the images that workloads use fare. */
export interface ImageCounts {
  readonly known: number;
  readonly stale: number;
  readonly unreadable: number;
  readonly waiting: number;
  /** RFC 3339; null while none is known. */
  readonly oldestReadAt: string | null;
}

interface Appointment {
  readonly dueAt: number;
  readonly failures: number;
  /** When it was last read with success, in milliseconds since 1970. */
  readonly readAt: number | null;
}

/** Looks at once, and users of images read again at one go. */
const batch = 20;
const portion = 100;
const longestSleep = 60_000;

/**
 * Keeps what the graph knows of images current, beside the rounds and never in their way: new images soon, tags at an interval, failures with
 * growing pauses. What was known and cannot be read anew stays, and says its age.
 */
export class ImageWatch implements AsyncDisposable {
  readonly #options: ImageWatchOptions;
  readonly #abort = new AbortController();
  readonly #appointments = new Map<string, Appointment>();
  #wake = (): void => {};
  #woken = false;
  #done: Promise<void> = Promise.resolve();

  constructor(options: ImageWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#done = this.#work();
  }

  /** A round may have brought other images. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  counts(): ImageCounts {
    const graph = this.#options.graph();
    const counts = { known: 0, stale: 0, unreadable: 0, waiting: 0 };
    let oldest: number | null = null;
    for (const reference of graph === null ? [] : wantedImages(graph)) {
      counts[stateName(this.#options.states.get(reference))] += 1;
      const { readAt = null } = this.#appointments.get(reference) ?? {};
      if (readAt !== null && (oldest === null || readAt < oldest)) oldest = readAt;
    }
    return { ...counts, oldestReadAt: oldest === null ? null : new Date(oldest).toISOString() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #work(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#woken = false;
      const graph = this.#options.graph();
      const due = graph === null ? [] : this.#due(graph);
      if (graph !== null && due.length > 0)
        await this.#look(graph, due).catch((error: unknown) => this.#survive(error));
      else await this.#rest(signal);
      await sleep(due.length > 0 ? 0 : (this.#options.restMs ?? 1000), signal);
    }
  }

  /** A defect of one look must not end the watch. */
  #survive(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#options.logger.error('a look at images failed', {
      why: error instanceof Error ? error.message : String(error),
    });
  }

  async #rest(signal: AbortSignal): Promise<void> {
    const now = this.#now();
    const next = Math.min(...[...this.#appointments.values()].map(({ dueAt }) => dueAt), now + longestSleep);
    await untilWoken(signal, (wake) => {
      this.#wake = wake;
      if (this.#woken) wake();
      const timer = setTimeout(wake, Math.max(0, next - now));
      return () => clearTimeout(timer);
    });
  }

  /** The next ones to look at; what nobody uses any more is forgotten. */
  #due(graph: DependencyGraph): string[] {
    const wanted = new Set(wantedImages(graph));
    for (const known of [this.#appointments, this.#options.states])
      for (const reference of known.keys()) if (!wanted.has(reference)) known.delete(reference);
    const now = this.#now();
    return [...wanted].filter((reference) => (this.#appointments.get(reference)?.dueAt ?? 0) <= now).slice(0, batch);
  }

  async #look(graph: DependencyGraph, references: readonly string[]): Promise<void> {
    const { source, keyringsFor, looked } = this.#options;
    const { signal } = this.#abort;
    const news = new Map<string, ImageState>();
    await Promise.all(
      references.map(async (reference) => {
        const reading = await source.read(reference, keyringsFor(graph, reference), signal);
        looked(reading);
        news.set(reference, this.#stateAfter(reference, reading));
        this.#appoint(reference, reading);
      }),
    );
    await this.#learn(news);
  }

  /** What was known stays when it cannot be read anew. */
  #stateAfter(reference: string, reading: ImageReading): ImageState {
    if (reading.kind === 'known') return { kind: 'known', image: reading.image };
    const before = this.#options.states.get(reference);
    const readAt = this.#appointments.get(reference)?.readAt ?? null;
    if (before?.kind === 'known' && readAt !== null)
      return { ...before, stale: { readAt: new Date(readAt).toISOString(), why: reading.why } };
    const isNews = before?.kind !== 'unreadable' || before.why !== reading.why;
    if (isNews) this.#options.logger.warn('an image cannot be read', { image: reference, why: reading.why });
    return { kind: 'unreadable', why: reading.why };
  }

  #appoint(reference: string, reading: ImageReading): void {
    const { refreshMs, random } = this.#options;
    const now = this.#now();
    const before = this.#appointments.get(reference);
    const refresh = refreshMs * (0.9 + random() / 5);
    if (reading.kind === 'known') {
      this.#appointments.set(reference, { dueAt: now + refresh, failures: 0, readAt: now });
      return;
    }
    const failures = (before?.failures ?? 0) + 1;
    const pause = isLasting(reading) ? refresh : Math.min(refresh, backOff(failures, random()) * 10);
    const dueAt = now + Math.max(pause, reading.retryAfterMs ?? 0);
    this.#appointments.set(reference, { dueAt, failures, readAt: before?.readAt ?? null });
  }

  /** Takes news into the graph of the moment, in portions between which rounds get their turn. */
  async #learn(news: ReadonlyMap<string, ImageState>): Promise<void> {
    const graph = this.#options.graph();
    if (graph === null) {
      // Whoever builds the next one finds the appointments gone, and asks again; the answers are cached.
      for (const reference of news.keys()) this.#appointments.delete(reference);
      return;
    }
    const keys = noteImages(graph, news);
    for (let at = 0; at < keys.length; at += portion) {
      if (this.#options.graph() !== graph || this.#abort.signal.aborted) return;
      reread(graph, keys.slice(at, at + portion), this.#options.clock().toISOString());
      await new Promise(setImmediate);
    }
  }

  #now(): number {
    return this.#options.clock().getTime();
  }
}

function stateName(state: ImageState | undefined): 'known' | 'stale' | 'unreadable' | 'waiting' {
  if (state === undefined) return 'waiting';
  if (state.kind === 'unreadable') return 'unreadable';
  return state.stale === undefined ? 'known' : 'stale';
}

/** Failures that go away only when somebody does something. */
function isLasting({ problem }: Extract<ImageReading, { kind: 'unreadable' }>): boolean {
  return ['invalid-reference', 'not-allowed', 'not-an-image', 'not-found', 'too-large', 'unauthorized'].includes(
    problem,
  );
}
