import { arrayAt, isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseJson, valueAt } from './json.ts';

/**
 * The same object with `metadata.managedFields` as one text, without the entries of the status. As a tree they are half of what an
 * object weighs, and they are read only when it is asked who wrote something.
 */
export function foldManagedFields(body: JsonObject): JsonObject {
  const { metadata } = body;
  const entries = valueAt(metadata, 'managedFields');
  if (!isJsonObject(metadata) || !isJsonArray(entries)) return body;
  const kept = entries.filter((entry) => valueAt(entry, 'subresource') !== 'status');
  // Names of fields and times: no number beyond a double is among them, which is what `formatJson` costs its time for.
  return { ...body, metadata: { ...metadata, managedFields: JSON.stringify(kept) } };
}

/** The entries of `metadata.managedFields`, folded or as the server gives them; none when there are none. */
export function managedFieldsOf(body: JsonObject): readonly JsonValue[] {
  const held = valueAt(body, 'metadata', 'managedFields');
  if (typeof held !== 'string') return arrayAt(body, 'metadata', 'managedFields');
  const entries = parseJson(held);
  return isJsonArray(entries) ? entries : [];
}
