import type { KindState } from '../collectors/live-source.ts';
import type { AuditEntry } from '../drift/attribute/audit-join.ts';
import type { AuditReport } from '../drift/drift-report.ts';
import type { JudgedRule } from '../drift/rule-use.ts';
import { asAppError } from '../errors/app-error.ts';
import type { AppError } from '../errors/app-error.ts';
import type { ObjectChange } from '../graph/change/object-change.ts';
import type { DependencyGraph } from '../graph/dependency-graph.ts';
import { errorFields } from '../log/logger.ts';
import type { Logger } from '../log/logger.ts';
import { backOff } from './back-off.ts';
import { createRetries, type Retries } from './retries.ts';
import type { DeclaredSource } from './estate/declared-sources.ts';
import type { SourceState } from './estate/desired-side.ts';
import { Estate } from './estate/estate.ts';
import type { EstateOptions } from './estate/estate.ts';
import type { GraphKeeper } from './estate/graph-keeper.ts';
import type { LeadershipState } from './leadership.ts';
import { isStalled } from './liveness.ts';
import type { Round, RoundWork } from './round.ts';
import { runOnce } from './run-once.ts';
import type { RoundDependencies } from './run-once.ts';
import { sleep } from './sleep.ts';
import { startSchedule } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { within } from './within.ts';
import { createWorkQueue } from './work-queue.ts';
import type { WorkQueue } from './work-queue.ts';

export interface DaemonOptions extends EstateOptions {
  /** Calls when other sources may be declared; absent: nobody tells. Throws AppError when it cannot be watched. */
  readonly watchSources?: (changed: () => void, signal: AbortSignal) => Promise<void>;
  /** The stages that the daemon does not bring itself. */
  readonly act: Pick<RoundDependencies, 'rules' | 'tell' | 'propose' | 'observers'>;
  readonly logger: Logger;
  /** 0 to 1; spreads retries. */
  readonly random: () => number;
  /** Cron pattern of the whole comparison. */
  readonly fullPattern: string;
  /** How long changes are gathered, in milliseconds. */
  readonly settleMs: number;
}

export type DaemonPhase = 'starting' | 'running' | 'stopping' | 'stopped';

/** What the faces show. Times are RFC 3339. */
export interface DaemonStatus {
  readonly phase: DaemonPhase;
  readonly startedAt: string;
  /** Why it cannot run yet, or what the last round could not do. */
  readonly trouble: AppError | null;
  readonly lastRoundAt: string | null;
  readonly lastWholeRoundAt: string | null;
  readonly nextWholeRoundAt: string | null;
  readonly stalled: boolean;
  readonly waiting: number;
  readonly kinds: readonly KindState[];
  readonly sources: readonly SourceState[];
  /** Absent where nobody keeps count of rules. */
  readonly rules?: RulesStatus;
  /** Absent where no other replica could lead. */
  readonly leadership?: LeadershipState;
}

export interface RulesStatus {
  readonly known: number;
  /** Those that have expired, or have matched nothing for long. */
  readonly canGo: readonly JudgedRule[];
}

const phaseInterval = 1000;
const drain = 10_000;

