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
}

/** `synced`: complete and current. `stale`: was complete, cannot be kept current. `partial`: list not complete yet. `forbidden`, `gone`: as named. */
export type KindPhase = 'synced' | 'stale' | 'partial' | 'forbidden' | 'gone';

export interface KindState {
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
