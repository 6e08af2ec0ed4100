import type { KindPhase, KindRef, KindState } from '../../collectors/live-source.ts';

/** Everything that can be said about how a kind is doing: KindState with counters for `mooring status` and the metrics. */
export interface WatchedKindState extends KindState {
  /** Ends of watches by reason: closed, silence, broken, expired, refused-503 … */
  readonly restarts: Readonly<Record<string, number>>;
  /** Lists by reason: first, expired, refused … */
  readonly lists: Readonly<Record<string, number>>;
  readonly events: number;
  readonly bytes: number;
  /** Events older than what was held, and dropped. */
  readonly outdated: number;
  /** Objects that came back under the same name with another uid. */
  readonly recreated: number;
  /** Objects without a name or of another kind, set aside. */
  readonly poisoned: number;
  /** The highest version seen; hand it to the next run as its floor. */
  readonly version: string | null;
  /** When cache and server were last proved equal, or found different and repaired. */
  readonly auditedAt: string | null;
  /** Objects the audit found wrong: defects of ours. */
  readonly auditDifferences: number;
}

/** The mutable side of a WatchedKindState. */
export class KindLedger {
  phase: KindPhase = 'partial';
  reason = 'the first list is not complete';
  since: Date;
  lastEventAt: Date | null = null;
  lastListAt: Date | null = null;
  events = 0;
  bytes = 0;
  outdated = 0;
  recreated = 0;
  poisoned = 0;
  auditedAt: Date | null = null;
  auditDifferences = 0;
  readonly restarts = new Map<string, number>();
  readonly lists = new Map<string, number>();

  constructor(now: Date) {
    this.since = now;
  }

  /** Whether the phase is another one now; a new reason alone is no new phase. */
  enter(phase: KindPhase, reason: string, now: Date): boolean {
    const isNew = phase !== this.phase;
    if (isNew) this.since = now;
    this.phase = phase;
    this.reason = reason;
    return isNew;
  }

  countRestart(reason: string): void {
    this.restarts.set(reason, (this.restarts.get(reason) ?? 0) + 1);
  }

  countList(reason: string): void {
    this.lists.set(reason, (this.lists.get(reason) ?? 0) + 1);
  }

  state(kind: KindRef, objects: number, version: string): WatchedKindState {
    const { phase, reason, since, lastEventAt, lastListAt, events, bytes, outdated, recreated, poisoned } = this;
    const lists = [...this.lists.values()].reduce((sum, count) => sum + count, 0);
    return {
      kind,
      phase,
      reason,
      since: since.toISOString(),
      objects,
      lastEventAt: lastEventAt?.toISOString() ?? null,
      lastListAt: lastListAt?.toISOString() ?? null,
      relists: Math.max(0, lists - 1),
      restarts: Object.fromEntries(this.restarts),
      lists: Object.fromEntries(this.lists),
      events,
      bytes,
      outdated,
      recreated,
      poisoned,
      version: version === '' ? null : version,
      auditedAt: this.auditedAt?.toISOString() ?? null,
      auditDifferences: this.auditDifferences,
    };
  }
}
