import type { ResourceReport, Severity } from '../drift/drift-report.ts';
import type { ResourceId } from '../resource/resource-id.ts';

/** One contribution to a score, printed so that nobody has to believe a bare number. `points` may be negative. */
export interface Reason {
  readonly rule: string;
  readonly points: number;
  readonly text: string;
}

/** How bad the drift of one resource is, and why. `score` is 0 to 100 and is the clamped sum of the points of `reasons`. */
export interface Judgement {
  readonly id: ResourceId;
  readonly level: Severity;
  readonly score: number;
  /** The contributions as one line: `WorstField+60 DependantsBreak+8 DeclaredTier+5`. */
  readonly vector: string;
  readonly reasons: readonly Reason[];
  readonly report: ResourceReport;
  readonly impact: Impact | null;
}

export type Effect = 'breaks' | 'degrades' | 'may-degrade';

/** What severity needs of a blast radius; the graph's own answer (CONTRACTS 3) fits. */
export interface Impact {
  readonly affected: readonly AffectedNode[];
  readonly entryPoints: readonly string[];
}

export interface AffectedNode {
  readonly id: string;
  readonly effect: Effect;
  /** 0 to 1. */
  readonly probability: number;
}

/** What people declared about the service a resource belongs to: tier `1` is the most important. */
export interface Importance {
  readonly tier: string | null;
  readonly owner: string | null;
}

/** What drifted of a resource. `removed`: declared and absent; `added`: live and not declared; else `paths` says where the sides differ. */
export interface DriftedFields {
  readonly change: 'changed' | 'added' | 'removed';
  readonly paths: readonly string[];
}

/** The graph as severity sees it. Null: the graph does not know the resource, which is not the same as "nothing depends on it". */
export interface GraphLookup {
  /** Whom this drift reaches, which is fewer than would notice if the resource failed. */
  impactOf(id: ResourceId, drifted: DriftedFields): Impact | null;
  importanceOf(id: ResourceId): Importance | null;
}

/** What a rule may look at. `weight` (0 to 1) is how harmful the worst field can be: what surrounds a harmless change stays harmless. */
export interface DriftFacts {
  readonly report: ResourceReport;
  readonly impact: Impact | null;
  readonly importance: Importance | null;
  readonly weight: number;
}

/** A rule answers null when it has nothing to add. */
export type SeverityRule = (facts: DriftFacts) => Reason | null;
