import type { Actor, Change, Severity } from '../drift/drift-report.ts';
import type { Origin } from '../resource/resource.ts';
import type { JsonValue } from '../resource/json.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { Reason } from '../severity/judgement.ts';

/** What happened to one path; `missing` and `extra` are whole objects and have an empty path. */
export type EpisodeChange = Change | 'missing' | 'extra';

/**
 * One drift from onset to resolution. `fingerprint` stays the same whenever the same path of the same resource drifts in the same
 * way; `recurrence` counts those times from 1, and both make the `id`. All times are RFC 3339.
 */
export interface Episode {
  readonly id: string;
  readonly fingerprint: string;
  readonly recurrence: number;
  readonly resource: ResourceId;
  readonly apiVersion: string;
  readonly path: string;
  readonly change: EpisodeChange;
  readonly state: 'open' | 'resolved';
  /** The explained severity of this path: what the comparison said of it, weighed by what surrounds the resource. */
  readonly severity: Severity;
  /** The worst it was while open: who heard of it then also hears that it ended. */
  readonly worst: Severity;
  readonly score: number;
  /** Of the whole resource. */
  readonly reasons: readonly Reason[];
  readonly desired: JsonValue | null;
  readonly live: JsonValue | null;
  readonly actor: Actor | null;
  readonly origin: Origin | null;
  readonly onset: Onset;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  /** Why it ended; null while it is open. */
  readonly resolution: string | null;
  /** How many times its live value changed while it was open. */
  readonly changes: number;
}

/** When the drift began, as bounds: `notBefore` is null when nothing says how old it may be. */
export interface Onset {
  readonly notBefore: string | null;
  readonly notAfter: string;
}
