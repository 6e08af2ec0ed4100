import { isJsonArray, type JsonValue } from '../../resource/json.ts';
import { type Edit, type PrimitiveEdit, primitiveEdits } from '../edit/primitive-edit.ts';
import { valueAtSteps } from '../edit/tree-path.ts';
import { placeEdits } from '../rendered/place-edits.ts';
import type { RenderedSource } from '../rendered/rendered-source.ts';
import { type RepairDraft, refusedDraft } from './repair-draft.ts';
import type { RepairIntent } from './repair-intent.ts';
import type { RepairRequest } from '../repair-request.ts';

/** Carries an intent out where the object comes out of Kustomize or Helm: at the one place that the real tool proves right. */
export async function renderedDraft(
  request: RepairRequest,
  intent: RepairIntent,
  source: RenderedSource,
  signal: AbortSignal,
): Promise<RepairDraft> {
  const { changes } = intent;
  if (intent.kind === 'refused') return refusedDraft(changes, intent.refused);
  const { desired } = request;
  if (desired === null) {
    return refusedDraft(changes, {
      code: 'source-missing',
      why: 'the source does not render the object',
      remedy: 'Check that the source is complete',
    });
  }
  const edits = intent.edits.flatMap((edit) => singleEdits(desired.body, edit));
  if (edits.some((edit) => edit === undefined)) {
    return refusedDraft(changes, {
      code: 'list-changed',
      why: 'elements of a list without keys come and go',
      remedy: 'Edit the overlay or the values by hand',
    });
  }
  const placement = await placeEdits(
    source,
    desired,
    edits.filter((edit) => edit !== undefined),
    signal,
  );
  if (placement.kind === 'refused') return refusedDraft(changes, placement.refused);
  const exposed = placement.files.find(({ before }) => before !== null && holdsSecret(before));
  if (exposed !== undefined) {
    return refusedDraft(changes, {
      code: 'secret-nearby',
      why: `${exposed.file} holds values of a Secret, which a patch could show`,
      remedy: 'Move the Secret into a file of its own',
    });
  }
  return { changes, write: () => placement.files, refused: null, target: intent.target };
}

function holdsSecret(text: string): boolean {
  return (
    /["']?kind["']?\s*:\s*["']?Secret\b/.test(text) || (text.includes('secretGenerator') && text.includes('literals'))
  );
}

/** One edit for each place: a value that replaces a whole object is taken apart. Undefined for what has no lasting path. */
function singleEdits(tree: JsonValue, edit: Edit): readonly (Edit | undefined)[] {
  if (edit.path.length > 0) return [edit];
  return primitiveEdits(tree, edit).map((primitive) => singleEdit(tree, primitive));
}

function singleEdit(tree: JsonValue, primitive: PrimitiveEdit): Edit | undefined {
  if (primitive.kind === 'insert-item') return undefined;
  const removesElement = primitive.kind === 'remove' && isJsonArray(valueAtSteps(tree, primitive.at.slice(0, -1)));
  if (removesElement) return undefined;
  const steps = primitive.kind === 'insert-key' ? [...primitive.at, primitive.key] : primitive.at;
  const path = steps.map((step) =>
    typeof step === 'number' ? ({ kind: 'index', index: step } as const) : ({ kind: 'field', name: step } as const),
  );
  return primitive.kind === 'remove' ? { op: 'remove', path } : { op: 'set', path, value: primitive.value };
}
