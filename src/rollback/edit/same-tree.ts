import { isJsonArray, isJsonObject, type JsonValue } from '../../resource/json.ts';

/** Whether two trees are the same JSON: same types, every digit, lists in order, keys in any order. */
export function sameTree(a: JsonValue, b: JsonValue): boolean {
  if (isJsonArray(a)) {
    return isJsonArray(b) && a.length === b.length && a.every((element, index) => sameTree(element, b[index] ?? null));
  }
  if (isJsonObject(a)) {
    if (!isJsonObject(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameTree(a[key] ?? null, b[key] ?? null))
    );
  }
  return a === b || sameInteger(a, b) || sameInteger(b, a);
}

/** An integer beyond 2^53 may come rounded from one reader and with every digit from another. */
function sameInteger(a: JsonValue, b: JsonValue): boolean {
  return typeof a === 'bigint' && typeof b === 'number' && Number(a) === b;
}
