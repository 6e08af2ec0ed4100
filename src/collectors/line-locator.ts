import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { parsePath, type Segment } from '../resource/field-path.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import { keyText, readPlainScalar } from './kubernetes-yaml.ts';
import type { DocumentText } from './split-documents.ts';

/** The fields of one document, by the line that declares them. */
export interface DocumentLines {
  /** The line (from 1, within the file) that declares `path` (CONTRACTS 1), or null when the document does not declare it. */
  lineOf(id: ResourceId, path: string): number | null;
  /** The scalar that stands at `path`, as text; null when there is none. */
  textOf(id: ResourceId, path: string): string | null;
}

/** Reads a YAML or JSON document with positions. Ten times slower than reading it for its values: only for what has drifted. */
export function locateLines(document: Pick<DocumentText, 'text' | 'offsetLine'>): DocumentLines {
  const counter = new LineCounter();
  const parsed = parseDocument(document.text, {
    lineCounter: counter,
    uniqueKeys: false,
    schema: 'failsafe',
    merge: true,
  });
  const aliased = (node: unknown): Node | undefined => {
    if (isAlias(node)) return node.resolve(parsed);
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
  };
  const walk = new Walk(aliased);
  const find = (id: ResourceId, path: string): Place | undefined => {
    const segments = parsePath(path);
    const root = walk.findObject(aliased(parsed.contents), id);
    return segments === undefined || root === undefined ? undefined : walk.follow(root, segments);
  };
  return {
    lineOf: (id, path) => {
      const offset = find(id, path)?.offset;
      return offset === undefined ? null : document.offsetLine - 1 + counter.linePos(offset).line;
    },
    textOf: (id, path) => scalarText(find(id, path)?.node) ?? null,
  };
}

interface Place {
  readonly offset: number | undefined;
  readonly node: Node | undefined;
}

class Walk {
  readonly #resolve: (node: unknown) => Node | undefined;

  constructor(resolve: (node: unknown) => Node | undefined) {
    this.#resolve = resolve;
  }

  /** The object itself, or the item of a `List` that has its kind and name. */
  findObject(node: Node | undefined, id: ResourceId): Node | undefined {
    if (!isMap(node)) return undefined;
    const items = this.#member(node, 'items');
    if (this.#text(node, 'kind')?.endsWith('List') !== true || items === undefined) return node;
    const list = this.#resolve(items.value);
    if (!isSeq(list)) return undefined;
    return list.items.map((item) => this.#resolve(item)).find((item) => this.#isObject(item, id));
  }

  /** Where the key (or list element) that `path` ends at begins; undefined when any part of it is not declared. */
  follow(root: Node, path: readonly Segment[]): Place | undefined {
    let place: Place = { offset: root.range?.[0], node: root };
    for (const segment of path) {
      const step = this.#step(place.node, segment);
      if (step === undefined) return undefined;
      place = { offset: step.offset, node: this.#resolve(step.value) };
    }
    return place;
  }

  #step(
    node: Node | undefined,
    segment: Segment,
  ): { readonly offset: number | undefined; readonly value: unknown } | undefined {
    if (segment.kind === 'field') {
      const pair = isMap(node) ? this.#member(node, segment.name) : undefined;
      if (pair === undefined) return undefined;
      return { offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined, value: pair.value };
    }
    if (!isSeq(node)) return undefined;
    const item = this.#element(node.items, segment);
    return item === undefined ? undefined : { offset: rangeOf(item) ?? rangeOf(this.#resolve(item)), value: item };
  }

  #element(items: readonly unknown[], segment: Exclude<Segment, { kind: 'field' }>): unknown {
    if (segment.kind === 'index') return items[segment.index];
    if (segment.kind === 'value')
      return items.find((item) => scalarText(this.#resolve(item)) === String(segment.value));
    const found = items.filter((item) => this.#hasKeys(this.#resolve(item), segment.keys));
    return found[(segment.twin ?? 1) - 1];
  }

  /** A key that the document leaves to its default (`protocol`) does not count against an element, as long as one other is there. */
  #hasKeys(node: Node | undefined, keys: readonly (readonly [string, unknown])[]): boolean {
    if (!isMap(node)) return false;
    const declared = keys.filter(([key]) => this.#member(node, key) !== undefined);
    return declared.length > 0 && declared.every(([key, value]) => this.#text(node, key) === String(value));
  }

  #isObject(node: Node | undefined, id: ResourceId): boolean {
    if (!isMap(node)) return false;
    const metadata = this.#resolve(this.#member(node, 'metadata')?.value);
    if (!isMap(metadata) || this.#text(metadata, 'name') !== id.name) return false;
    const kind = this.#text(node, 'kind');
    const namespace = this.#text(metadata, 'namespace');
    return (kind === undefined || kind === id.kind) && (namespace === undefined || namespace === id.namespace);
  }

  #member(map: YAMLMap, key: string): Pair | undefined {
    return map.items.find((pair) => scalarKey(pair.key) === key) ?? this.#merged(map, key);
  }

  /** A member that `<<` brings in is declared where its anchor stands. */
  #merged(map: YAMLMap, key: string): Pair | undefined {
    for (const pair of map.items) {
      if (!isScalar(pair.key) || scalarText(pair.key) !== '<<') continue;
      const source = this.#resolve(pair.value);
      const sources = isSeq(source) ? source.items.map((item) => this.#resolve(item)) : [source];
      for (const merged of sources) {
        const found = isMap(merged) ? this.#member(merged, key) : undefined;
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #text(map: YAMLMap, key: string): string | undefined {
    return scalarText(this.#resolve(this.#member(map, key)?.value));
  }
}

function rangeOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function scalarKey(node: unknown): string | undefined {
  return isScalar(node) ? scalarText(node) : typeof node === 'string' ? node : undefined;
}

/** The text of a scalar as it appears in a path: a plain one as Kubernetes reads it, a quoted one as it stands. */
function scalarText(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  const source = typeof node.value === 'string' ? node.value : (node.source ?? '');
  if (node.type !== 'PLAIN' || source === '<<') return source;
  return keyText(readPlainScalar(source)) ?? source;
}
