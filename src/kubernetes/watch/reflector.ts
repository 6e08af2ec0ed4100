import { setTimeout as sleep } from 'node:timers/promises';
import type { KindPhase } from '../../collectors/live-source.ts';
import { asAppError } from '../../errors/app-error.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import { backoffMs } from '../backoff.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { type ListOutcome, listKind } from '../list/list-kind.ts';
import { isSecret, readLiveObject } from '../list/live-object.ts';
import type { ReadContext } from '../list/read-kinds.ts';
import { isOlder } from './compare-versions.ts';
import { KindHealth } from './kind-health.ts';
import { KindStore } from './kind-store.ts';
import { type Misfortune, nextStep, noMisfortune, type Wait } from './next-step.ts';
import type { ServerPulse } from './server-pulse.ts';
import type { WatchEvent } from '../stream/watch-event.ts';
import { describeEnd, type WatchEnd, watchOnce } from '../stream/watch-once.ts';
import { KindLedger, type WatchedKindState } from './watched-kind.ts';

export interface ReflectorOptions extends ReadContext {
  readonly clock: () => Date;
  /** Shared by all kinds of a cluster. */
  readonly pulse: ServerPulse;
  /** How long a watch may be down before the kind is called stale. */
  readonly staleAfterMs: number;
  /** How long a watch may be silent before its connection is taken for dead. */
  readonly silenceMs: number;
  /** How long a kind that is forbidden or gone is left alone between two tries. */
  readonly restMs: number;
}

export interface ReflectorSink {
  /** Objects to look at again. */
  changed(ids: readonly ResourceId[], reflector: Reflector): void;
  /** The phase is another one: everything of the kind is worth another look. */
  phaseChanged(reflector: Reflector): void;
  /** The server answered as if it did not know the kind any more. */
  lost(reflector: Reflector): void;
}

/** A list that is older than what was already seen is refused this often; then history itself has gone back (a restored etcd). */
const refusedOldLists = 3;
const healthyMs = 1_000;

/**
 * Keeps one kind at one version current: list, watch, resume, and list again when the server has forgotten our version.
 * Every fault ends in `synced` again by itself, or shows as another phase with its reason.
 */
export class Reflector {
  readonly served: ServedKind;
  /** Resolves when the first list is complete and watched, or when it is known why that cannot be had now. */
  readonly settled: Promise<void>;
  readonly #options: ReflectorOptions;
  readonly #sink: ReflectorSink;
  readonly #settle: () => void;
  readonly #stop = new AbortController();
  readonly #store = new KindStore();
  readonly #ledger: KindLedger;
  readonly #health: KindHealth;
  #version: string | undefined;
  /** The highest version ever seen; no list may fall behind it. */
  #floor = '';
  #oldLists = 0;
  #listReason = 'first';
  #misfortune: Misfortune = noMisfortune;
  /** The last request got no answer at all. */
  #isUnanswered = false;

  constructor(served: ServedKind, options: ReflectorOptions, sink: ReflectorSink) {
    this.served = served;
    this.#options = options;
    this.#sink = sink;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
    this.#ledger = new KindLedger(options.clock());
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
    return this.#store.resources();
  }

  ids(): readonly ResourceId[] {
    return this.#store.ids();
  }

  state(): WatchedKindState {
    return this.#ledger.state(this.served, this.#store.size, this.#version);
  }

  stop(): void {
    this.#health.stop();
    this.#stop.abort();
  }

