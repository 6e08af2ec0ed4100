import { adoptEdits } from './adopt-edits.ts';
import { editManifest } from './edit/edit-manifest.ts';
import { splitDocuments } from './edit/find-object.ts';
import type { Edit } from './edit/primitive-edit.ts';
import type { TargetChange } from './preflight.ts';
import { type RepairDraft, refusedDraft } from './repair-draft.ts';
import type { RepairRefusal } from './repair-plan.ts';
import type { RepairRequest, SourceFile } from './repair-request.ts';
import type { ContextLimit } from './unified-diff.ts';

/** What is live goes into Git, at the place that declares the object. */
export function draftAdopt(request: RepairRequest): RepairDraft {
  const { report } = request;
  const changes: readonly TargetChange[] = report.differences.map(({ path, change, live }) => {
    const value = change === 'removed' ? undefined : live;
    return { path, live: value, target: value };
  });
  const refused = refusalBeforeEdit(request);
  if (refused !== null) return refusedDraft(changes, refused);
  const edits = adoptEdits(report.differences, request.live?.body ?? null);
  if (edits === undefined)
    return refusedDraft(changes, {
      code: 'path-not-found',
      why: 'a path of the report cannot be read',
      remedy: 'Edit the field by hand',
    });
  return editedDraft(request, edits, changes);
}

/** The draft that edits the object's own manifest; shared by adopt and revert. */
export function editedDraft(
  request: RepairRequest,
  edits: readonly Edit[],
  changes: readonly TargetChange[],
): RepairDraft {
  const { report, desired } = request;
  const source = sourceOf(request);
  if (source === undefined || !desired?.origin) return refusedDraft(changes, notDeclared(request));
  const selector = { kind: report.kind, namespace: report.namespace, name: report.name, line: desired.origin.line };
  const outcome = editManifest(source.text, source.file, selector, edits);
  if (outcome.kind === 'refused')
    return refusedDraft(changes, { code: outcome.code, why: `${source.file}: ${outcome.why}`, remedy: outcome.remedy });
  if (outcome.text === source.text) {
    return refusedDraft(changes, {
      code: 'nothing-to-edit',
      why: `${source.file} says so already`,
      remedy: 'Read the source again',
    });
  }
  const context = contextBesideSecrets(
    source.text,
    source.text.length - outcome.text.length + outcome.slice.end,
    outcome.slice.start,
  );
  if (context === 'refuse') return refusedDraft(changes, secretNearby(source.file));
  const file = { file: source.file, before: source.text, after: outcome.text };
  return { changes, write: () => [file], refused: null, target: null, ...(context === 'all' ? {} : { context }) };
}

function refusalBeforeEdit(request: RepairRequest): RepairRefusal | null {
  const { report, rendering } = request;
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
  if (rendering !== 'plain')
    return {
      code: 'rendered',
      why: `the object comes out of ${rendering}, and the place that produces the field is not known`,
      remedy: 'Edit the overlay or the values by hand, or restore',
    };
  return null;
}

function sourceOf(request: RepairRequest): SourceFile | undefined {
  const file = request.desired?.origin?.file;
  return file === undefined ? undefined : request.files.find((candidate) => candidate.file === request.prefix + file);
}

function notDeclared(request: RepairRequest): RepairRefusal {
  const file = request.desired?.origin?.file;
  const why = file === undefined ? 'no file declares the object' : `${request.prefix}${file} could not be read`;
  return { code: 'source-missing', why, remedy: 'Check that the source is complete' };
}

function secretNearby(file: string): RepairRefusal {
  return {
    code: 'secret-nearby',
    why: `${file} holds a Secret in the same document`,
    remedy: 'Move the Secret into a document of its own',
  };
}

/**
 * Lines of context that a patch may show: all of them, or, where a Secret stands in the same file, only the edited document and
 * the separators around it. A Secret inside the edited document itself cannot be kept out.
 */
function contextBesideSecrets(text: string, end: number, start: number): ContextLimit | 'all' | 'refuse' {
  const secret = /["']?kind["']?\s*:\s*["']?Secret\b/;
  if (!secret.test(text)) return 'all';
  if (secret.test(text.slice(start, end))) return 'refuse';
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length - 1;
  const separator = splitDocuments(text).some((slice) => slice.start === end) ? 1 : 0;
  return { first: lineOf(start), end: lineOf(end) + separator };
}
