import type { KindPhase, KindRef, KindState, WatchCounters } from '../../collectors/live-source.ts';

/** Everything that can be said about how a kind is doing. */
export type WatchedKindState = KindState & WatchCounters;

/** The mutable side of a WatchedKindState. */
export class KindLedger {
  phase: KindPhase = 'partial';
  reason = 'the first list is not complete';
  since: Date;
  lastEventAt: Date | null = null;
  lastListAt: Date | null = null;
  events = 0;
  bytes = 0;
  touched = 0;
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
    const { phase, reason, since, lastEventAt, lastListAt, events, bytes, touched, outdated, recreated, poisoned } =
      this;
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
      touched,
      outdated,
      recreated,
      poisoned,
      version: version === '' ? null : version,
      auditedAt: this.auditedAt?.toISOString() ?? null,
      auditDifferences: this.auditDifferences,
    };
  }
}
