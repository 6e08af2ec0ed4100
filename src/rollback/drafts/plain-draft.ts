import { editManifest } from '../edit/edit-manifest.ts';
import { splitDocuments } from '../edit/find-object.ts';
import { type RepairDraft, refusedDraft } from './repair-draft.ts';
import type { RepairIntent } from './repair-intent.ts';
import type { RepairRefusal } from '../repair-plan.ts';
import type { RepairRequest, SourceFile } from '../repair-request.ts';
import type { ContextLimit } from '../text/unified-diff.ts';

/** Carries an intent out in the manifest that declares the object. */
export function plainDraft(request: RepairRequest, intent: RepairIntent): RepairDraft {
  const { report, desired } = request;
  const { changes } = intent;
  if (intent.kind === 'refused') return refusedDraft(changes, intent.refused);
  const { edits, target } = intent;
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
  return { changes, write: () => [file], refused: null, target, ...(context === 'all' ? {} : { context }) };
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
