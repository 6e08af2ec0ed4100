import type { KindPhase } from '../../collectors/live-source.ts';
import type { KindLedger } from './watched-kind.ts';

export interface KindHealthOptions {
  readonly clock: () => Date;
  readonly staleAfterMs: number;
  /** Called when the phase has become another one. */
  readonly onPhase: () => void;
}

/** Turns ups and downs of a watch into phases: a short loss is no news, a lasting one makes the kind stale. */
export class KindHealth {
  readonly #ledger: KindLedger;
  readonly #options: KindHealthOptions;
  #timer: NodeJS.Timeout | undefined;
  #downReason = '';
  #isStopped = false;

  constructor(ledger: KindLedger, options: KindHealthOptions) {
    this.#ledger = ledger;
    this.#options = options;
  }

  up(reason: string): void {
    this.#clear();
    this.#enter('synced', reason);
  }

  /** The watch is down. Most come back within a moment, and resuming loses nothing. */
  down(reason: string): void {
    this.#downReason = reason;
    const { phase } = this.#ledger;
    if (phase !== 'synced') {
      this.#enter(phase === 'partial' ? 'partial' : 'stale', reason);
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#enter('stale', this.#downReason);
    }, this.#options.staleAfterMs).unref();
  }

  rest(phase: 'forbidden' | 'gone', reason: string): void {
    this.#clear();
    this.#enter(phase, reason);
  }

  stop(): void {
    this.#isStopped = true;
    this.#clear();
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #enter(phase: KindPhase, reason: string): void {
    if (this.#isStopped) return;
    if (this.#ledger.enter(phase, reason, this.#options.clock())) this.#options.onPhase();
  }
}
