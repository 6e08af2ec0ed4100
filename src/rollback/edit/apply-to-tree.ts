import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import type { PrimitiveEdit } from './primitive-edit.ts';
import type { Step } from './tree-path.ts';

/** The tree that an edit is meant to leave behind. The input is not changed. */
export function applyToTree(tree: JsonValue, edit: PrimitiveEdit): JsonValue {
  switch (edit.kind) {
    case 'replace':
      return changeAt(tree, edit.at, () => edit.value);
    case 'insert-key':
      return changeAt(tree, edit.at, (parent) => withMember(parent, edit.key, edit.value));
    case 'insert-item':
      return changeAt(tree, edit.at, (parent) =>
        isJsonArray(parent) ? parent.toSpliced(edit.index, 0, edit.value) : parent,
      );
    case 'remove':
      break;
  }
  return changeAt(tree, edit.at.slice(0, -1), (parent) => without(parent, edit.at.at(-1)));
}

function changeAt(tree: JsonValue, at: readonly Step[], change: (value: JsonValue) => JsonValue): JsonValue {
  const [step, ...rest] = at;
  if (step === undefined) return change(tree);
  if (typeof step === 'number') {
    return isJsonArray(tree) ? tree.with(step, changeAt(tree[step] ?? null, rest, change)) : tree;
  }
  return isJsonObject(tree) ? withMember(tree, step, changeAt(tree[step] ?? null, rest, change)) : tree;
}

function withMember(parent: JsonValue, key: string, value: JsonValue): JsonValue {
  if (!isJsonObject(parent)) return parent;
  return ownMembers([...Object.entries(parent).filter(([own]) => own !== key), [key, value]]);
}

function without(parent: JsonValue, step: Step | undefined): JsonValue {
  if (isJsonArray(parent)) return typeof step === 'number' ? parent.toSpliced(step, 1) : parent;
  if (!isJsonObject(parent)) return parent;
  return ownMembers(Object.entries(parent).filter(([key]) => key !== step));
}

/** A member named `__proto__` stays a member. */
function ownMembers(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object: Record<string, JsonValue> = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}
