import { isJsonObject, type JsonValue } from '../../resource/json.ts';
import type { TypeNode } from './type-node.ts';

/** The default that the schema states for a field, with the defaults of its members filled in, as the server does. */
export function schemaDefault(type: TypeNode, key: string): JsonValue | undefined {
  if (type.kind !== 'struct') return undefined;
  const field = type.fields.get(key);
  return field?.default === undefined ? undefined : filled(field.default, field.type);
}

function filled(value: JsonValue, type: TypeNode): JsonValue {
  if (!isJsonObject(value) || type.kind !== 'struct') return value;
  const out: Record<string, JsonValue> = { ...value };
  for (const key of type.fields.keys()) {
    if (Object.hasOwn(out, key)) continue;
    const member = schemaDefault(type, key);
    if (member !== undefined) out[key] = member;
  }
  return out;
}
