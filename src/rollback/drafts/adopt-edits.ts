import type { Difference } from '../../drift/drift-report.ts';
import { type FieldPath, formatPath, parsePath } from '../../resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonArray, type JsonValue } from '../../resource/json.ts';
import type { Edit } from '../edit/primitive-edit.ts';
import { findPath, valueAtSteps } from '../edit/tree-path.ts';

/**
 * What to write into Git so that it says what is live. Positions in a list without keys mean the live list, so a list of plain
 * values is set as a whole: the editor works out which elements move. Undefined when a path cannot be read.
 */
export function adoptEdits(differences: readonly Difference[], live: JsonValue | null): readonly Edit[] | undefined {
  const edits = new Map<string, Edit>();
  for (const difference of differences) {
    const path = parsePath(difference.path);
    if (path === undefined) return undefined;
    const edit = wholeList(path, live) ?? editOf(path, difference, live);
    edits.set(formatPath(edit.path), edit);
  }
  return [...edits.values()];
}

function editOf(path: FieldPath, difference: Difference, live: JsonValue | null): Edit {
  if (difference.change === 'removed') return { op: 'remove', path };
  const value = (live === null ? undefined : valueAtPath(live, path)) ?? difference.live;
  const list = live === null ? undefined : valueAtPath(live, path.slice(0, -1));
  return isJsonArray(list) ? { op: 'set', path, value, liveList: list } : { op: 'set', path, value };
}

/** A list of plain values is replaced as a whole; undefined when the path does not go through the index of one. */
function wholeList(path: FieldPath, live: JsonValue | null): Edit | undefined {
  const at = path.findIndex((segment) => segment.kind === 'index');
  if (at < 0 || live === null) return undefined;
  const listPath = path.slice(0, at);
  const list = valueAtPath(live, listPath);
  return isJsonArray(list) && isPlain(list) ? { op: 'set', path: listPath, value: list } : undefined;
}

function isPlain(list: JsonArray): boolean {
  return list.every((element) => !isJsonObject(element) && !isJsonArray(element));
}

function valueAtPath(tree: JsonValue, path: FieldPath): JsonValue | undefined {
  const found = findPath(tree, path);
  return found.rest.length === 0 ? valueAtSteps(tree, found.steps) : undefined;
}
