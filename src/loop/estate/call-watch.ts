import type { CallReading, CallSource } from '../../collectors/call-source.ts';
import type { DependencyGraph } from '../../graph/dependency-graph.ts';
import { type Claimed, type Observed, observing } from '../../graph/observed/observe.ts';
import type { Steps } from '../../graph/observed/steps.ts';
import { createMemory, forgottenBefore, remembering, type TrafficMemory } from '../../graph/observed/traffic-memory.ts';
import type { Logger } from '../../log/logger.ts';
import { backOff } from '../back-off.ts';
import { sleep, untilWoken } from '../sleep.ts';
import { type CallState, sentencesOf } from './call-state.ts';
import type { TrafficLog } from './traffic-log.ts';

export interface WatchedSource {
  readonly source: CallSource;
  /** Milliseconds: how far a look looks back, and the time between two. */
  readonly window: number;
  readonly interval: number;
}

export interface CallWatchOptions {
  readonly sources: readonly WatchedSource[];
  /** The graph of the moment; null before the first round. */
  readonly graph: () => DependencyGraph | null;
  /** Remembers what was seen beyond a restart. */
  readonly log: TrafficLog;
  readonly clock: () => Date;
  /** 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Told of each look. */
  readonly looked: (source: string, reading: CallReading) => void;
}

interface Followed extends WatchedSource {
  readonly memory: TrafficMemory;
  claimed: Claimed;
  /** The graph that `claimed` is about. */
  graph: DependencyGraph | null;
  failures: number;
  isUp: boolean | null;
  why: string | null;
  observed: Observed;
}

const none: Observed = { edges: 0, aged: 0, unresolved: 0, restated: 0, moved: new Map() };
const shortestWait = 1_000;
const untilGraph = 200;

/**
 * Asks sources of traffic at their intervals, beside the rounds and never in their way, and keeps what they tell in the graph. A source that
 * fails or tells nothing takes nothing away: what it told goes on to count, says its age, and fades.
 */
export class CallWatch implements AsyncDisposable {
  readonly #options: CallWatchOptions;
  readonly #abort = new AbortController();
  readonly #followed: readonly Followed[];
  readonly #sleepers = new Set<() => void>();
  #done: Promise<unknown> = Promise.resolve();

