import { formatPath, type FieldPath, parsePath } from '../../resource/field-path.ts';
import type { JsonValue } from '../../resource/json.ts';
import { primitiveEdits, type PrimitiveEdit } from '../edit/primitive-edit.ts';
import { sameTree } from '../edit/same-tree.ts';
import { findPath, type Step, valueAtSteps } from '../edit/tree-path.ts';
import type { TargetChange } from './preflight.ts';
import { refusedIntent, type RepairIntent } from './repair-intent.ts';
import type { EarlierRevision, RepairRequest } from '../repair-request.ts';
import { signedBySops } from './signed-by-sops.ts';

/** Git goes back to the newest earlier version that was good, field by field, in what Git says now. */
export function revertIntent(request: RepairRequest): RepairIntent {
  const { desired, report } = request;
  if (report.kind === 'Secret') {
    return refusedIntent([], {
      code: 'secret-values',
      why: 'an earlier value of a Secret may have been revoked, and is not to be shown',
      remedy: 'Rotate the Secret with your own tooling',
    });
  }
  if (desired === null)
    return refusedIntent([], {
      code: 'source-missing',
      why: 'no file declares the object now',
      remedy: 'Revert the commit that removed it',
    });
  const signed = signedBySops(request);
  if (signed !== null) return refusedIntent([], signed);
  const target = targetOf(request, desired.body);
  if (target === undefined) {
    return refusedIntent([], {
      code: 'no-earlier-version',
      why: 'no earlier version of the object is known to be good',
      remedy: 'Name the commit to go back to, or revert by hand',
    });
  }
  const changes = fieldChanges(desired.body, target.resource.body, request.live?.body ?? null);
  const why = target.good ?? 'it is the version before; nobody observed its health';
  return {
    kind: 'edits',
    edits: [{ op: 'set', path: [], value: target.resource.body }],
    changes,
    target: { revision: target.revision, committedAt: target.committedAt, why },
  };
}

/** Observed good first; else, when live has gone back already, the version that live equals there; else the version before. */
function targetOf(request: RepairRequest, current: JsonValue): EarlierRevision | undefined {
  const different = request.earlier.filter(({ resource }) => !sameTree(resource.body, current));
  const good = different.find((version) => typeof version.good === 'string');
  if (good !== undefined) return good;
  const { pending } = request.report;
  if (pending.length === 0) return different[0];
  return (
    different.find(({ resource }) =>
      pending.every(({ path, live }) => sameTree(valueAtText(resource.body, path), live)),
    ) ?? different[0]
  );
}

function valueAtText(tree: JsonValue, text: string): JsonValue {
  const found = findPath(tree, parsePath(text) ?? []);
  return found.rest.length > 0 ? null : (valueAtSteps(tree, found.steps) ?? null);
}

function fieldChanges(from: JsonValue, to: JsonValue, live: JsonValue | null): readonly TargetChange[] {
  return primitiveEdits(from, { op: 'set', path: [], value: to }).map((edit) => {
    const steps = stepsOf(edit);
    const target = edit.kind === 'remove' ? undefined : edit.value;
    const now = live === null ? undefined : valueAtSteps(live, steps);
    const git = edit.kind === 'insert-item' ? undefined : valueAtSteps(from, steps);
    return { path: formatPath(steps.map(asSegment)), live: now, target, git };
  });
}

function stepsOf(edit: PrimitiveEdit): readonly Step[] {
  if (edit.kind === 'insert-key') return [...edit.at, edit.key];
  return edit.kind === 'insert-item' ? [...edit.at, edit.index] : edit.at;
}

function asSegment(step: Step): FieldPath[number] {
  return typeof step === 'number' ? { kind: 'index', index: step } : { kind: 'field', name: step };
}
