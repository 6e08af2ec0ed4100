import type { ResourceReport } from '../../drift/drift-report.ts';
import type { TargetChange } from './preflight.ts';
import type { RepairDraft } from './repair-draft.ts';
import { restoreRecord, restoreRecordFile } from './restore-record.ts';

/** Git is right and stays as it is: the proposal is the record whose merge approves the synchronisation. */
export function restoreDraft(report: ResourceReport, base: string | null): RepairDraft {
  return {
    changes: restoreChanges(report),
    write: ({ object, fingerprint, reasons }) => [
      {
        file: restoreRecordFile(fingerprint),
        before: null,
        after: restoreRecord({ object, fingerprint, base, report, reasons }),
      },
    ],
    refused: null,
    target: null,
  };
}

/** Values of Secrets are masked in the report already; masks tell no two values apart, and that is meant. */
function restoreChanges(report: ResourceReport): readonly TargetChange[] {
  if (report.drift === 'missing') return [{ path: '', live: undefined, target: 'present' }];
  if (report.drift === 'extra') return [{ path: '', live: 'present', target: undefined }];
  return report.differences.map(({ path, change, desired, live }) => ({
    path,
    live: change === 'removed' ? undefined : live,
    target: change === 'added' ? undefined : desired,
  }));
}
