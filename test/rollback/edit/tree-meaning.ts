import type { FieldPath } from '../../../src/resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../../src/resource/json.ts';

/** Every place in the tree but its root. */
export function pathsOf(tree: JsonValue, at: FieldPath = []): readonly FieldPath[] {
  const inner = isJsonArray(tree)
    ? tree.flatMap((element, index) => pathsOf(element, [...at, { kind: 'index', index }]))
    : isJsonObject(tree)
      ? Object.entries(tree).flatMap(([name, member]) => pathsOf(member, [...at, { kind: 'field', name }]))
      : [];
  return at.length === 0 ? inner : [at, ...inner];
}

/** What stands at a place; undefined when nothing does. */
export function at(tree: JsonValue, path: FieldPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((value, segment) => {
    if (segment.kind === 'index') return isJsonArray(value) ? value[segment.index] : undefined;
    return segment.kind === 'field' && isJsonObject(value) && Object.hasOwn(value, segment.name)
      ? value[segment.name]
      : undefined;
  }, tree);
}

/** The plain meaning of an edit, written without regard to text. */
export function meaning(
  tree: JsonValue,
  path: FieldPath,
  change: (present: boolean) => readonly [] | readonly [JsonValue],
  insert: boolean,
): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return change(true)[0] ?? null;
  if (step.kind === 'index' && isJsonArray(tree)) {
    if (rest.length > 0) return tree.with(step.index, meaning(tree[step.index] ?? null, rest, change, insert));
    return tree.toSpliced(step.index, insert ? 0 : 1, ...change(true));
  }
  if (step.kind !== 'field' || !isJsonObject(tree)) return tree;
  const copy = new Map(Object.entries(tree));
  if (rest.length > 0) copy.set(step.name, meaning(tree[step.name] ?? null, rest, change, insert));
  else {
    const [next] = change(copy.has(step.name));
    if (next === undefined) copy.delete(step.name);
    else copy.set(step.name, next);
  }
  const object: Record<string, JsonValue> = Object.create(null);
  for (const [name, member] of copy) object[name] = member;
  return object;
}
