import { isJsonObject, type JsonObject, type JsonValue, objectAt } from '../../resource/json.ts';
import { lastAppliedAnnotation } from '../../resource/last-applied.ts';

/** Members of metadata that only the server writes; neither side's value says anything about drift. */
const bookkeeping = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** The part of an object that can drift: no status, no server bookkeeping, no last-applied annotation. */
export function comparable(body: JsonObject): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const key of Object.keys(body)) {
    const value = body[key] ?? null;
    if (key === 'status' || key === 'metadata' || key === 'apiVersion' || key === 'kind') continue;
    keep(out, key, value);
  }
  out['metadata'] = comparableMetadata(objectAt(body, 'metadata') ?? {});
  return out;
}

function comparableMetadata(metadata: JsonObject): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const key of Object.keys(metadata)) {
    const value = metadata[key] ?? null;
    if (bookkeeping.has(key) || key === 'name' || key === 'namespace' || key === 'generateName') continue;
    if (key === 'annotations' && isJsonObject(value)) {
      const rest = withoutLastApplied(value);
      if (rest !== null) out[key] = rest;
    } else {
      keep(out, key, value);
    }
  }
  return out;
}

function withoutLastApplied(annotations: JsonObject): JsonObject | null {
  if (!Object.hasOwn(annotations, lastAppliedAnnotation)) return annotations;
  const { [lastAppliedAnnotation]: _stripped, ...rest } = annotations;
  return Object.keys(rest).length === 0 ? null : rest;
}

/** Assignment that makes an own member even of a key named `__proto__`. */
function keep(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A Secret as the server stores it: `stringData` wins over `data` and becomes Base64; null values are empty. */
export function secretAsStored(body: JsonObject, toBase64: (text: string) => string): JsonObject {
  const { stringData, ...rest } = body;
  const data: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(objectAt(body, 'data') ?? {})) keep(data, key, value ?? '');
  if (isJsonObject(stringData)) {
    for (const [key, value] of Object.entries(stringData))
      keep(data, key, typeof value === 'string' ? toBase64(value) : value);
  }
  return Object.keys(data).length === 0 ? rest : { ...rest, data };
}

/** Base64 of UTF-8 text without `node:buffer`: drift is pure. */
export function base64OfText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
