import type { Delivery, Outbox } from './delivery.ts';

export interface HeldNewsOptions {
  readonly outbox: Pick<Outbox, 'release' | 'hold' | 'forgetHeld'>;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** How much later than this replica another one may come to the same news, in milliseconds. */
  readonly slackMs: number;
  /** Called when something may be sent now. */
  readonly released: () => void;
  /** The outbox could not be written; what was not released now is released with the next change of duty. */
  readonly troubled: (error: unknown) => void;
}

/**
 * What one replica of several does with news while another one tells people. It holds them until the other has surely stored the
 * same ones, and sends what is left when it takes over: news are told at least once, and twice only around a change of duty.
 */
export class HeldNews {
  readonly #options: HeldNewsOptions;
  #recent: { readonly id: string; readonly atMs: number }[] = [];
  /** What an earlier life of this process held may be in the outbox. */
  #hasLeftovers = true;
  #work: Promise<void> = Promise.resolve();

  constructor(options: HeldNewsOptions) {
    this.#options = options;
  }

  /** Resolves when all that was asked for so far is stored. */
  get done(): Promise<void> {
    return this.#work;
  }

  /** News were stored, to be sent or to be held. */
  stored(deliveries: readonly Delivery[]): void {
    const atMs = this.#options.monotonic();
    this.#recent.push(...deliveries.map(({ id }) => ({ id, atMs })));
    this.#dropOld(this.#options.monotonic());
  }

  /** The other replica has just proved that it lives: what is older than the slack it has told, or will. */
  otherLeads(): void {
    const hadOld = this.#dropOld(this.#options.monotonic());
    if (!hadOld && !this.#hasLeftovers) return;
    this.#hasLeftovers = false;
    const kept = this.#recent.map(({ id }) => id);
    this.#later(() => this.#options.outbox.forgetHeld(kept));
  }

  takeOver(): void {
    this.#later(async () => {
      await this.#options.outbox.release();
      this.#options.released();
    });
  }

  /** Another one takes over, and will tell the latest news as well. */
  standDown(): void {
    this.#dropOld(this.#options.monotonic());
    const ids = this.#recent.map(({ id }) => id);
    this.#later(() => this.#options.outbox.hold(ids));
  }

  #dropOld(nowMs: number): boolean {
    const recent = this.#recent.filter(({ atMs }) => nowMs - atMs < this.#options.slackMs);
    const hadOld = recent.length < this.#recent.length;
    this.#recent = recent;
    return hadOld;
  }

  #later(act: () => Promise<void>): void {
    this.#work = this.#work.then(act).catch((error: unknown) => this.#options.troubled(error));
  }
}
