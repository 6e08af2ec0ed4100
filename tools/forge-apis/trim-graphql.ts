import { buildSchema, type DefinitionNode, Kind, parse, print, visit } from 'graphql';

/**
 * The named fields of the named types of a GraphQL schema, with the enums, scalars and inputs that these need, without prose. Unions
 * and interfaces keep those members that are named.
 */
export function trimGraphql(text: string, types: Readonly<Record<string, readonly string[]>>): string {
  const bare = visit(parse(text, { noLocation: true }), {
    Directive: () => null,
    StringValue: (_node, key) => (key === 'description' ? null : undefined),
  });
  const all = new Map<string, DefinitionNode>();
  for (const definition of bare.definitions)
    if ('name' in definition && definition.name !== undefined) all.set(definition.name.value, definition);
  const kept = new Map<string, DefinitionNode>();
  const open = Object.keys(types);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const definition = all.get(name);
    if (definition === undefined || kept.has(name)) continue;
    const cut = cutDefinition(definition, types);
    if (cut === undefined) continue;
    kept.set(name, cut);
    visit(cut, { NamedType: (node) => void open.push(node.name.value) });
  }
  const printed = [...kept.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => print(definition));
  const schema = `${printed.join('\n\n')}\n`;
  buildSchema(schema);
  return schema;
}

function cutDefinition(
  definition: DefinitionNode,
  types: Readonly<Record<string, readonly string[]>>,
): DefinitionNode | undefined {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const wanted = types[definition.name.value];
      if (wanted === undefined) return undefined;
      const fields = (definition.fields ?? []).filter(({ name }) => wanted.includes(name.value));
      const missing = wanted.filter((name) => !fields.some((field) => field.name.value === name));
      if (missing.length > 0) throw new Error(`${definition.name.value} has no ${missing.join(', ')}`);
      const interfaces = (definition.interfaces ?? []).filter(({ name }) => name.value in types);
      return { ...definition, interfaces, fields };
    }
    case Kind.UNION_TYPE_DEFINITION:
      return { ...definition, types: (definition.types ?? []).filter(({ name }) => name.value in types) };
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_DEFINITION:
      return definition;
    default:
      return undefined;
  }
}
