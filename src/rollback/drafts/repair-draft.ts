import type { FileChange, RepairRefusal } from '../repair-plan.ts';
import type { TargetChange } from './preflight.ts';
import type { ContextLimit } from '../text/unified-diff.ts';

/** What only becomes known after the fields are: it goes into the record of a restore. */
export interface DraftNames {
  readonly object: string;
  readonly fingerprint: string;
  readonly reasons: readonly string[];
}

/** A repair before it has a name: which fields reach which value, and the files that say so. */
export interface RepairDraft {
  /** In the cluster's terms; decides the fingerprint. */
  readonly changes: readonly TargetChange[];
  /** No files when refused. */
  readonly write: (names: DraftNames) => readonly FileChange[];
  readonly context?: ContextLimit;
  readonly refused: RepairRefusal | null;
  readonly target: { readonly revision: string; readonly committedAt: string; readonly why: string } | null;
}

export function refusedDraft(changes: readonly TargetChange[], refused: RepairRefusal): RepairDraft {
  return { changes, write: () => [], refused, target: null };
}
