import { isJsonArray, isJsonObject, type JsonValue } from '../../resource/json.ts';

/** The texts of a list; anything else in it is passed over. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The texts of a map such as labels; anything else in it is passed over. */
export function textMapOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.flatMap(([key, held]) => (typeof held === 'string' ? [[key, held]] : [])));
}
