import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../resource/json.ts';
import type { Origin, Resource } from '../resource/resource.ts';
import { groupOf } from '../resource/resource-id.ts';
import { isCiphertext, isSopsDocument } from '../resource/sops.ts';

/** One object of a document, or the reason why it is none. */
export type Identified =
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'problem'; readonly body: JsonValue; readonly why: string };

const maxListNesting = 10;

/** Turns a parsed document into its objects; a `List` is expanded as kubectl does, an item without a kind takes the list's. */
export function identifyResources(document: JsonValue, origin: Origin | null, nesting = 0): readonly Identified[] {
  if (!isJsonObject(document)) {
    return [{ kind: 'problem', body: document, why: `it is ${nameOfType(document)}, not an object` }];
  }
  const kind = stringAt(document, 'kind');
  if (kind?.endsWith('List') === true && Object.hasOwn(document, 'items')) {
    const items = valueAt(document, 'items');
    if (items === null) return [];
    if (isJsonArray(items) && nesting < maxListNesting) {
      return items.flatMap((item) => identifyResources(withKindOfList(item, document, kind), origin, nesting + 1));
    }
    return [
      { kind: 'problem', body: document, why: nesting < maxListNesting ? 'its items are no list' : 'lists in lists' },
    ];
  }
  return [identifyOne(document, origin)];
}

function identifyOne(body: JsonObject, origin: Origin | null): Identified {
  const problem = (why: string): Identified => ({ kind: 'problem', body, why });
  const apiVersion = stringAt(body, 'apiVersion');
  const kind = stringAt(body, 'kind');
  if (apiVersion === undefined && kind === undefined)
    return problem('it has no apiVersion and kind, so it is no Kubernetes object');
  if (!kind) return problem('its kind is missing or not a text');
  if (!apiVersion) return problem('its apiVersion is missing or not a text');
  const metadata = objectAt(body, 'metadata');
  if (metadata === undefined) return problem('it has no metadata');
  const name = stringAt(metadata, 'name');
  if (!name)
    return problem(
      Object.hasOwn(metadata, 'generateName') ? 'it has a generateName and no name' : 'it has no name that is a text',
    );
  if (isSopsDocument(body) && [apiVersion, kind, name].some(isCiphertext))
    return problem('SOPS encrypted even its kind or name, so nobody can tell without the key which object it is');
  const namespace = valueAt(metadata, 'namespace') ?? '';
  if (typeof namespace !== 'string') return problem(`its namespace is ${nameOfType(namespace)}, not a text`);
  return {
    kind: 'resource',
    resource: { id: { group: groupOf(apiVersion), kind, namespace, name }, apiVersion, body, origin },
  };
}

function withKindOfList(item: JsonValue, list: JsonObject, listKind: string): JsonValue {
  const kind = listKind.slice(0, -'List'.length);
  if (!isJsonObject(item) || kind === '' || Object.hasOwn(item, 'kind') || Object.hasOwn(item, 'apiVersion'))
    return item;
  return { apiVersion: list['apiVersion'] ?? null, kind, ...item };
}

function nameOfType(value: JsonValue): string {
  if (value === null) return 'empty';
  if (isJsonArray(value)) return 'a list';
  if (isJsonObject(value)) return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
