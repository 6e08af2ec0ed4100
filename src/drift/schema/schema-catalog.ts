import { arrayAt, isJsonObject, type JsonObject, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { builtinTypes } from './builtin-types.ts';
import { shortTypeName, TypeCompiler } from './compile-types.ts';
import type { StructNode, TypeNode } from './type-node.ts';

/** Where the type of a resource comes from; `none` compares literally. */
export type SchemaOrigin = 'crd' | 'server' | 'embedded' | 'none';

export interface KindSchema {
  readonly type: TypeNode;
  readonly origin: SchemaOrigin;
  /** The CRD behind the kind, when it is one. */
  readonly crd: JsonObject | null;
  /** Whether the object has a status subresource, so that `status` in Git means nothing. */
  readonly hasStatus: boolean;
}

/** Types by apiVersion and kind: the CRD object first, then the server's OpenAPI, then the embedded table of built-in kinds. */
export class SchemaCatalog {
  readonly #crds: ReadonlyMap<string, JsonObject>;
  readonly #server: ReadonlyMap<string, () => TypeNode>;
  readonly #known = new Map<string, KindSchema | null>();

  constructor(crds: readonly Resource[], openApi: readonly JsonObject[]) {
    this.#crds = new Map(crds.map((crd) => [crdKey(crd.body), crd.body]));
    this.#server = kindsOf(openApi);
  }

  find(apiVersion: string, kind: string): KindSchema | null {
    const key = `${apiVersion}/${kind}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#crd(apiVersion, kind) ?? this.#served(key) ?? embedded(key);
    this.#known.set(key, found);
    return found;
  }

  #crd(apiVersion: string, kind: string): KindSchema | null {
    const slash = apiVersion.indexOf('/');
    const [group, version] = [apiVersion.slice(0, Math.max(slash, 0)), apiVersion.slice(slash + 1)];
    const crd = this.#crds.get(`${group}/${kind}`);
    if (crd === undefined) return null;
    for (const entry of arrayAt(crd, 'spec', 'versions')) {
      if (stringAt(entry, 'name') !== version) continue;
      const schema = valueAt(entry, 'schema', 'openAPIV3Schema');
      if (!isJsonObject(schema)) return null;
      return {
        type: withMetadata(new TypeCompiler(new Map(), false).compile(schema)),
        origin: 'crd',
        crd,
        hasStatus: valueAt(entry, 'subresources', 'status') !== undefined,
      };
    }
    return null;
  }

  #served(key: string): KindSchema | null {
    const type = this.#server.get(key);
    return type === undefined ? null : { type: type(), origin: 'server', crd: null, hasStatus: true };
  }
}

function crdKey(crd: JsonObject): string {
  return `${stringAt(crd, 'spec', 'group') ?? ''}/${stringAt(crd, 'spec', 'names', 'kind') ?? ''}`;
}

/** A CRD's schema says only `metadata: {type: object}`; the server types it as ObjectMeta. */
function withMetadata(type: TypeNode): TypeNode {
  const base: StructNode = type.kind === 'struct' ? type : untyped;
  const fields = new Map(base.fields);
  fields.set('metadata', { type: embeddedType('meta.v1.ObjectMeta'), owner: '' });
  return { ...base, fields };
}

const untyped: StructNode = {
  kind: 'struct',
  name: '',
  fields: new Map(),
  required: [],
  keepsUnknown: true,
  builtin: false,
};

/** What is known of a kind without any schema: its metadata. */
export function unknownKind(): TypeNode {
  return withMetadata(untyped);
}

interface EmbeddedTypes {
  readonly kinds: ReadonlyMap<string, () => TypeNode>;
  readonly named: (name: string) => TypeNode;
}

let embeddedTypes: EmbeddedTypes | undefined;

/** Decoded on first use: four milliseconds that a start without offline kinds need not pay. */
function builtin(): EmbeddedTypes {
  if (embeddedTypes === undefined) {
    const parsed: { types: Record<string, JsonObject> } = JSON.parse(builtinTypes);
    const schemas = new Map(Object.entries(parsed.types));
    const compiler = new TypeCompiler(schemas, true);
    embeddedTypes = { kinds: kindIndex(schemas, compiler), named: (name) => compiler.named(name) };
  }
  return embeddedTypes;
}

function embedded(key: string): KindSchema | null {
  const type = builtin().kinds.get(key);
  return type === undefined ? null : { type: type(), origin: 'embedded', crd: null, hasStatus: true };
}

/** The type of a built-in by its short name (`meta.v1.ObjectMeta`), `any` when there is none. */
export function embeddedType(name: string): TypeNode {
  return builtin().named(name);
}

function kindsOf(openApi: readonly JsonObject[]): ReadonlyMap<string, () => TypeNode> {
  const all = new Map<string, () => TypeNode>();
  for (const document of openApi) {
    const raw = valueAt(document, 'components', 'schemas');
    if (!isJsonObject(raw)) continue;
    const schemas = new Map<string, JsonObject>();
    for (const [name, schema] of Object.entries(raw))
      if (isJsonObject(schema)) schemas.set(shortTypeName(name), schema);
    for (const [key, type] of kindIndex(schemas, new TypeCompiler(schemas, isBuiltinDocument(raw)))) all.set(key, type);
  }
  return all;
}

/** Built-in types live under `io.k8s.`; a document of a CRD group also carries ObjectMeta, but its own kinds are elsewhere. */
function isBuiltinDocument(schemas: JsonObject): boolean {
  return Object.keys(schemas).some(
    (name) => name.startsWith('io.k8s.api.') || name.includes('.pkg.apis.apiextensions.'),
  );
}

function kindIndex(schemas: ReadonlyMap<string, JsonObject>, compiler: TypeCompiler): Map<string, () => TypeNode> {
  const kinds = new Map<string, () => TypeNode>();
  for (const [name, schema] of schemas) {
    const declared = arrayAt(schema, 'x-kubernetes-group-version-kind');
    // Types such as DeleteOptions are listed under every group; only a type of one kind is a resource.
    const only = declared.length === 1 ? declared[0] : undefined;
    const [kind, version] = [stringAt(only, 'kind'), stringAt(only, 'version')];
    if (kind === undefined || version === undefined) continue;
    const group = stringAt(only, 'group') ?? '';
    kinds.set(`${group === '' ? '' : `${group}/`}${version}/${kind}`, () => compiler.named(name));
  }
  return kinds;
}
