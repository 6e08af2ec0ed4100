import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../resource/json.ts';

/** Later members win, objects are merged. */
export function mergeDeep(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const held = merged.get(key);
    merged.set(key, isJsonObject(held) && isJsonObject(value) ? mergeDeep(held, value) : value);
  }
  return Object.fromEntries(merged);
}

/** `a.b` for members of members, as selectors see them. */
export function flattenParams(value: JsonObject, prefix = ''): JsonObject {
  const pairs = Object.entries(value).flatMap(([key, member]): readonly (readonly [string, JsonValue])[] => {
    const path = prefix + key;
    if (isJsonObject(member)) return Object.entries(flattenParams(member, `${path}.`));
    if (isJsonArray(member)) return Object.entries(flattenParams(Object.fromEntries(member.entries()), `${path}.`));
    return [[path, typeof member === 'string' ? member : String(member)]];
  });
  return Object.fromEntries(pairs);
}
