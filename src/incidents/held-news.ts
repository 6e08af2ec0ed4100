import type { Delivery, Outbox } from './delivery.ts';

export interface HeldNewsOptions {
  readonly outbox: Pick<Outbox, 'release' | 'hold' | 'forgetHeld'>;
  /** What an earlier life of this process held and may be told by now. */
  readonly leftovers: readonly string[];
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
  /** Held, and old enough to have been told by another replica that lives. */
  #old: string[];
  #isOnDuty = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: HeldNewsOptions) {
    this.#options = options;
    this.#old = [...options.leftovers];
  }

  /** Resolves when all that was asked for so far is stored. */
  get done(): Promise<void> {
    return this.#work;
  }

  /** News were stored, to be sent or to be held, as it was right when their storing began; the duty may have changed since. */
  stored(deliveries: readonly Delivery[]): void {
    const atMs = this.#options.monotonic();
    const ids = deliveries.map(({ id }) => id);
    this.#recent.push(...ids.map((id) => ({ id, atMs })));
    this.#dropOld();
    if (this.#isOnDuty) this.#release();
    else this.#later(() => this.#options.outbox.hold(ids));
  }

  /** The other replica has just proved that it lives: what is older than the slack it has told, or will. */
  otherLeads(): void {
    this.#dropOld();
    if (this.#old.length === 0) return;
    const old = this.#old;
    this.#old = [];
    this.#later(() => this.#options.outbox.forgetHeld(old));
  }

  takeOver(): void {
    this.#isOnDuty = true;
    this.#release();
  }

  /** Another one takes over, and will tell the latest news as well. */
  standDown(): void {
    this.#isOnDuty = false;
    this.#dropOld();
    const ids = this.#recent.map(({ id }) => id);
    this.#later(() => this.#options.outbox.hold(ids));
  }

  #release(): void {
    this.#later(async () => {
      await this.#options.outbox.release();
      this.#options.released();
    });
  }

  #dropOld(): void {
    const nowMs = this.#options.monotonic();
    const isOld = ({ atMs }: { readonly atMs: number }): boolean => nowMs - atMs >= this.#options.slackMs;
    this.#old.push(...this.#recent.filter(isOld).map(({ id }) => id));
    this.#recent = this.#recent.filter((each) => !isOld(each));
  }

  #later(act: () => Promise<void>): void {
    this.#work = this.#work.then(act).catch((error: unknown) => this.#options.troubled(error));
  }
}
