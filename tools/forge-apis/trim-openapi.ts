type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'title', 'tags']);

/** One call: its parameters, and schemas of what goes in and what comes out for each status. */
export interface TrimmedOperation {
  readonly parameters: Json;
  readonly request: Json;
  readonly responses: { readonly [status: string]: Json };
}

/** The named operations of an OpenAPI 3 description and the schemas that they need, without prose. JSON Schema of the day: `nullable` becomes a type. */
export function trimOpenApi(
  description: Json,
  operations: readonly string[],
): { readonly operations: Readonly<Record<string, TrimmedOperation>>; readonly schemas: { [name: string]: Json } } {
  const schemas: { [name: string]: Json } = {};
  const keep = (schema: Json): Json => {
    for (const name of namesIn(schema)) {
      if (name in schemas) continue;
      schemas[name] = null;
      schemas[name] = keep(clean(at(description, ['components', 'schemas', name])));
    }
    return schema;
  };
  const kept: { [operation: string]: TrimmedOperation } = {};
  for (const operation of operations) {
    const [method = '', path = ''] = operation.split(' ');
    const found = at(description, ['paths', path, method.toLowerCase()]);
    if (found === null) throw new Error(`${operation} is not described`);
    const responses = entries(at(found, ['responses'])).map(([status, response]) => {
      const schema = at(resolve(description, response), ['content', 'application/json', 'schema']);
      return [status, keep(clean(schema))] as const;
    });
    const parameters = items(at(found, ['parameters'])).map((each) => {
      const parameter = resolve(description, each);
      const schema = keep(clean(at(parameter, ['schema'])));
      return { name: at(parameter, ['name']), in: at(parameter, ['in']), schema };
    });
    const request = keep(clean(at(found, ['requestBody', 'content', 'application/json', 'schema'])));
    kept[operation] = { parameters, request, responses: Object.fromEntries(responses) };
  }
  return {
    operations: kept,
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function resolve(description: Json, value: Json): Json {
  const reference = at(value, ['$ref']);
  return typeof reference === 'string' ? at(description, reference.slice(2).split('/')) : value;
}

function clean(value: Json): Json {
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  const kept = entries(value).flatMap(([key, child]): [string, Json][] => {
    if (key === 'properties')
      return [[key, Object.fromEntries(entries(child).map(([name, schema]) => [name, clean(schema)]))]];
    if (key === '$ref' && typeof child === 'string') return [[key, `#/schemas/${child.split('/').at(-1) ?? ''}`]];
    return prose.has(key) || key.startsWith('x-') || key === 'nullable' ? [] : [[key, clean(child)]];
  });
  const schema = Object.fromEntries(kept);
  return at(value, ['nullable']) === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function namesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (value === null || typeof value !== 'object') return [];
  return entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? [child.split('/').at(-1) ?? ''] : namesIn(child),
  );
}

function at(value: Json, path: readonly string[]): Json {
  let here: Json = value;
  for (const key of path) here = entries(here).find(([name]) => name === key)?.[1] ?? null;
  return here;
}

function entries(value: Json): readonly (readonly [string, Json])[] {
  return value === null || typeof value !== 'object' || Array.isArray(value) ? [] : Object.entries(value);
}

function items(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
