import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import {
  anyNode,
  type FieldNode,
  type Limits,
  type ListNode,
  type ScalarType,
  type StructNode,
  type TypeNode,
} from './type-node.ts';

/** Turns OpenAPI schemas (built-in types or the structural schema of a CRD) into type nodes, each named type once and lazily. */
export class TypeCompiler {
  readonly #schemas: ReadonlyMap<string, JsonObject>;
  readonly #compiled = new Map<string, TypeNode>();
  readonly #builtin: boolean;

  constructor(schemas: ReadonlyMap<string, JsonObject>, builtin: boolean) {
    this.#schemas = schemas;
    this.#builtin = builtin;
  }

  named(name: string): TypeNode {
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    const special = specialTypes[name];
    const schema = this.#schemas.get(name);
    if (special !== undefined || schema === undefined) {
      const node = special ?? anyNode;
      this.#compiled.set(name, node);
      return node;
    }
    if (isJsonObject(schema['properties'])) return this.#struct(schema, schema['properties'], name);
    const node = this.compile(schema);
    this.#compiled.set(name, node);
    return node;
  }

  compile(schema: JsonValue | undefined): TypeNode {
    if (!isJsonObject(schema)) return anyNode;
    const ref = refOf(schema);
    if (ref !== undefined) return this.named(ref);
    if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string')
      return intOrString(schema);
    switch (schema['type']) {
      case 'object':
        return this.#object(schema);
      case 'array':
        return this.#list(schema);
      case 'string':
      case 'integer':
      case 'number':
      case 'boolean':
        return { kind: 'scalar', scalar: scalarType(schema['type'], schema['format']), limits: limitsOf(schema) };
      default:
        return isJsonObject(schema['properties']) ? this.#struct(schema, schema['properties'], '') : anyNode;
    }
  }

  #object(schema: JsonObject): TypeNode {
    const properties = schema['properties'];
    if (isJsonObject(properties)) return this.#struct(schema, properties, '');
    const additional = schema['additionalProperties'];
    if (isJsonObject(additional)) return { kind: 'map', value: this.compile(additional), builtin: this.#builtin };
    return anyNode;
  }

  #struct(schema: JsonObject, properties: JsonObject, name: string): StructNode {
    const fields = new Map<string, FieldNode>();
    const required = isJsonArray(schema['required'])
      ? schema['required'].filter((entry) => typeof entry === 'string')
      : [];
    const node: StructNode = {
      kind: 'struct',
      name,
      fields,
      required,
      keepsUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
      builtin: this.#builtin,
    };
    // Known before its fields are compiled: types such as JSONSchemaProps contain themselves.
    if (name !== '') this.#compiled.set(name, node);
    for (const [field, fieldSchema] of Object.entries(properties)) {
      const type = this.compile(fieldSchema);
      const byDefault = isJsonObject(fieldSchema) ? fieldSchema['default'] : undefined;
      const meaningful = byDefault !== undefined && !(this.#builtin && isEmptyValue(byDefault));
      const owner = name === '' ? '' : `${name}.${field}`;
      fields.set(field, meaningful ? { type, owner, default: byDefault } : { type, owner });
    }
    return node;
  }

  #list(schema: JsonObject): ListNode {
    const item = this.compile(schema['items']);
    const declared = schema['x-kubernetes-list-type'];
    const listType = declared === 'map' || declared === 'set' ? declared : 'atomic';
    const rawKeys = schema['x-kubernetes-list-map-keys'];
    const keys = isJsonArray(rawKeys) ? rawKeys.filter((key) => typeof key === 'string') : [];
    const keyDefaults: Record<string, JsonValue> = {};
    for (const key of keys) {
      const byDefault = item.kind === 'struct' ? item.fields.get(key)?.default : undefined;
      if (byDefault !== undefined) keyDefaults[key] = byDefault;
    }
    return {
      kind: 'list',
      item,
      listType: keys.length > 0 || listType !== 'map' ? listType : 'atomic',
      keys,
      keyDefaults,
      builtin: this.#builtin,
    };
  }
}

const specialTypes: Readonly<Record<string, TypeNode>> = {
  'api.resource.Quantity': { kind: 'scalar', scalar: 'quantity', limits: null },
  'util.intstr.IntOrString': { kind: 'scalar', scalar: 'int-or-string', limits: null },
  'meta.v1.Duration': { kind: 'scalar', scalar: 'duration', limits: null },
  'meta.v1.Time': { kind: 'scalar', scalar: 'time', limits: null },
  'meta.v1.MicroTime': { kind: 'scalar', scalar: 'time', limits: null },
  'pkg.runtime.RawExtension': anyNode,
  'apiextensions.v1.JSON': anyNode,
};

function isEmptyValue(value: JsonValue): boolean {
  return value === '' || value === 0 || value === false || (isJsonObject(value) && Object.keys(value).length === 0);
}

/** `#/components/schemas/io.k8s.api.core.v1.Container` and `core.v1.Container` both name `core.v1.Container`. */
export function shortTypeName(ref: string): string {
  return ref
    .slice(ref.lastIndexOf('/') + 1)
    .split('.')
    .slice(-3)
    .join('.');
}

function refOf(schema: JsonObject): string | undefined {
  if (typeof schema['$ref'] === 'string') return shortTypeName(schema['$ref']);
  const all = schema['allOf'];
  if (!isJsonArray(all) || all.length !== 1) return undefined;
  const only = all[0];
  return isJsonObject(only) && typeof only['$ref'] === 'string' ? shortTypeName(only['$ref']) : undefined;
}

/** The pattern that controller-gen writes for resource.Quantity; other int-or-string fields are ports and percentages. */
function intOrString(schema: JsonObject): TypeNode {
  const pattern = schema['pattern'];
  const isQuantity = typeof pattern === 'string' && pattern.includes('[KMGTPE]i');
  return { kind: 'scalar', scalar: isQuantity ? 'quantity' : 'int-or-string', limits: { whole: true } };
}

function scalarType(type: 'string' | 'integer' | 'number' | 'boolean', format: JsonValue | undefined): ScalarType {
  if (type !== 'string') return type;
  if (format === 'byte') return 'bytes';
  if (format === 'date-time') return 'time';
  return format === 'duration' ? 'duration' : 'string';
}

function limitsOf(schema: JsonObject): Limits | null {
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {};
  if (isJsonArray(schema['enum'])) limits.enum = schema['enum'];
  if (typeof schema['pattern'] === 'string') limits.pattern = schema['pattern'];
  if (typeof schema['minimum'] === 'number') limits.minimum = schema['minimum'];
  if (typeof schema['maximum'] === 'number') limits.maximum = schema['maximum'];
  if (typeof schema['maxLength'] === 'number') limits.maxLength = schema['maxLength'];
  return Object.keys(limits).length === 0 ? null : limits;
}