/** Watches both sides, runs rounds one after another, and looks at everything again by schedule. One life: start, then stop. */
export class Daemon implements AsyncDisposable {
  readonly #options: DaemonOptions;
  readonly #startedAt: Date;
  readonly #abort = new AbortController();
  readonly #estate: Estate;
  readonly #queue: WorkQueue;
  readonly #retries: Retries;
  #phase: DaemonPhase = 'starting';
  #trouble: AppError | null = null;
  #lastRound: Date | null = null;
  #lastWholeRound: Date | null = null;
  /** On the clock that never jumps: somebody who sets the time must not have the process restarted. */
  #busySince: number | null = null;
  #schedule: Schedule | null = null;
  #watching = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#startedAt = options.clock();
    this.#estate = new Estate({ ...options, renewSources: (signal) => this.#renewSources(signal) });
    this.#queue = createWorkQueue(options);
    this.#retries = createRetries(options.random, this.#abort.signal);
  }

  /** Returns at once; the first round follows when both sides could be read, with retries until then. */
  start(): void {
    this.#done = this.#work().catch((error: unknown) => {
      this.#trouble = asAppError(error, 'cannot go on');
      this.#options.logger.error('the loop ended', errorFields(error, 'cannot go on'));
    });
  }

  /** Verdicts computed since the start. */
  get judgements(): number {
    return this.#estate.judgements;
  }

  status(): DaemonStatus {
    return {
      phase: this.#phase,
      trouble: this.#trouble,
      startedAt: this.#startedAt.toISOString(),
      lastRoundAt: this.#lastRound?.toISOString() ?? null,
      lastWholeRoundAt: this.#lastWholeRound?.toISOString() ?? null,
      nextWholeRoundAt: this.#schedule?.next() ?? null,
      stalled: isStalled(this.#busySince, performance.now()),
      waiting: this.#queue.size,
      kinds: this.#estate.kinds,
      sources: this.#estate.sources,
    };
  }

  /** The whole report as of the last round; null before the first. */
  report(): AuditReport | null {
    return this.#lastWholeRound === null ? null : this.#estate.report();
  }

  /** The dependency graph as of the last round; null before the first. */
  get graph(): DependencyGraph | null {
    return this.#estate.graph.graph;
  }

  /** What drifted of a resource as a change of what Git declares; `at` is its onset. */
  changeOf(...drift: Parameters<GraphKeeper['changeOf']>): ObjectChange {
    return this.#estate.graph.changeOf(...drift);
  }

  /** Takes what the audit log says of writers, and looks at their objects again. */
  learnWriters(entries: readonly AuditEntry[]): void {
    this.#queue.add('live', this.#estate.learnWriters(entries));
  }

  /** Asks for a whole round. */
  look(): void {
    this.#queue.add('asked', null);
  }

  /** Ends after the stage under way, within `withinMs` whatever happens. */
  async stop(withinMs = drain): Promise<void> {
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopping';
    this.#abort.abort();
    const end = Promise.all([this.#done, this.#schedule?.stop()]).then(() => this.#estate.stop());
    if (!(await within(end, withinMs))) {
      this.#options.logger.warn('stopped before everything had ended', { milliseconds: withinMs });
    }
    this.#phase = 'stopped';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #work(): Promise<void> {
    await this.#openSides();
    const { signal } = this.#abort;
    if (signal.aborted) return;
    this.#phase = 'running';
    this.#watch(this.#options.sources);
    this.#watchSources();
    const phases = setInterval(() => {
      if (this.#estate.hasNewPhases()) this.#queue.add('gaps', []);
    }, phaseInterval);
    this.#schedule = startSchedule(this.#options.fullPattern, () => this.#queue.add('schedule', null));
    this.#queue.add('start', null);
    try {
      for (let task = await this.#queue.take(signal); task !== null; task = await this.#queue.take(signal)) {
        await this.#runRound(task);
      }
    } finally {
      clearInterval(phases);
    }
  }

  #watch(sources: readonly DeclaredSource[]): void {
    this.#watching.abort();
    this.#watching = new AbortController();
    const signal = AbortSignal.any([this.#abort.signal, this.#watching.signal]);
    watchManifests(sources, this.#options.logger, this.#queue, signal);
  }

  /** What cannot be watched is still asked in every whole round. */
  #watchSources(): void {
    const { watchSources, logger } = this.#options;
    const { signal } = this.#abort;
    const changed = (): void => this.#queue.add('engines', []);
    watchSources?.(changed, signal).catch((error: unknown) => {
      if (!signal.aborted) logger.warn('cannot watch engines', errorFields(error, 'cannot watch engines'));
    });
  }

  async #renewSources(signal: AbortSignal): Promise<readonly DeclaredSource[] | null> {
    const sources = (await this.#options.renewSources?.(signal)) ?? null;
    if (sources === null) return null;
    this.#options.logger.info('other sources are declared now', { count: sources.length });
    this.#watch(sources);
    return sources;
  }

  async #openSides(): Promise<void> {
    const { signal } = this.#abort;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        await this.#estate.open((keys) => this.#queue.add('live', keys), signal);
        this.#trouble = null;
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = asAppError(error, 'cannot start to watch');
        this.#options.logger.error('cannot watch yet', errorFields(error, 'cannot start to watch'));
        await sleep(backOff(failures, this.#options.random()), signal);
      }
    }
  }

  async #runRound(task: RoundWork): Promise<void> {
    const { signal } = this.#abort;
    const { logger } = this.#options;
    this.#busySince = performance.now();
    try {
      const round = await runOnce(this.#stages(), task, signal);
      if (round !== null) this.#finish(round);
    } catch (error) {
      if (signal.aborted) return;
      this.#trouble = asAppError(error, 'cannot finish the round');
      logger.error('a round failed', errorFields(error, 'cannot finish the round'));
      this.#retries.later(() => this.#queue.add(task.trigger, null));
    } finally {
      this.#busySince = null;
    }
  }

  /** The daemon notes a round before the other observers hear of it, so that whoever they ask answers with it already. */
  #stages(): RoundDependencies {
    const { act, clock } = this.#options;
    const estate = this.#estate;
    return {
      collect: (work, problem, signal) => estate.collect(work, problem, signal),
      compare: (keys, problem, signal) => estate.compare(keys, problem, signal),
      graph: estate.graph,
      candidateOf: (judgement) => estate.candidateOf(judgement),
      clock,
      ...act,
      observers: [{ finished: (round) => this.#note(round) }, ...act.observers],
    };
  }

  #note(round: Round): void {
    this.#lastRound = round.finishedAt;
    if (round.whole) this.#lastWholeRound = round.finishedAt;
    this.#trouble = round.problems[0]?.error ?? null;
  }

  #finish(round: Round): void {
    for (const { stage, resource, error } of round.problems) {
      this.#options.logger.error('a part of a round failed', { phase: stage, resource, ...errorFields(error, stage) });
    }
    lookAgain(round, this.#queue, this.#retries);
  }
}

/** A source that cannot be watched is still read in every whole round. */
function watchManifests(
  sources: readonly DeclaredSource[],
  logger: Logger,
  queue: WorkQueue,
  signal: AbortSignal,
): void {
  for (const { manifests } of sources) {
    manifests
      .watch(() => queue.add('manifests', []), signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        logger.warn('cannot watch a source', { source: manifests.name, ...errorFields(error, 'cannot watch') });
      });
  }
}

/** What a round could not do is tried again soon: the decisions are made anew from what is stored, so nothing is told twice. */
function lookAgain(round: Round, queue: WorkQueue, retries: Retries): void {
  const stages = new Set(round.problems.map(({ stage }) => stage));
  if (stages.has('tell')) retries.later(() => queue.add(round.trigger, null));
  else if (stages.has('collect')) retries.later(() => queue.add('manifests', []));
  else retries.reset();
}
