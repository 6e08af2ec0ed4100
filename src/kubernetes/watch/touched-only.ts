import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';

/**
 * Whether two versions of an object differ in nothing but what a controller reports of it: its status, and the version that each
 * write gives it. Both as `readLiveObject` gives them, without the field managers of the status.
 */
export function isTouchedOnly(before: JsonObject, after: JsonObject): boolean {
  return isSameBut(before, after, (key, one, other) =>
    key === 'metadata' && isJsonObject(one) && isJsonObject(other)
      ? isSameBut(one, other, (name, was, is) => name === 'resourceVersion' || isSame(was, is))
      : key === 'status' || isSame(one, other),
  );
}

type Compare = (key: string, one: JsonValue | undefined, other: JsonValue | undefined) => boolean;

function isSameBut(one: JsonObject, other: JsonObject, compare: Compare): boolean {
  for (const key of Object.keys(one)) if (!compare(key, one[key], other[key])) return false;
  for (const key of Object.keys(other))
    if (!Object.hasOwn(one, key) && !compare(key, undefined, other[key])) return false;
  return true;
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (isJsonArray(one))
    return (
      isJsonArray(other) && one.length === other.length && one.every((value, index) => isSame(value, other[index]))
    );
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  return isSameBut(one, other, (_key, was, is) => isSame(was, is));
}
