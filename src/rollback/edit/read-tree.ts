import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import { aliasTarget, type OpenDocument } from './open-document.ts';
import { readPlainScalar } from './plain-scalar.ts';
import { EditRefused } from './refusal.ts';

const nodeLimit = 2_000_000;

/** The document's nodes as the JSON that Kubernetes makes of them; aliases and merge keys are followed, with a bound on their growth. */
export function readTree(open: OpenDocument, node: Node = open.root): JsonValue {
  if (node !== open.root) return new TreeReader(open).read(node);
  open.memo.tree ??= new TreeReader(open).read(node);
  return open.memo.tree;
}

/** A mapping key as Kubernetes sees it: always text. Undefined for keys that are not scalars. */
export function readKey(key: unknown): string | undefined {
  return isScalar(key) ? String(readScalar(key)) : undefined;
}

export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

class TreeReader {
  readonly #open: OpenDocument;
  #nodes = 0;
  #depth = 0;

  constructor(open: OpenDocument) {
    this.#open = open;
  }

  read(node: Node): JsonValue {
    this.#nodes += 1;
    this.#depth += 1;
    if (this.#nodes > nodeLimit || this.#depth > 400)
      throw new EditRefused('not-parseable', 'nested or repeated beyond reason');
    const value = this.#value(node);
    this.#depth -= 1;
    return value;
  }

  #value(node: Node): JsonValue {
    if (isAlias(node)) return this.read(aliasTarget(node, this.#open.document));
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? this.read(item) : this.#lonePair(item)));
    return isScalar(node) ? readScalar(node) : null;
  }

  /** `[a: b]` holds a mapping of one pair. */
  #lonePair(item: unknown): JsonValue {
    const key = isPair(item) ? readKey(item.key) : undefined;
    if (!isPair(item) || key === undefined) throw new EditRefused('unusual-key', 'a list element cannot be read');
    return { [key]: isNode(item.value) ? this.read(item.value) : null };
  }

  #map(node: YAMLMap): JsonObject {
    const merged: Record<string, JsonValue> = Object.create(null);
    const own: Record<string, JsonValue> = Object.create(null);
    for (const pair of node.items) {
      const key = readKey(pair.key);
      if (key === undefined) throw new EditRefused('unusual-key', 'a key is not a scalar');
      const value = isNode(pair.value) ? this.read(pair.value) : null;
      if (isMergeKey(pair.key)) mergeInto(merged, value);
      else if (Object.hasOwn(own, key)) throw new EditRefused('not-parseable', `key ${key} occurs twice`);
      else own[key] = value;
    }
    for (const [key, value] of Object.entries(merged)) if (!Object.hasOwn(own, key)) own[key] = value;
    return own;
  }
}

function mergeInto(target: Record<string, JsonValue>, value: JsonValue): void {
  for (const source of isJsonArray(value) ? value : [value]) {
    if (!isJsonObject(source))
      throw new EditRefused('not-parseable', 'a merge key names something that is not a mapping');
    for (const [key, member] of Object.entries(source)) if (!Object.hasOwn(target, key)) target[key] = member;
  }
}

function readScalar(node: Scalar): string | number | bigint | boolean | null {
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  const plain = node.type === 'PLAIN' || node.type === undefined;
  switch (node.tag) {
    case undefined:
      return plain ? readPlainScalar(text) : text;
    case '!':
    case 'tag:yaml.org,2002:str':
      return text;
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:null':
      return readPlainScalar(text);
    default:
      throw new EditRefused('unusual-tag', `the tag ${node.tag} has no meaning in a Kubernetes manifest`);
  }
}
