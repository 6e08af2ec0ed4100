import type { JsonValue } from '../resource/json.ts';
import type { Gap } from '../resource/snapshot.ts';
import type { Origin } from '../resource/resource.ts';

/** The shapes of CONTRACTS 1. Fields may be added, never renamed. */
export type Verdict = 'in-sync' | 'drifted' | 'pending' | 'invalid' | 'undetermined';
export type DriftKind = 'changed' | 'missing' | 'extra';
export type Change = 'changed' | 'added' | 'removed';

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export type ActorClass =
  | 'human'
  | 'human-operational'
  | 'human-or-ci'
  | 'ci'
  | 'gitops'
  | 'controller'
  | 'platform'
  | 'admission-suspected'
  | 'suspicious'
  | 'unknown';

export type Confidence = 'high' | 'medium' | 'low';

/** Who made a difference. Times are RFC 3339; `at` is exact (seen live), the others are bounds. `coOwners` share the present value. */
export interface Actor {
  readonly manager: string | null;
  readonly class: ActorClass;
  readonly operation: 'Apply' | 'Update' | null;
  readonly subresource: string | null;
  readonly at: string | null;
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  readonly confidence: Confidence;
  readonly why: string;
  readonly coOwners?: readonly string[];
  /** As the audit log of the API server names whoever wrote; absent where it is not known. */
  readonly user?: string;
}

/** One exact path that differs and that nothing explains. Values of Secrets are masked already. */
export interface Difference {
  readonly path: string;
  readonly change: Change;
  readonly desired: JsonValue | null;
  readonly live: JsonValue | null;
  readonly severity: Severity;
  readonly actor: Actor;
  readonly origin: Origin | null;
  readonly notes: readonly string[];
}

export type SuppressionClass = 'default' | 'server' | 'controller' | 'admission' | 'rule';

export interface Suppression {
  readonly path: string;
  readonly class: SuppressionClass;
  readonly reason: string;
  readonly desired: JsonValue | null;
  readonly live: JsonValue | null;
  readonly confidence: Confidence;
  /** Of class `rule`: which one, by its content or by the engine object that holds it. */
  readonly rule?: string;
}

export interface PendingField {
  readonly path: string;
  readonly desired: JsonValue | null;
  readonly live: JsonValue | null;
}

export interface ReasonedPath {
  readonly path: string;
  readonly reason: string;
}

export interface ResourceReport {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly verdict: Verdict;
  readonly drift: DriftKind | null;
  /** Of a missing or extra object; absent on others. */
  readonly severity?: Severity;
  readonly actor?: Actor;
  readonly origin?: Origin | null;
  readonly differences: readonly Difference[];
  readonly suppressions: readonly Suppression[];
  readonly pending: readonly PendingField[];
  readonly invalid: readonly ReasonedPath[];
  readonly undetermined: readonly ReasonedPath[];
  readonly notes: readonly string[];
}

export interface AuditSummary {
  readonly resources: number;
  readonly inSync: number;
  readonly drifted: number;
  readonly pending: number;
  readonly invalid: number;
  readonly undetermined: number;
  readonly differences: number;
  readonly suppressions: number;
}

export interface AuditReport {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'AuditReport';
  readonly desired: { readonly source: string; readonly revision: string | null };
  readonly live: { readonly source: string; readonly readAt: string };
  readonly summary: AuditSummary;
  readonly resources: readonly ResourceReport[];
  readonly gaps: readonly Gap[];
}
