import type { Resource } from '../resource/resource.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { LiveSnapshot } from '../resource/snapshot.ts';

/** One kind at the version to read it at. */
export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What a caller needs of the live side. `evidence` kinds explain differences (autoscalers, namespaces, CRDs); their absence is no drift. */
export interface LiveRequest {
  readonly declared: readonly KindRef[];
  readonly evidence: readonly KindRef[];
  /** Kinds (of the others) whose status says something; of the rest, an event that changes nothing but the status is not told. Absent: all. */
  readonly statuses?: readonly KindRef[];
  /**
   * Kinds whose objects controllers make in masses, with the names that are declared of each. Of the others of these kinds that a
   * controller of Kubernetes made, a feed may hold the metadata only. Absent: everything is held whole.
   */
  readonly masses?: readonly (KindRef & { readonly names: readonly string[] })[];
}

/** `synced`: complete and current. `stale`: was complete, cannot be kept current. `partial`: list not complete yet. `forbidden`, `gone`: as named. */
export type KindPhase = 'synced' | 'stale' | 'partial' | 'forbidden' | 'gone';

export interface KindState extends Partial<WatchCounters> {
  readonly kind: KindRef;
  readonly phase: KindPhase;
  /** RFC 3339; when the phase began. */
  readonly since: string;
  readonly reason: string;
  readonly objects: number;
  readonly lastEventAt: string | null;
  readonly lastListAt: string | null;
  readonly relists: number;
}

/** What a watched kind has been through. Absent where nothing is watched, as in a directory of dumps. */
export interface WatchCounters {
  /** Ends of watches by reason: closed, silence, broken, expired, refused-503 … */
  readonly restarts: Readonly<Record<string, number>>;
  /** Lists by reason: first, expired, refused … */
  readonly lists: Readonly<Record<string, number>>;
  readonly events: number;
  /** Received, before they are unpacked. */
  readonly bytes: number;
  /** Events older than what was held, and dropped. */
  readonly outdated: number;
  /** Events that changed the status only, where it says nothing; they are held and not told. */
  readonly touched: number;
  /** Objects that came back under the same name with another uid. */
  readonly recreated: number;
  /** Objects without a name or of another kind, set aside. */
  readonly poisoned: number;
  /** The highest version seen; hand it to the next run as its floor. */
  readonly version: string | null;
  /** RFC 3339; when cache and server were last proved equal, or found different and repaired. */
  readonly auditedAt: string | null;
  /** Objects the audit found wrong: defects of ours. */
  readonly auditDifferences: number;
}

/** A live side that is kept current. `snapshot` shows what is held now, with a gap for every kind that is not `synced`. */
export interface LiveFeed {
  /** Its resources are gathered when they are first read; who needs some of them only asks `find`. */
  snapshot(): LiveSnapshot;
  /** One object as it is held now. Costs the same however many there are. */
  find(id: ResourceId): Resource | undefined;
  states(): readonly KindState[];
  /** Adapts to newly declared kinds; resolves when they are complete or known to be unreadable. */
  follow(request: LiveRequest): Promise<void>;
  stop(): Promise<void>;
}

/** Implemented by `kubernetes/` and `collectors/directory-source.ts`. Throws AppError only when nothing at all can be read. */
export interface LiveSource {
  readonly name: string;
  read(request: LiveRequest, signal: AbortSignal): Promise<LiveSnapshot>;
  /** Starts watching; `changed` gets only keys to look at again (level, not edge), never within the call itself. */
  watch(request: LiveRequest, changed: (ids: readonly ResourceId[]) => void, signal: AbortSignal): Promise<LiveFeed>;
}
