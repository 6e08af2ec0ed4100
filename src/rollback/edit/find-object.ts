import { isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { openDocument, type OpenDocument } from './open-document.ts';
import { type JsonValue, stringAt } from '../../resource/json.ts';
import { readKey, readTree } from './read-tree.ts';
import { EditRefused } from './refusal.ts';

/** Which object of a file is meant. `line` (from 1, where its document starts) decides between documents when it is known. */
export interface ObjectSelector {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly line?: number;
}

/** One document of a file: `start` and `end` are indexes into the file's text; a leading `---` line belongs to it. */
export interface DocumentSlice {
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
}

/** A line that starts with three dashes always starts a document: YAML forbids it inside any scalar. */
export function splitDocuments(text: string): readonly DocumentSlice[] {
  const starts = [0, ...[...text.matchAll(/^---(?=\s|$)/gm)].map((match) => match.index)];
  let line = 1;
  return starts.flatMap((start, index) => {
    const end = starts[index + 1] ?? text.length;
    const slice = { start, end, firstLine: line };
    line += text.slice(start, end).split('\n').length - 1;
    return start === end ? [] : [slice];
  });
}

export interface FoundObject {
  readonly slice: DocumentSlice;
  readonly open: OpenDocument;
  /** The object's node: the document's root, or an element of a `List`. */
  readonly node: Node;
}

/** Exactly one object, or EditRefused. Only documents that contain the name are parsed. */
export function findObject(text: string, selector: ObjectSelector): FoundObject {
  const slices = splitDocuments(text);
  const onLine = slices.filter((slice) => holdsLine(text, slice, selector.line));
  const found = candidates(text, onLine, selector);
  const all = found.length === 0 ? candidates(text, slices, selector) : found;
  const [only, ...others] = all;
  if (only === undefined)
    throw new EditRefused('object-not-found', `the file declares no ${selector.kind} ${selector.name}`);
  if (others.length > 0)
    throw new EditRefused(
      'object-ambiguous',
      `the file declares ${selector.kind} ${selector.name} ${all.length} times`,
    );
  return only;
}

export interface ListedObject extends ObjectSelector {
  readonly line: number;
  readonly tree: JsonValue;
}

/** Every object of a file that can be read; documents that cannot be are left out. */
export function listObjects(text: string): readonly ListedObject[] {
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  return splitDocuments(text.slice(mark)).flatMap((slice) => {
    try {
      const open = openDocument(text.slice(mark + slice.start, mark + slice.end));
      return objectsIn(open.root).flatMap((node) => listed(open, node, slice.firstLine));
    } catch (thrown) {
      if (thrown instanceof EditRefused) return [];
      throw thrown;
    }
  });
}

function listed(open: OpenDocument, node: Node, line: number): readonly ListedObject[] {
  const tree = readTree(open, node);
  const kind = stringAt(tree, 'kind');
  if (kind === undefined) return [];
  const name = stringAt(tree, 'metadata', 'name') ?? '';
  return [{ kind, namespace: stringAt(tree, 'metadata', 'namespace') ?? '', name, line, tree }];
}

function candidates(text: string, slices: readonly DocumentSlice[], selector: ObjectSelector): readonly FoundObject[] {
  return slices.flatMap((slice) => {
    const part = text.slice(slice.start, slice.end);
    if (!part.includes(selector.name) || !part.includes(selector.kind)) return [];
    const open = openDocument(part);
    return objectsIn(open.root)
      .filter((node) => isSelected(node, selector))
      .map((node) => ({ slice, open, node }));
  });
}

function objectsIn(root: Node): readonly Node[] {
  const items = isMap(root) && textAt(root, 'kind')?.endsWith('List') === true ? nodeOf(root, 'items') : undefined;
  return isSeq(items) ? items.items.filter((item) => isNode(item)) : [root];
}

function isSelected(node: Node, selector: ObjectSelector): boolean {
  const metadata = isMap(node) ? nodeOf(node, 'metadata') : undefined;
  if (!isMap(node) || !isMap(metadata)) return false;
  const namespace = textAt(metadata, 'namespace');
  return (
    textAt(node, 'kind') === selector.kind &&
    textAt(metadata, 'name') === selector.name &&
    (namespace === undefined || selector.namespace === '' || namespace === selector.namespace)
  );
}

function nodeOf(map: YAMLMap, key: string): unknown {
  return map.items.find((pair) => readKey(pair.key) === key)?.value;
}

function textAt(map: YAMLMap, key: string): string | undefined {
  const value = nodeOf(map, key);
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
}

function holdsLine(text: string, slice: DocumentSlice, line: number | undefined): boolean {
  if (line === undefined) return false;
  const lines = text.slice(slice.start, slice.end).split('\n').length;
  return line >= slice.firstLine && line < slice.firstLine + lines;
}
