import type { ManifestSource } from '../collectors/manifest-source.ts';
import type { AuditReport } from '../drift/drift-report.ts';
import type { AppError } from '../errors/app-error.ts';
import type { EpisodeDecision } from '../incidents/decide-episodes.ts';
import type { Resource } from '../resource/resource.ts';
import type { Judgement } from '../severity/judgement.ts';

/** Why a round runs. `start`, `schedule` and `asked` look at everything; the others at what changed. */
export const roundTriggers = ['start', 'live', 'manifests', 'gaps', 'engines', 'schedule', 'asked'] as const;
export type RoundTrigger = (typeof roundTriggers)[number];

/** What a round has to look at. */
export interface RoundWork {
  readonly trigger: RoundTrigger;
  /** Keys (`formatResourceId`) of live objects to look at again; null: everything. */
  readonly keys: readonly string[] | null;
  /** Whether the manifests may have changed. */
  readonly manifests: boolean;
  /** Whether other sources may be declared than before. */
  readonly sources: boolean;
  /** When the oldest change behind it was noticed. */
  readonly noticedAt: Date;
}

export type RoundStage = 'collect' | 'compare' | 'judge' | 'tell' | 'propose' | 'record';

/** One thing that went wrong in a round that went on. `resource` is null when it concerns the stage as a whole. */
export interface RoundProblem {
  readonly stage: RoundStage;
  readonly resource: string | null;
  readonly error: AppError;
}

/** A drifted resource with everything a repair is planned from. Null: not there on that side. */
export interface RepairCandidate {
  readonly judgement: Judgement;
  readonly desired: Resource | null;
  readonly live: Resource | null;
  readonly source: ManifestSource | null;
}

/** What became of one judgement in the propose stage. `kind` is that of rollback's own outcome. */
export interface ProposalOutcome {
  readonly kind: string;
  readonly resource: string;
  readonly reason: string;
  readonly branch: string | null;
}

/** One finished pass. Its report holds the resources that were looked at; times are wall-clock. */
export interface Round {
  readonly trigger: RoundTrigger;
  readonly whole: boolean;
  readonly noticedAt: Date;
  readonly startedAt: Date;
  /** When the verdicts stood and were stored; proposing comes after it. */
  readonly judgedAt: Date;
  readonly finishedAt: Date;
  readonly report: AuditReport;
  readonly judgements: readonly Judgement[];
  readonly decisions: readonly EpisodeDecision[];
  readonly proposals: readonly ProposalOutcome[];
  readonly problems: readonly RoundProblem[];
}

/** Told of rounds; history, metrics and the log implement it. What it throws becomes a problem of stage `record`, never an end. */
export interface RoundObserver {
  finished(round: Round): void | Promise<void>;
}
