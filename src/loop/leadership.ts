/** Who may write, of several replicas. Reading, judging and serving need nobody's leave. */
export interface Leadership {
  state(): LeadershipState;
  /**
   * Whether this replica may write at this very moment. The last proof counts for a moment only; after that a new one is asked
   * for, so that a process that slept, or a partition, never writes on an old one. Never throws.
   */
  confirm(): Promise<boolean>;
}

/** What the faces show. */
export interface LeadershipState {
  readonly isLeader: boolean;
  /** The name of this replica in the lease. */
  readonly identity: string;
  /** Who holds the lease as far as is known here; null when nobody does. */
  readonly leader: string | null;
  /** RFC 3339; since when `isLeader` is what it is. */
  readonly since: string;
  /** Why it is not the leader; empty when it is. */
  readonly reason: string;
}

/** Told of what happens to the lease. */
export interface LeadershipObserver {
  elected(): void;
  lost(reason: string): void;
  /** Another replica has renewed the lease just now: it lives, and acts. */
  otherLeads(leader: string): void;
}
