import { isJsonArray, isJsonObject, type JsonScalar, type JsonValue } from '../../resource/json.ts';
import type { FieldPath, Segment } from '../../resource/field-path.ts';

/** A step that needs no list keys any more: a member's name or an index. */
export type Step = string | number;

export interface FoundPath {
  readonly steps: readonly Step[];
  /** What of the path does not exist in the tree; empty when all of it does. */
  readonly rest: FieldPath;
}

/** Follows a path as far as the tree has it. List keys match by their text, and match an element that leaves a key to its default. */
export function findPath(tree: JsonValue, path: FieldPath): FoundPath {
  const steps: Step[] = [];
  let current: JsonValue | undefined = tree;
  for (const [position, segment] of path.entries()) {
    const step: Step | undefined = current === undefined ? undefined : findStep(current, segment);
    if (step === undefined) return { steps, rest: path.slice(position) };
    steps.push(step);
    current = child(current, step);
  }
  return { steps, rest: [] };
}

export function child(value: JsonValue | undefined, step: Step): JsonValue | undefined {
  if (typeof step === 'number') return isJsonArray(value) ? value[step] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

export function valueAtSteps(tree: JsonValue, steps: readonly Step[]): JsonValue | undefined {
  return steps.reduce<JsonValue | undefined>(child, tree);
}

function findStep(value: JsonValue, segment: Segment): Step | undefined {
  if (segment.kind === 'field')
    return isJsonObject(value) && Object.hasOwn(value, segment.name) ? segment.name : undefined;
  if (!isJsonArray(value)) return undefined;
  const index = findElement(value, segment);
  return index < 0 ? undefined : index;
}

function findElement(list: readonly JsonValue[], segment: Segment): number {
  switch (segment.kind) {
    case 'index':
      return segment.index < list.length ? segment.index : -1;
    case 'value':
      return list.findIndex((element) => scalarText(element) === scalarText(segment.value));
    case 'keys': {
      const twin = (segment.twin ?? 1) - 1;
      const exact = list.flatMap((element, index) => (matches(element, segment.keys, false) ? [index] : []));
      const loose = list.flatMap((element, index) => (matches(element, segment.keys, true) ? [index] : []));
      return (exact.length > 0 ? exact[twin] : loose.length === 1 ? loose[twin] : undefined) ?? -1;
    }
    case 'field':
      break;
  }
  return -1;
}

function matches(
  element: JsonValue,
  keys: readonly (readonly [string, JsonScalar])[],
  absentMatches: boolean,
): boolean {
  if (!isJsonObject(element)) return false;
  let present = 0;
  for (const [key, wanted] of keys) {
    const own = Object.hasOwn(element, key) ? element[key] : undefined;
    if (own === undefined && absentMatches) continue;
    if (own === undefined || scalarText(own) !== scalarText(wanted)) return false;
    present += 1;
  }
  return present > 0;
}

/** A scalar as a path writes it; undefined for anything else, which no path names. */
function scalarText(value: JsonValue): string | undefined {
  return typeof value === 'object' && value !== null ? undefined : String(value);
}
