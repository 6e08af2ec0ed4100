import type { CallReading, CallSource } from '../../collectors/call-source.ts';
import type { DependencyGraph } from '../../graph/dependency-graph.ts';
import { type Claimed, type Observed, observing } from '../../graph/observed/observe.ts';
import { createMemory, remember, type SeenCall, type TrafficMemory } from '../../graph/observed/traffic-memory.ts';
import type { Logger } from '../../log/logger.ts';
import { backOff } from '../back-off.ts';
import { sleep } from '../sleep.ts';
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

/** How a source of traffic fares. */
export interface CallState {
  readonly source: string;
  /** Whether the last look brought an answer; null before the first. */
  readonly isUp: boolean | null;
  /** RFC 3339, of the last look that told of calls, also in an earlier run; null when none ever did. */
  readonly readAt: string | null;
  readonly why: string | null;
  /** Edges of its calls that were seen at the last look, edges that are quiet, and calls with an end that is not in the graph. */
  readonly fresh: number;
  readonly aged: number;
  readonly unresolved: number;
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

const none: Observed = { edges: 0, aged: 0, unresolved: 0, restated: 0 };
/** What was seen is written down this often when it goes on, in milliseconds: a crash makes it at most so much older. */
const writeTimesEvery = 600_000;
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
    this.#done = Promise.all(this.#followed.map((each) => this.#follow(each)));
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
        await this.#takeIn(followed);
      });
      await sleep(pause ?? followed.interval, signal);
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
    const seen = await this.#options.log.load(memory.source);
    for (const [key, call] of seen) {
      memory.calls.set(key, call);
      if (memory.since === null || call.firstSeen < memory.since) memory.since = call.firstSeen;
      if (memory.readAt === null || call.lastSeen > memory.readAt) memory.readAt = call.lastSeen;
    }
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
    const before = new Map(memory.calls);
    const forgotten = remember(memory, reading.calls, clock().toISOString());
    await this.#write(memory, before, forgotten);
    return interval * (0.9 + random() / 5);
  }

  async #write(
    memory: TrafficMemory,
    before: ReadonlyMap<string, SeenCall>,
    forgotten: readonly string[],
  ): Promise<void> {
    const changed = new Map<string, SeenCall>();
    for (const [key, call] of memory.calls) {
      const known = before.get(key);
      if (known === call) continue;
      const periodOf = ({ lastSeen }: SeenCall): number => Math.floor(Date.parse(lastSeen) / writeTimesEvery);
      if (known === undefined || periodOf(known) !== periodOf(call)) changed.set(key, call);
    }
    if (changed.size + forgotten.length > 0) await this.#options.log.keep(memory.source, changed, forgotten);
  }

  /** Brings the graph in line, in steps between which rounds get their turn. */
  async #takeIn(followed: Followed): Promise<void> {
    const graph = this.#options.graph();
    if (graph === null) return;
    if (followed.graph !== graph) {
      followed.graph = graph;
      followed.claimed = new Map();
    }
    const steps = observing(graph, followed.memory, followed.claimed, this.#options.clock().toISOString());
    for (;;) {
      await new Promise(setImmediate);
      if (this.#abort.signal.aborted || this.#options.graph() !== graph) return;
      const step = steps.next();
      if (step.done !== true) continue;
      followed.observed = step.value;
      break;
    }
    graph.unobserved = this.states().flatMap((state) => sentenceOf(state));
  }
}

function sentenceOf({ source, isUp, readAt, why, unresolved }: CallState): readonly string[] {
  const sentences: string[] = [];
  const known = readAt === null ? 'nothing was ever read' : `what it told until ${readAt} goes on to count, and fades`;
  if (isUp === false) sentences.push(`traffic of ${source}: ${why ?? 'it does not answer'}; ${known}`);
  else if (isUp === true && why !== null) sentences.push(`traffic of ${source}: ${why}; ${known}`);
  if (unresolved > 0) sentences.push(`traffic of ${source}: ${unresolved} calls have an end that is not in the graph`);
  return sentences;
}
