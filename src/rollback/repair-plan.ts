import type { JsonValue } from '../resource/json.ts';

export const repairs = ['restore', 'adopt', 'revert', 'split-brain', 'bot-fight'] as const;

/**
 * `restore`: live was edited, Git is right. `adopt`: the live edit is right and goes into Git. `revert`: Git is bad and goes back to
 * what was good. `split-brain`: a controller rolled back, Git still says the bad version. `bot-fight`: two writers undo each other.
 */
export type Repair = (typeof repairs)[number];

export type Recommendation = 'go' | 'hold' | 'no-go';

export interface PreflightCheck {
  /** Kebab-case name of the check, stable. */
  readonly check: string;
  readonly result: 'pass' | 'warn' | 'fail' | 'not-possible';
  readonly why: string;
}

/** `ok`, `skipped: why`, or `failed: why`. A check is never left out. */
export type ProofResult = 'ok' | `skipped: ${string}` | `failed: ${string}`;

export interface RepairProof {
  readonly reparse: ProofResult;
  readonly render: ProofResult;
  readonly dryRun: ProofResult;
  readonly preflight: readonly PreflightCheck[];
}

export interface RepairRefusal {
  readonly code: string;
  readonly why: string;
  readonly remedy: string;
}

export interface RepairEdit {
  /** Relative to the repository's root. */
  readonly file: string;
  /** Unified diff that `git apply` accepts. */
  readonly patch: string;
}

/** The document of CONTRACTS 4. Holds no value of a Secret. */
export interface RepairPlan {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'RepairPlan';
  readonly repair: Repair;
  /** `apps/Deployment/shop/web`. */
  readonly object: string;
  /** 20 hexadecimal digits: the same object, repair and target values always give the same. */
  readonly fingerprint: string;
  /** The commit that was planned on; null when the source is no Git repository. */
  readonly base: string | null;
  readonly branch: string;
  readonly edits: readonly RepairEdit[];
  readonly proof: RepairProof;
  readonly recommendation: Recommendation;
  readonly reasons: readonly string[];
  readonly refused: RepairRefusal | null;
  readonly blastRadius: JsonValue | null;
  readonly title: string;
  readonly body: string;
}

/** A file as it is at the base and as the plan leaves it; null means absent. Paths are relative to the repository's root. */
export interface FileChange {
  readonly file: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A plan together with what is needed to carry it out. `files` is empty when the plan is refused. */
export interface PlannedRepair {
  readonly plan: RepairPlan;
  readonly files: readonly FileChange[];
  readonly commitMessage: string;
}
