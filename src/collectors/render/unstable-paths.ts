import { type FieldPath, field, formatPath, type Segment } from '../../resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { formatResourceId } from '../../resource/resource-id.ts';
import type { UnstablePath } from '../../resource/snapshot.ts';
import { isSame } from '../find-resource.ts';

/** Where two renderings of the same input disagree: random values and clocks, which nobody can compare with anything. */
export function unstablePaths(first: readonly Resource[], second: readonly Resource[]): readonly UnstablePath[] {
  const unstable: UnstablePath[] = [];
  for (const [index, resource] of first.entries()) {
    const candidate = second[index];
    const twin =
      candidate !== undefined && isSame(resource, candidate)
        ? candidate
        : second.find((other) => isSame(resource, other));
    const key = formatResourceId(resource.id);
    if (twin === undefined) unstable.push({ resource: key, path: 'metadata.name' });
    else
      for (const path of differing(resource.body, twin.body, []))
        unstable.push({ resource: key, path: formatPath(path) });
  }
  return unstable;
}

function differing(left: JsonValue | undefined, right: JsonValue | undefined, at: FieldPath): readonly FieldPath[] {
  if (isJsonObject(left) && isJsonObject(right)) return differingMembers(left, right, at);
  if (isJsonArray(left) && isJsonArray(right) && left.length === right.length) return differingItems(left, right, at);
  return left === right ? [] : [at];
}

function differingMembers(left: JsonObject, right: JsonObject, at: FieldPath): readonly FieldPath[] {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  const own = (object: JsonObject, key: string): JsonValue | undefined =>
    Object.hasOwn(object, key) ? object[key] : undefined;
  return [...keys].flatMap((key) => differing(own(left, key), own(right, key), [...at, field(key)]));
}

function differingItems(left: JsonArray, right: JsonArray, at: FieldPath): readonly FieldPath[] {
  return left.flatMap((item, index) => differing(item, right[index], [...at, segmentOf(item, index)]));
}

/** By name where the item has one, as most keyed lists of Kubernetes; the schema is not known here. */
function segmentOf(item: JsonValue, index: number): Segment {
  const name = isJsonObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? { kind: 'keys', keys: [['name', name]] } : { kind: 'index', index };
}
