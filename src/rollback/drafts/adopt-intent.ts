import { adoptEdits } from './adopt-edits.ts';
import type { TargetChange } from './preflight.ts';
import { refusedIntent, type RepairIntent } from './repair-intent.ts';
import type { RepairRefusal } from '../repair-plan.ts';
import type { RepairRequest } from '../repair-request.ts';
import { signedBySops } from './signed-by-sops.ts';

/** What is live goes into Git. */
export function adoptIntent(request: RepairRequest): RepairIntent {
  const { report, live } = request;
  const changes: readonly TargetChange[] = report.differences.map(({ path, change, live: value }) => {
    const wanted = change === 'removed' ? undefined : value;
    return { path, live: wanted, target: wanted };
  });
  const refused = adoptRefusal(report) ?? signedBySops(request);
  if (refused !== null) return refusedIntent(changes, refused);
  const edits = adoptEdits(report.differences, live?.body ?? null);
  if (edits !== undefined) return { kind: 'edits', edits, changes, target: null };
  return refusedIntent(changes, {
    code: 'path-not-found',
    why: 'a path of the report cannot be read',
    remedy: 'Edit the field by hand',
  });
}

/** Why nothing is to be adopted at all, wherever the object is declared. */
function adoptRefusal(report: RepairRequest['report']): RepairRefusal | null {
  if (report.kind === 'Secret')
    return {
      code: 'secret-values',
      why: 'values of Secrets never leave the cluster through Mooring',
      remedy: 'Put the value into Git with your own secret tooling, or restore',
    };
  if (report.drift === 'extra')
    return {
      code: 'not-declared',
      why: 'the object is in the cluster only',
      remedy: 'Add a manifest for it by hand, or restore to have it removed',
    };
  if (report.drift === 'missing')
    return {
      code: 'would-delete',
      why: 'adopting a deletion removes the object from Git',
      remedy: 'Delete its manifest by hand, or restore',
    };
  return null;
}