  /** Works until `stop`; never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const waitMs = this.#version === undefined ? await this.#list(signal) : await this.#watch(signal);
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

  /** A server that did not answer may be back before our time is up; one that asked us to wait is taken at its word. */
  #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isUnanswered) return this.#options.pulse.pause(ms, signal);
    return sleep(ms, undefined, { signal, ref: false });
  }

  async #list(signal: AbortSignal): Promise<number> {
    const { connection, budget, takeTurn, pageSize } = this.#options;
    this.#ledger.countList(this.#listReason);
    const options = { metadataOnly: this.#isMetadataOnly(), takeTurn, ...(pageSize === undefined ? {} : { pageSize }) };
    let outcome: ListOutcome;
    try {
      outcome = await budget.run(() => listKind(connection, this.served, options, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#isUnanswered = true;
      return this.#listFailed(asAppError(error, 'cannot list').why, null);
    }
    this.#isUnanswered = false;
    if (outcome.kind === 'listed') return this.#listed(outcome);
    const { status, message, retryAfterMs } = outcome.refusal;
    if (status === 403) return this.#rest('forbidden', message);
    if (status === 404) return this.#rest('gone', 'the server no longer serves it');
    return this.#listFailed(message, retryAfterMs);
  }

  #listed(outcome: Extract<ListOutcome, { kind: 'listed' }>): number {
    if (isOlder(outcome.version, this.#floor) && this.#oldLists < refusedOldLists) {
      this.#oldLists += 1;
      this.#listReason = 'older-than-seen';
      return this.#listFailed(
        `the server answered with an older state (${outcome.version}) than was seen before`,
        null,
      );
    }
    if (isOlder(outcome.version, this.#floor)) this.#floor = '';
    this.#oldLists = 0;
    this.#version = outcome.version;
    this.#raiseFloor(outcome.version);
    this.#ledger.lastListAt = this.#options.clock();
    this.#ledger.bytes += outcome.bytes;
    this.#ledger.poisoned = outcome.poisoned;
    this.#sink.changed(this.#store.replace(outcome.objects), this);
    if (this.served.verbs.includes('watch')) return 0;
    this.#watchless();
    return this.#options.restMs;
  }

  /** What cannot be watched at all is listed again and again; between two lists it may be behind. */
  #watchless(): void {
    this.#version = undefined;
    this.#listReason = 'not-watchable';
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
    const request = {
      served: this.served,
      version: this.#version ?? '',
      metadataOnly: this.#isMetadataOnly(),
      timeoutSeconds: Math.round(300 + random() * 300),
      silenceMs,
    };
    const end = await watchOnce(
      connection,
      request,
      {
        opened: () => {
          openedAt = performance.now();
          this.#options.pulse.beat();
          this.#health.up('watched');
          this.#settle();
        },
        events: (events, bytes) => this.#apply(events, bytes),
      },
      signal,
    );
    return this.#watchEnded(end, performance.now() - openedAt >= healthyMs);
  }

  #watchEnded(end: WatchEnd, isHealthy: boolean): number {
    this.#isUnanswered = end.kind === 'broken' && !end.isGarbage;
    const { step, misfortune } = nextStep({ end, isHealthy }, this.#misfortune);
    this.#misfortune = misfortune;
    if (step.kind === 'rest') {
      this.#ledger.countRestart(step.phase);
      return this.#rest(step.phase, step.reason);
    }
    this.#ledger.countRestart(step.reason);
    this.#health.down(describeEnd(end));
    if (step.kind === 'list') {
      this.#version = undefined;
      this.#listReason = step.reason;
    }
    this.#settleUnless(end);
    return step.wait === 'none' ? 0 : this.#pause(step.wait);
  }

  /** A refused watch is an answer too: whoever waits for the first sync may know the reason now. */
  #settleUnless(end: WatchEnd): void {
    if (end.kind === 'refused' || end.kind === 'broken') this.#settle();
  }

  #apply(events: readonly WatchEvent[], bytes: number): void {
    this.#ledger.bytes += bytes;
    if (events.length === 0) return;
    this.#ledger.lastEventAt = this.#options.clock();
    const changed: ResourceId[] = [];
    for (const event of events) {
      if (event.kind === 'bookmark') this.#advance(event.version);
      else if (event.kind === 'object') {
        const id = this.#applyObject(event);
        if (id !== undefined) changed.push(id);
      }
    }
    if (changed.length > 0) this.#sink.changed(changed, this);
  }

  #applyObject(event: Extract<WatchEvent, { kind: 'object' }>): ResourceId | undefined {
    this.#ledger.events += 1;
    const object = readLiveObject(event.object, this.served);
    if (object === undefined) {
      this.#ledger.poisoned += 1;
      return undefined;
    }
    // Within one watch versions only grow; what is older is a replay and might raise the dead.
    if (isOlder(object.version, this.#version ?? '')) {
      this.#ledger.outdated += 1;
      return undefined;
    }
    const applied = event.change === 'DELETED' ? this.#store.remove(object) : this.#store.put(object);
    this.#advance(object.version);
    if (applied === 'outdated') this.#ledger.outdated += 1;
    if (applied === 'recreated') this.#ledger.recreated += 1;
    return applied === 'changed' || applied === 'recreated' ? object.resource.id : undefined;
  }

  #advance(version: string): void {
    if (version === '' || isOlder(version, this.#version ?? '')) return;
    this.#version = version;
    this.#raiseFloor(version);
  }

  #raiseFloor(version: string): void {
    if (this.#floor === '' || isOlder(this.#floor, version)) this.#floor = version;
  }

  #isMetadataOnly(): boolean {
    return isSecret(this.served) && !this.#options.readSecrets;
  }

  #rest(phase: 'forbidden' | 'gone', reason: string): number {
    this.#health.rest(phase, reason);
    this.#settle();
    if (phase === 'gone') this.#sink.lost(this);
    return this.#options.restMs * (0.75 + this.#options.random() / 2);
  }

  #pause(wait: Exclude<Wait, 'none'>): number {
    return backoffMs(wait.attempt, wait.retryAfterMs, this.#options.random);
  }
}
