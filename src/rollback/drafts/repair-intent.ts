import type { Edit } from '../edit/primitive-edit.ts';
import type { TargetChange } from './preflight.ts';
import type { RepairDraft } from './repair-draft.ts';
import type { RepairRefusal } from '../repair-plan.ts';

/** What a repair wants of the object, before anybody knows where that is written. `changes` are the same in the cluster's terms. */
export type RepairIntent =
  | {
      readonly kind: 'edits';
      readonly edits: readonly Edit[];
      readonly changes: readonly TargetChange[];
      readonly target: RepairDraft['target'];
    }
  | { readonly kind: 'refused'; readonly changes: readonly TargetChange[]; readonly refused: RepairRefusal };

export function refusedIntent(changes: readonly TargetChange[], refused: RepairRefusal): RepairIntent {
  return { kind: 'refused', changes, refused };
}
