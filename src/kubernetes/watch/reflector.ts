import { setTimeout as sleep } from 'node:timers/promises';
import type { KindPhase } from '../../collectors/live-source.ts';
import { asAppError } from '../../errors/app-error.ts';
import type { JsonObject } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import { backoffMs } from '../backoff.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { type ListOutcome, listKind } from '../list/list-kind.ts';
import { type LinkedAbort, linkAbort } from '../linked-abort.ts';
import { isSecret } from '../list/live-object.ts';
import { KindHealth } from './kind-health.ts';
import { auditKind } from './audit-kind.ts';
import { PastJudge } from './judge-past.ts';
import { KindCache } from './kind-cache.ts';
import { type Misfortune, nextStep, noMisfortune, type Wait } from './next-step.ts';
import type { KindOptions, ReflectorOptions } from './reflector-options.ts';
import type { ReflectorSink } from './reflector-sink.ts';
import type { WatchEvent } from '../stream/watch-event.ts';
import { describeEnd, type WatchEnd, watchOnce } from '../stream/watch-once.ts';
import { KindLedger, type WatchedKindState } from './watched-kind.ts';

const healthyMs = 1_000;

/**
 * Keeps one kind at one version current: list, watch, resume, and list again when the server has forgotten our version.
 * Every fault ends in `synced` again by itself, or shows as another phase with its reason.
 */
export class Reflector {
  readonly served: ServedKind;
  /** Resolves when the first list is complete and watched, or when it is known why that cannot be had now. */
  settled: Promise<void>;
  readonly #options: ReflectorOptions;
  readonly #sink: ReflectorSink;
  #settle: () => void;
  readonly #stop = new AbortController();
  readonly #ledger: KindLedger;
  readonly #cache: KindCache;
  readonly #health: KindHealth;
  readonly #past: PastJudge;
  #listReason = 'first';
  #misfortune: Misfortune = noMisfortune;
  /** The pause that comes next may end as soon as the server answers somebody else. */
  #isWakeable = false;
  /** Why the watch under way is to be followed by a list; empty when it is not. */
  #listDue = '';
  /** The last audit found the watch behind the server. */
  #isBehind = false;
  #lastBytesAt = 0;
  /** Ends the watch that is under way, so that another one is opened. */
  #giveUp: LinkedAbort | undefined;

  constructor(served: ServedKind, options: ReflectorOptions & KindOptions, sink: ReflectorSink) {
    this.served = served;
    this.#options = options;
    this.#sink = sink;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
    this.#ledger = new KindLedger(options.clock());
    this.#cache = new KindCache(served, this.#ledger, options.floorOf(served), options);
    this.#past = new PastJudge({ connection: options.connection, served, patienceMs: options.pastMs });
    const onPhase = (): void => sink.phaseChanged(this);
    this.#health = new KindHealth(this.#ledger, { clock: options.clock, staleAfterMs: options.staleAfterMs, onPhase });
  }

  get phase(): KindPhase {
    return this.#ledger.phase;
  }

  get reason(): string {
    return this.#ledger.reason;
  }

  get poisoned(): number {
    return this.#ledger.poisoned;
  }

  resources(): readonly Resource[] {
    return this.#cache.resources();
  }

  find({ namespace, name }: ResourceId): Resource | undefined {
    return this.#cache.store.get(`${namespace}/${name}`)?.resource;
  }

  ids(): readonly ResourceId[] {
    return this.#cache.store.ids();
  }

  state(): WatchedKindState {
    return this.#ledger.state(this.served, this.#cache.store.size, this.#cache.floor);
  }

