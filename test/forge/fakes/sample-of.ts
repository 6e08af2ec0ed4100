import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../../src/resource/json.ts';

/** The smallest value that fits a schema, with the given values in it: members that must be there, and those that are given. */
export function sampleOf(schema: JsonValue, schemas: JsonValue, given?: JsonValue): JsonValue {
  const reference = stringAt(schema, '$ref');
  if (reference !== undefined)
    return sampleOf(valueAt(schemas, reference.split('/').at(-1) ?? '') ?? null, schemas, given);
  if (isJsonArray(given)) return given.map((each) => sampleOf(valueAt(schema, 'items') ?? null, schemas, each));
  if (given !== undefined && !isJsonObject(given)) return given;
  const choices = ['anyOf', 'oneOf'].flatMap((key) => arrayAt(schema, key));
  if (choices.length > 0) return sampleOfChoice(choices, schemas, given);
  const all = arrayAt(schema, 'allOf');
  if (all.length > 0) return all.reduce<JsonValue>((whole, part) => sampleOf(part, schemas, whole), given ?? {});
  const properties = objectAt(schema, 'properties');
  if (properties === undefined) return given ?? plainSample(schema);
  const required = new Set(arrayAt(schema, 'required').filter((name) => typeof name === 'string'));
  const names = Object.keys(properties).filter((name) => required.has(name) || valueAt(given, name) !== undefined);
  const known = names.map((name) => [name, sampleOf(properties[name] ?? null, schemas, valueAt(given, name))] as const);
  return { ...given, ...Object.fromEntries(known) };
}

/** Null where it may be, unless something is given. */
function sampleOfChoice(choices: readonly JsonValue[], schemas: JsonValue, given: JsonValue | undefined): JsonValue {
  const isNull = (choice: JsonValue): boolean => stringAt(choice, 'type') === 'null';
  if (given === undefined && choices.some(isNull)) return null;
  return sampleOf(choices.find((choice) => !isNull(choice)) ?? null, schemas, given);
}

function plainSample(schema: JsonValue): JsonValue {
  const [first] = arrayAt(schema, 'enum');
  if (first !== undefined) return first;
  const type = valueAt(schema, 'type');
  switch (isJsonArray(type) ? type[0] : type) {
    case 'string':
      return textSample(stringAt(schema, 'format'));
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'null':
      return null;
    default:
      return {};
  }
}

function textSample(format: string | undefined): string {
  if (format === 'uri') return 'https://forge.test/';
  if (format === 'date-time') return '2026-01-02T03:04:05Z';
  if (format === 'date') return '2026-01-02';
  return format === 'email' ? 'a@forge.test' : 'text';
}
