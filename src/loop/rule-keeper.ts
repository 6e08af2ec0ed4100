import {
  type JudgedRule,
  judgeRules,
  type KnownRule,
  matchedRules,
  renewUses,
  type RuleUse,
} from '../drift/rule-use.ts';
import type { Logger } from '../log/logger.ts';
import type { Gap } from '../resource/snapshot.ts';
import type { RulesStatus } from './daemon.ts';
import type { Round, RoundObserver } from './round.ts';

/** What is remembered of rules across restarts. Throws AppError. */
export interface RuleLog {
  all(): Promise<readonly RuleUse[]>;
  /** Stores these, and forgets rules that nobody has had for long. */
  record(uses: readonly RuleUse[], now: string): Promise<void>;
}

export interface RuleKeeperOptions {
  readonly log: RuleLog;
  /** All rules there are now, whether they hold for an object or not. */
  readonly known: () => readonly KnownRule[];
  readonly clock: () => Date;
  readonly logger: Logger;
}

/** Moments are exact to this many milliseconds, which spares the store a write in each round. */
const storeEvery = 3600 * 1000;

/**
 * Remembers when each rule last explained a difference, and tells which ones can go: expired ones, and those that have matched nothing
 * for long. Nothing is told before everything was looked at once.
 */
export class RuleKeeper implements RoundObserver {
  readonly #options: RuleKeeperOptions;
  readonly #told = new Set<string>();
  #uses: ReadonlyMap<string, RuleUse> | null = null;
  #matched = new Set<string>();
  #judged: readonly JudgedRule[] = [];
  #storedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RuleKeeperOptions) {
    this.#options = options;
  }

  /** Every rule and how it fares, as of the last whole round. */
  get rules(): readonly JudgedRule[] {
    return this.#judged;
  }

  /** How many there are, and which of them can go. */
  get status(): RulesStatus {
    return { known: this.#judged.length, canGo: this.#judged.filter((rule) => gapOf(rule) !== null) };
  }

  /** What a reader of a report should know of them. */
  get gaps(): readonly Gap[] {
    return this.#judged.flatMap((rule) => gapOf(rule) ?? []);
  }

  async finished({ report, whole }: Round): Promise<void> {
    for (const rule of matchedRules(report.resources)) this.#matched.add(rule);
    if (!whole) return;
    const { log, known, clock } = this.#options;
    const now = clock().toISOString();
    const rules = known();
    const before = this.#uses ?? new Map((await log.all()).map((use) => [use.rule, use]));
    const uses = renewUses(rules, before, this.#matched, now);
    this.#uses = new Map(uses.map((use) => [use.rule, use]));
    this.#matched = new Set();
    this.#judged = judgeRules(rules, this.#uses, now);
    this.#tell();
    await this.#store(uses, before, now);
  }

  /** A rule that is new, or matches for the first time, is stored at once. */
  async #store(uses: readonly RuleUse[], before: ReadonlyMap<string, RuleUse>, now: string): Promise<void> {
    const isDue = Date.parse(now) - this.#storedAt >= storeEvery;
    const changed = uses.filter(({ rule, matchedAt }) => {
      const known = before.get(rule);
      return known === undefined || (known.matchedAt === null && matchedAt !== null);
    });
    const due = isDue ? uses : changed;
    if (due.length === 0) return;
    await this.#options.log.record(due, now);
    if (isDue) this.#storedAt = Date.parse(now);
  }

  /** Once for each rule and what became of it. */
  #tell(): void {
    for (const rule of this.#judged) {
      const gap = gapOf(rule);
      const key = `${rule.state} ${rule.rule}`;
      if (gap === null) {
        this.#told.delete(`idle ${rule.rule}`);
      } else if (!this.#told.has(key)) {
        this.#told.add(key);
        this.#options.logger.warn('a rule can go', { rule: rule.rule, origin: rule.origin, reason: gap.why });
      }
    }
  }
}

/** It covers no resource: what a rule does not hide is judged. */
const coversNothing = { kind: '' } as const;

function gapOf({ rule, origin, state, expires, matchedAt, quietSince }: JudgedRule): Gap | null {
  const what = `rule ${rule} of ${origin}`;
  if (state === 'expired') {
    const why = `it expired at ${expires ?? ''} and hides nothing any more`;
    return { what, why, remedy: 'Remove it, or give it another end', scope: coversNothing };
  }
  if (state !== 'idle') return null;
  const last = matchedAt === null ? 'never' : `last at ${matchedAt}`;
  const why = `it has matched nothing since ${quietSince} (${last})`;
  return { what, why, remedy: 'Remove it, or correct what it is for', scope: coversNothing };
}