  /** Other names are declared now. What is held of them as metadata only is listed anew; `settled` tells when. */
  declare(names: ReadonlySet<string> | null): void {
    this.#cache.declare(names);
    if (!this.#cache.lacks()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
    this.#listDue = 'declared';
    this.#giveUp?.abort();
  }

  stop(): void {
    this.#health.stop();
    this.#stop.abort();
  }

  /** The way to the server looks dead: a watch that has been silent for a while is given up and opened anew. */
  suspect(silentForMs: number): void {
    if (performance.now() - this.#lastBytesAt >= silentForMs) this.#giveUp?.abort();
  }

  /**
   * Proves that what is held equals what the server holds. A difference is a defect of ours: it is counted, repaired by a
   * list, and given back as keys. A watch that is merely behind is opened anew. Throws AppError, or when stopped.
   */
  async audit(settleMs: number): Promise<readonly string[]> {
    if (this.phase !== 'synced') return [];
    const subject = { served: this.served, cache: this.#cache, settleMs };
    const outcome = await auditKind(this.#options, subject, this.#stop.signal);
    if (outcome.kind === 'unanswered') return [];
    this.#ledger.auditedAt = this.#options.clock();
    // Resuming makes up for what a dead connection held back; should that not help, only a list can.
    const wasBehind = this.#isBehind;
    this.#isBehind = outcome.kind === 'behind';
    if (outcome.kind === 'equal') return [];
    if (outcome.kind !== 'behind' || wasBehind) this.#listDue = 'audit';
    this.#giveUp?.abort();
    if (outcome.kind !== 'wrong') return [];
    this.#ledger.auditDifferences += outcome.keys.length;
    return outcome.keys;
  }

  /** Works until `stop`; never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#listDue !== '') this.#forget(this.#listDue);
        const waitMs = this.#cache.version === undefined ? await this.#list(signal) : await this.#watch(signal);
        if (waitMs > 0) await this.#wait(waitMs, signal);
      } catch (error) {
        if (signal.aborted) break;
        // Only a defect of ours comes here; the loop must survive it, and slowly.
        this.#health.down(asAppError(error, 'the reflector failed').message);
        await sleep(this.#pause({ attempt: 5, retryAfterMs: null }), undefined, { ref: false });
      }
    }
    this.#settle();
  }

  /** A server in trouble may be well before our time is up; one that asked us to wait is taken at its word. */
  #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isWakeable) return this.#options.pulse.pause(ms, signal);
    return sleep(ms, undefined, { signal, ref: false });
  }

  async #list(signal: AbortSignal): Promise<number> {
    const { connection, budget, takeTurn, pageSize } = this.#options;
    this.#ledger.countList(this.#listReason);
    const options = {
      metadataOnly: isSecret(this.served) && !this.#options.readSecrets,
      takeTurn,
      outline: (body: JsonObject) => this.#cache.outline(body),
      ...(pageSize === undefined ? {} : { pageSize }),
    };
    let outcome: ListOutcome;
    try {
      outcome = await budget.run(() => listKind(connection, this.served, options, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      return this.#listFailed(asAppError(error, 'cannot list').why, null);
    }
    if (outcome.kind === 'listed') return this.#listed(outcome, signal);
    const { status, message, retryAfterMs } = outcome.refusal;
    if (status === 403) return this.#rest('forbidden', message);
    if (status === 404) return this.#rest('gone', 'the server no longer serves it');
    return this.#listFailed(message, retryAfterMs);
  }

  async #listed(outcome: Extract<ListOutcome, { kind: 'listed' }>, signal: AbortSignal): Promise<number> {
    const changed = this.#cache.takeList(outcome, this.#options.clock());
    if (changed === undefined) return this.#doubt(outcome.version, signal);
    // Manifests may have come to declare more while it was read.
    if (this.#cache.lacks()) this.#listDue = 'declared';
    this.#past.forget();
    this.#sink.changed(changed, this);
    if (this.served.verbs.includes('watch')) return 0;
    this.#watchless();
    return this.#options.restMs;
  }

  /** A list older than what was seen is refused, unless the server says that what was seen is no more. */
  async #doubt(version: string, signal: AbortSignal): Promise<number> {
    const { floor } = this.#cache;
    const isGone = await this.#past.isGone(floor, signal).catch(() => false);
    signal.throwIfAborted();
    if (isGone) {
      this.#cache.startOver();
      this.#listReason = 'history-went-back';
      this.#sink.wentBack(this, floor, version);
      return 0;
    }
    this.#listReason = 'older-than-seen';
    return this.#listFailed(
      `the server answered with an older state (${version}) than was seen before (${floor})`,
      null,
    );
  }

  /** What cannot be watched at all is listed again and again; between two lists it may be behind. */
  #watchless(): void {
    this.#forget('not-watchable');
    this.#health.up('listed from time to time: the server cannot watch it');
    this.#settle();
  }

  #listFailed(why: string, retryAfterMs: number | null): number {
    this.#health.down(why);
    this.#settle();
    const { tries } = this.#misfortune;
    this.#misfortune = { ...this.#misfortune, tries: tries + 1 };
    return this.#pause({ attempt: tries, retryAfterMs });
  }

