import { asAppError } from '../../errors/app-error.ts';
import type { Leadership, LeadershipObserver, LeadershipState } from '../../loop/leadership.ts';
import { type LinkedAbort, linkAbort } from '../linked-abort.ts';
import { ageOf, isFresh, type LeaseClock, type Proof, proofNow } from './lease-clock.ts';
import type { LeaseLock } from './lease-lock.ts';
import { type HeldLease, type LeaseRecord, microTime } from './lease-record.ts';

export interface LeaderElectorOptions extends LeaseClock {
  readonly lock: LeaseLock;
  /** Another one for each process, also after a restart. */
  readonly identity: string;
  /** How long others leave a lease alone that is not renewed. */
  readonly leaseDurationMs: number;
  /** How long a leader that cannot renew goes on; shorter than the lease. */
  readonly renewDeadlineMs: number;
  /** How often it is tried, and how long a proof of leadership counts. */
  readonly retryPeriodMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly observer: LeadershipObserver;
}

interface Observed {
  readonly lease: HeldLease;
  /** The whole record as text: any other text means that the holder lives. */
  readonly text: string;
  /** When it was first seen to be so, on the clock that never jumps. */
  readonly sinceMs: number;
}

/**
 * One replica of several that agree on a leader through a Lease, as client-go does: a lease has run out when it was *seen*
 * unchanged for its duration, so that the clocks of two machines need not agree. Made by `new`, begun by `start`.
 */
export class LeaderElector implements Leadership, AsyncDisposable {
  readonly #options: LeaderElectorOptions;
  readonly #stop = new AbortController();
  #observed: Observed | undefined;
  #proof: Proof | undefined;
  #isLeader = false;
  #since: Date;
  #reason = 'the lease was not read yet';
  #turn: Promise<unknown> = Promise.resolve();
  #done: Promise<void> = Promise.resolve();

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#since = options.clock();
  }

  start(): void {
    this.#done = this.#run();
  }

  state(): LeadershipState {
    this.#checkDeadline();
    const { identity } = this.#options;
    const holder = this.#observed?.lease.record.holder ?? '';
    return {
      isLeader: this.#isLeader,
      identity,
      leader: holder === '' ? null : holder,
      since: this.#since.toISOString(),
      reason: this.#isLeader ? '' : this.#reason,
    };
  }

  async confirm(): Promise<boolean> {
    if (!this.#isLeader || this.#stop.signal.aborted) return false;
    const { retryPeriodMs } = this.#options;
    if (this.#proof !== undefined && isFresh(this.#proof, retryPeriodMs, this.#options)) return true;
    await this.#attempt();
    return this.#isLeader && this.#proof !== undefined && isFresh(this.#proof, retryPeriodMs, this.#options);
  }

  /** Gives the lease back, so that another replica need not wait for it to run out. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await this.#turn;
    const wasLeader = this.#isLeader;
    this.#lose('it was stopped');
    if (wasLeader) await this.#release();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { retryPeriodMs, random } = this.#options;
    while (!signal.aborted) {
      await this.#attempt();
      this.#checkDeadline();
      // Candidates spread; a leader is punctual.
      await pause(this.#isLeader ? retryPeriodMs : retryPeriodMs * (1 + random() / 5), signal);
    }
  }

  /** One at a time: two renewals at once would refuse each other. Never rejects. */
  #attempt(): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (this.#stop.signal.aborted) return;
      using limited = this.#limit();
      try {
        await this.#acquireOrRenew(limited.signal);
      } catch (error) {
        const { what, why } = asAppError(error, `cannot use the lease ${this.#options.lock.name}`);
        this.#reason = `${what}: ${why}`;
      }
      this.#checkDeadline();
    });
    this.#turn = turn;
    return turn;
  }

  /** A leader has no use for an answer that comes after its deadline. */
  #limit(): LinkedAbort {
    const { renewDeadlineMs, retryPeriodMs } = this.#options;
    const age = this.#isLeader && this.#proof !== undefined ? ageOf(this.#proof, this.#options) : 0;
    return linkAbort(this.#stop.signal, Math.max(retryPeriodMs, renewDeadlineMs - age));
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<void> {
    if (this.#isLeader && this.#observed !== undefined && (await this.#write(this.#observed.lease, signal))) return;
    const lease = await this.#options.lock.read(signal);
    if (lease === null) {
      await this.#write(null, signal);
      return;
    }
    this.#observe(lease);
    if (this.#isHeldByOther(lease.record)) this.#lose(`${lease.record.holder} is the leader`);
    else await this.#write(lease, signal);
  }

  /** Whether the lease is ours now; not when somebody else was first. */
  async #write(lease: HeldLease | null, signal: AbortSignal): Promise<boolean> {
    const { lock } = this.#options;
    // Others count from when they see it, which is after this.
    const proof = proofNow(this.#options);
    const record = this.#nextRecord(lease?.record);
    const written = lease === null ? await lock.create(record, signal) : await lock.update(lease, record, signal);
    if (written === null) return false;
    this.#observe(written);
    this.#proof = proof;
    this.#win();
    return true;
  }

  #nextRecord(before: LeaseRecord | undefined): LeaseRecord {
    const { identity, leaseDurationMs, clock } = this.#options;
    const now = microTime(clock());
    const isOurs = before?.holder === identity;
    return {
      holder: identity,
      durationSeconds: Math.max(1, Math.ceil(leaseDurationMs / 1_000)),
      acquireTime: isOurs ? before.acquireTime : now,
      renewTime: now,
      transitions: before === undefined ? 0 : before.transitions + (isOurs ? 0 : 1),
    };
  }

  #observe(lease: HeldLease): void {
    const text = JSON.stringify(lease.record);
    const before = this.#observed;
    const isNew = before?.text !== text;
    this.#observed = { lease, text, sinceMs: isNew ? this.#options.monotonic() : before.sinceMs };
    const { holder } = lease.record;
    // The first sight of a record proves no life: it may be years old.
    const isAlive = isNew && before !== undefined && holder !== '' && holder !== this.#options.identity;
    if (isAlive) this.#options.observer.otherLeads(holder);
  }

  #isHeldByOther({ holder, durationSeconds }: LeaseRecord): boolean {
    const { identity, monotonic } = this.#options;
    if (holder === '' || holder === identity || this.#observed === undefined) return false;
    return monotonic() - this.#observed.sinceMs < durationSeconds * 1_000;
  }

  #win(): void {
    if (this.#isLeader) return;
    this.#isLeader = true;
    this.#since = this.#options.clock();
    this.#options.observer.elected();
  }

  #lose(reason: string): void {
    this.#reason = reason;
    if (!this.#isLeader) return;
    this.#isLeader = false;
    this.#since = this.#options.clock();
    this.#options.observer.lost(reason);
  }

  #checkDeadline(): void {
    if (!this.#isLeader || this.#proof === undefined) return;
    const { renewDeadlineMs } = this.#options;
    if (ageOf(this.#proof, this.#options) < renewDeadlineMs) return;
    this.#lose(`the lease could not be renewed within ${renewDeadlineMs / 1_000} s`);
  }

  async #release(): Promise<void> {
    const lease = this.#observed?.lease;
    const { lock, retryPeriodMs } = this.#options;
    if (lease === undefined) return;
    const signal = AbortSignal.timeout(retryPeriodMs);
    // Whoever cannot be reached now sees the lease run out.
    await lock.update(lease, { ...lease.record, holder: '', durationSeconds: 1 }, signal).catch(() => null);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const timer = setTimeout(wake, ms);
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  signal.removeEventListener('abort', wake);
  clearTimeout(timer);
}