  constructor(options: CallWatchOptions) {
    this.#options = options;
    this.#followed = options.sources.map((each) => ({
      ...each,
      memory: createMemory(each.source.name, each.window),
      claimed: new Map(),
      graph: null,
      failures: 0,
      isUp: null,
      why: null,
      observed: none,
    }));
  }

  start(): void {
    this.#done = this.#work();
  }

  /** A round may have built the graph anew, without what was seen. */
  wake(): void {
    for (const wake of this.#sleepers) wake();
  }

  states(): readonly CallState[] {
    return this.#followed.map(({ memory, isUp, why, observed }) => {
      const { edges, aged, unresolved } = observed;
      const { source, readAt } = memory;
      // While it does not answer nothing was seen at its last look.
      const [fresh, quiet] = isUp === false ? [0, edges + aged] : [edges, aged];
      return { source, isUp, readAt, why, fresh, aged: quiet, unresolved };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #work(): Promise<void> {
    const { log, clock } = this.#options;
    const names = this.#followed.map(({ source }) => source.name);
    await this.#survive(() => log.retain(names, forgottenBefore(clock())));
    await Promise.all(this.#followed.map((each) => this.#follow(each)));
  }

  async #follow(followed: Followed): Promise<void> {
    const { signal } = this.#abort;
    await this.#survive(() => this.#recall(followed));
    // What was seen before a restart counts before anybody answers.
    while (!signal.aborted && this.#options.graph() === null) await sleep(untilGraph, signal);
    await this.#survive(() => this.#takeIn(followed));
    while (!signal.aborted) {
      let pause: number | null = null;
      await this.#survive(async () => {
        pause = await this.#look(followed);
      });
      await this.#survive(() => this.#takeIn(followed));
      await this.#rest(followed, pause ?? followed.interval);
    }
  }

  /** Until the next look. A server may ask for long pauses, in which what was seen ages and the graph may be built anew. */
  async #rest(followed: Followed, pause: number): Promise<void> {
    const { signal } = this.#abort;
    const until = performance.now() + pause;
    let agesAt = performance.now() + followed.interval * 2;
    for (let now = performance.now(); now < until && !signal.aborted; now = performance.now()) {
      const graph = this.#options.graph();
      if (now >= agesAt || (graph !== null && graph !== followed.graph)) {
        agesAt = now + followed.interval;
        await this.#survive(() => this.#takeIn(followed));
        continue;
      }
      await untilWoken(signal, (wake) => {
        this.#sleepers.add(wake);
        const timer = setTimeout(wake, Math.min(until, agesAt) - now);
        return () => {
          clearTimeout(timer);
          this.#sleepers.delete(wake);
        };
      });
    }
  }

  /** A defect of one look must not end the watch. */
  async #survive(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#options.logger.error('a look at traffic failed', {
        why: error instanceof Error ? error.message : String(error),
      });
    }
  }

  async #recall({ memory }: Followed): Promise<void> {
    const { calls, movements } = await this.#options.log.load(memory.source);
    for (const [key, call] of calls) {
      memory.calls.set(key, call);
      if (memory.since === null || call.firstSeen < memory.since) memory.since = call.firstSeen;
      if (memory.readAt === null || call.lastSeen > memory.readAt) memory.readAt = call.lastSeen;
    }
    for (const [key, movement] of movements) memory.movements.set(key, movement);
    // What failed until now may have been counted in an earlier run.
    memory.countedAt = this.#options.clock().toISOString();
  }

  /** Answers with the milliseconds until the next one. */
  async #look(followed: Followed): Promise<number> {
    const { clock, random, looked, logger } = this.#options;
    const { source, interval, memory } = followed;
    const reading = await source.read(this.#abort.signal);
    looked(source.name, reading);
    if (reading.kind === 'failed') {
      if (followed.isUp !== false) logger.warn('traffic cannot be read', { source: source.name, why: reading.why });
      followed.failures += 1;
      followed.isUp = false;
      followed.why = reading.why;
      const pause = Math.min(interval, Math.max(shortestWait, backOff(followed.failures, random())));
      return Math.max(pause, reading.retryAfterMs ?? 0);
    }
    if (followed.isUp === false) logger.info('traffic is read again', { source: source.name });
    followed.failures = 0;
    followed.isUp = true;
    followed.why = reading.calls.length === 0 ? 'it tells of no call' : null;
    const { changed, forgotten } = await this.#inSteps(remembering(memory, reading.calls, clock().toISOString()));
    if (changed.size + forgotten.length > 0) await this.#options.log.keepCalls(memory.source, changed, forgotten);
    return interval * (0.9 + random() / 5);
  }

  /** Lets others have their turn between the steps. */
  async #inSteps<Result>(steps: Steps<Result>): Promise<Result> {
    for (;;) {
      await new Promise(setImmediate);
      this.#abort.signal.throwIfAborted();
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** Brings the graph in line, in steps between which rounds get their turn. */
  async #takeIn(followed: Followed): Promise<void> {
    const graph = this.#options.graph();
    if (graph === null) return;
    if (followed.graph !== graph) {
      followed.graph = graph;
      followed.claimed = new Map();
    }
    const { memory, claimed } = followed;
    const observed = await this.#inSteps(
      whileTrue(
        () => this.#options.graph() === graph,
        observing(graph, memory, claimed, this.#options.clock().toISOString()),
      ),
    );
    if (observed === undefined) return;
    followed.observed = observed;
    if (observed.moved.size > 0) await this.#options.log.keepMovements(memory.source, observed.moved);
    graph.unobserved = this.states().flatMap((state) => sentencesOf(state));
  }
}

/** Ends without a result when the condition no longer holds. */
function* whileTrue<Result>(holds: () => boolean, steps: Steps<Result>): Steps<Result | undefined> {
  while (holds()) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield;
  }
  return undefined;
}
