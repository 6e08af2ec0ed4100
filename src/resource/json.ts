/**
 * Kubernetes objects as plain JSON. Integers beyond 2^53 are `bigint`, so that both sides keep every digit.
 * Objects may hold a key named `__proto__`: build copies with `Object.create(null)` or spread, never with `Object.assign`.
 */
declare global {
  interface JSON {
    /** In Node 24, not yet in the library types: text that is written as it stands. */
    rawJSON(text: string): unknown;
  }
}

export type JsonScalar = string | number | bigint | boolean | null;
export type JsonValue = JsonScalar | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: unknown): value is JsonArray {
  return Array.isArray(value);
}

/** The value at a path of object keys, or undefined when any part of it is absent. */
export function valueAt(value: JsonValue | undefined, ...keys: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const key of keys) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

export function objectAt(value: JsonValue | undefined, ...keys: readonly string[]): JsonObject | undefined {
  const found = valueAt(value, ...keys);
  return isJsonObject(found) ? found : undefined;
}

export function arrayAt(value: JsonValue | undefined, ...keys: readonly string[]): JsonArray {
  const found = valueAt(value, ...keys);
  return isJsonArray(found) ? found : [];
}

export function stringAt(value: JsonValue | undefined, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

const integerBeyondDouble = /[^.\dA-Za-z]-?\d{16,}/;

/** JSON.parse that keeps integers beyond 2^53 as bigint. Throws SyntaxError as JSON.parse does. */
export function parseJson(text: string): JsonValue {
  if (!integerBeyondDouble.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: JsonValue, context?: { source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || context?.source === undefined) return value;
    return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
  });
}

/** JSON.stringify that writes bigint digits in full. `undefined` members are dropped as usual. */
export function formatJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, member: unknown) => (typeof member === 'bigint' ? JSON.rawJSON(member.toString()) : member),
    indent,
  );
}