  async #watch(signal: AbortSignal): Promise<number> {
    const { connection, silenceMs, random } = this.#options;
    let openedAt = Number.POSITIVE_INFINITY;
    using giveUp = linkAbort(signal);
    this.#giveUp = giveUp;
    const request = {
      served: this.served,
      version: this.#cache.version ?? '',
      metadataOnly: isSecret(this.served) && !this.#options.readSecrets,
      timeoutSeconds: Math.round(300 + random() * 300),
      silenceMs,
    };
    const opened = (): void => {
      openedAt = performance.now();
      this.#lastBytesAt = openedAt;
      this.#options.pulse.beat();
      this.#health.up('watched');
      this.#settle();
    };
    const events = (told: readonly WatchEvent[], bytes: number): void => this.#take(told, bytes);
    const end = await watchOnce(connection, request, { opened, events }, giveUp.signal);
    signal.throwIfAborted();
    return this.#watchEnded(end, performance.now() - openedAt >= healthyMs);
  }

  #watchEnded(end: WatchEnd, isHealthy: boolean): number {
    const { step, misfortune } = nextStep({ end, isHealthy }, this.#misfortune);
    this.#misfortune = misfortune;
    if (step.kind === 'rest') {
      this.#ledger.countRestart(step.phase);
      return this.#rest(step.phase, step.reason);
    }
    this.#ledger.countRestart(step.reason);
    this.#health.down(describeEnd(end));
    if (step.kind === 'list') this.#forget(step.reason);
    // A refused watch is an answer too: whoever waits for the first sync may know the reason now.
    if (this.#listDue === '' && (end.kind === 'refused' || end.kind === 'broken')) this.#settle();
    return step.wait === 'none' ? 0 : this.#pause(step.wait);
  }

  #forget(reason: string): void {
    this.#listDue = '';
    this.#cache.forgetVersion();
    this.#listReason = reason;
  }

  #take(events: readonly WatchEvent[], bytes: number): void {
    this.#lastBytesAt = performance.now();
    this.#ledger.bytes += bytes;
    const changed = this.#cache.takeEvents(events, this.#options.clock());
    if (changed.length > 0) this.#sink.changed(changed, this);
    if (!this.#cache.isAheadOfServer) return;
    this.#listDue = 'older-bookmarks';
    this.#giveUp?.abort();
  }

  #rest(phase: 'forbidden' | 'gone', reason: string): number {
    this.#isWakeable = false;
    this.#health.rest(phase, reason);
    this.#settle();
    if (phase === 'gone') this.#sink.lost(this);
    return this.#options.restMs * (0.75 + this.#options.random() / 2);
  }

  #pause(wait: Exclude<Wait, 'none'>): number {
    this.#isWakeable = wait.retryAfterMs === null;
    return backoffMs(wait.attempt, wait.retryAfterMs, this.#options.random);
  }
}
