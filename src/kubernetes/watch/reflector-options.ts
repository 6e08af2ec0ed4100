import type { KindRef } from '../../collectors/live-source.ts';
import type { ReadContext } from '../list/read-kinds.ts';
import type { ServerPulse } from './server-pulse.ts';

/** What one kind has of its own. */
export interface KindOptions {
  /** Whether a change of the status alone is told. */
  readonly isStatusNews: boolean;
  /** Names that manifests declare, where objects that controllers made and nobody declares are held as metadata; null: all are held whole. */
  readonly declaredNames: ReadonlySet<string> | null;
}

/** What all reflectors of a cluster work with. */
export interface ReflectorOptions extends ReadContext {
  readonly clock: () => Date;
  /** The highest version of a kind that an earlier run has seen, or empty: no list may show an older state. */
  readonly floorOf: (kind: KindRef) => string;
  /** Shared by all kinds of a cluster. */
  readonly pulse: ServerPulse;
  /** How long a watch may be down before the kind is called stale. */
  readonly staleAfterMs: number;
  /** How long a watch may be silent before its connection is taken for dead. */
  readonly silenceMs: number;
  /** How long a kind that is forbidden or gone is left alone between two tries. */
  readonly restMs: number;
  /** How long lists are refused that are older than what was seen, where the server does not say why. */
  readonly pastMs: number;
}
