import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../resource/json.ts';
import { type FieldPath, formatPath, type Segment } from '../../resource/field-path.ts';
import { EditRefused } from './refusal.ts';
import { longestCommon } from './longest-common.ts';
import { sameTree } from './same-tree.ts';
import { findPath, type Step, valueAtSteps } from './tree-path.ts';

/** A wanted change of one object. `liveList` tells where a new list element belongs: the whole list as it is live. */
export type Edit =
  | { readonly op: 'set'; readonly path: FieldPath; readonly value: JsonValue; readonly liveList?: JsonArray }
  | { readonly op: 'remove'; readonly path: FieldPath };

/** A change of exactly one place in the tree. */
export type PrimitiveEdit =
  | { readonly kind: 'replace'; readonly at: readonly Step[]; readonly value: JsonValue }
  | { readonly kind: 'insert-key'; readonly at: readonly Step[]; readonly key: string; readonly value: JsonValue }
  | { readonly kind: 'insert-item'; readonly at: readonly Step[]; readonly index: number; readonly value: JsonValue }
  | { readonly kind: 'remove'; readonly at: readonly Step[] };

/** The smallest changes that carry out `edit`, in an order in which each one's place is still right. */
export function primitiveEdits(tree: JsonValue, edit: Edit): readonly PrimitiveEdit[] {
  const { steps, rest } = findPath(tree, edit.path);
  const [next, ...further] = rest;
  if (edit.op === 'remove') {
    if (next !== undefined || steps.length === 0)
      throw new EditRefused('path-not-found', `${formatPath(edit.path)} is not in the file`);
    return [{ kind: 'remove', at: steps }];
  }
  if (next === undefined) return changes(steps, valueAtSteps(tree, steps), edit.value);
  return insertion(tree, steps, [next, ...further], edit);
}

function insertion(
  tree: JsonValue,
  at: readonly Step[],
  rest: readonly [Segment, ...Segment[]],
  edit: Edit & { op: 'set' },
): readonly PrimitiveEdit[] {
  const [next, ...further] = rest;
  const value = wrap(further, edit.value);
  const parent = valueAtSteps(tree, at);
  if (next.kind === 'field') {
    if (parent === null) return [{ kind: 'replace', at, value: { [next.name]: value } }];
    if (!isJsonObject(parent))
      throw new EditRefused('path-not-found', `${formatPath(edit.path)}: its parent is not a mapping in the file`);
    return [{ kind: 'insert-key', at, key: next.name, value }];
  }
  const element = withKeys(next, value);
  if (parent === null) return [{ kind: 'replace', at, value: [element] }];
  if (!isJsonArray(parent))
    throw new EditRefused('path-not-found', `${formatPath(edit.path)}: its parent is not a list in the file`);
  const index =
    next.kind === 'index' ? Math.min(next.index, parent.length) : placeInList(parent, element, edit.liveList, next);
  return [{ kind: 'insert-item', at, index, value: element }];
}

/** The value with everything of the path around it that does not exist yet. */
function wrap(path: FieldPath, value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, segment) => {
    return segment.kind === 'field' ? { [segment.name]: inner } : [withKeys(segment, inner)];
  }, value);
}

/** A new element carries the keys that its path names. */
function withKeys(segment: Segment, value: JsonValue): JsonValue {
  if (segment.kind !== 'keys' || !isJsonObject(value)) return value;
  const missing = segment.keys.filter(([key]) => !Object.hasOwn(value, key));
  return { ...Object.fromEntries(missing), ...value };
}

/** Behind the nearest element that stands before the new one in the live list and is in the file too. */
function placeInList(list: JsonArray, element: JsonValue, live: JsonArray | undefined, segment: Segment): number {
  const keys = segment.kind === 'keys' ? segment.keys.map(([key]) => key) : [];
  const same = (a: JsonValue, b: JsonValue): boolean => {
    if (!isJsonObject(a) || !isJsonObject(b) || keys.length === 0) return sameTree(a, b);
    return keys.every((key) => a[key] === undefined || b[key] === undefined || sameTree(a[key], b[key]));
  };
  const own = live?.findIndex((candidate) => same(candidate, element)) ?? -1;
  if (live === undefined || own < 0) return list.length;
  for (const neighbour of live.slice(0, own).reverse()) {
    const index = list.findIndex((candidate) => same(candidate, neighbour));
    if (index >= 0) return index + 1;
  }
  return own === 0 && list.length > 0 ? 0 : list.length;
}

function changes(at: readonly Step[], before: JsonValue | undefined, after: JsonValue): readonly PrimitiveEdit[] {
  if (before !== undefined && sameTree(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after) && Object.keys(before).length > 0)
    return mapChanges(at, before, after);
  if (isJsonArray(before) && isJsonArray(after) && before.length > 0 && after.length > 0)
    return listChanges(at, before, after);
  return [{ kind: 'replace', at, value: after }];
}

function mapChanges(at: readonly Step[], before: JsonObject, after: JsonObject): readonly PrimitiveEdit[] {
  const edits: PrimitiveEdit[] = [];
  for (const [key, value] of Object.entries(after)) {
    if (Object.hasOwn(before, key)) edits.push(...changes([...at, key], before[key], value));
    else edits.push({ kind: 'insert-key', at, key, value });
  }
  for (const key of Object.keys(before))
    if (!Object.hasOwn(after, key)) edits.push({ kind: 'remove', at: [...at, key] });
  return edits;
}

/** From the end to the start, so that no edit moves the place of a later one. */
function listChanges(at: readonly Step[], before: JsonArray, after: JsonArray): readonly PrimitiveEdit[] {
  const edits: PrimitiveEdit[] = [];
  let oldEnd = before.length;
  let newEnd = after.length;
  for (const [oldIndex, newIndex] of [...longestCommon(before, after, sameTree)].reverse().concat([[-1, -1]])) {
    const gone = before.slice(oldIndex + 1, oldEnd);
    const come = after.slice(newIndex + 1, newEnd);
    const paired = Math.min(gone.length, come.length);
    for (const value of come.slice(paired).reverse())
      edits.push({ kind: 'insert-item', at, index: oldIndex + 1 + paired, value });
    for (let extra = gone.length - 1; extra >= paired; extra -= 1)
      edits.push({ kind: 'remove', at: [...at, oldIndex + 1 + extra] });
    for (let pair = paired - 1; pair >= 0; pair -= 1) {
      edits.push(...changes([...at, oldIndex + 1 + pair], gone[pair], come[pair] ?? null));
    }
    oldEnd = oldIndex;
    newEnd = newIndex;
  }
  return edits;
}
