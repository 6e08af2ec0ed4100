import { isAlias, isMap, isSeq, type Node } from 'yaml';
import type { JsonValue } from '../../resource/json.ts';
import { applyToTree } from './apply-to-tree.ts';
import { styleOf } from './file-style.ts';
import { findObject, type FoundObject, type ObjectSelector } from './find-object.ts';
import { insertItem, insertKey } from './insert-entry.ts';
import { nodeAt, refuseUsedAnchor } from './node-at.ts';
import { openDocument, type OpenDocument } from './open-document.ts';
import { type Edit, type PrimitiveEdit, primitiveEdits } from './primitive-edit.ts';
import { readTree } from './read-tree.ts';
import { EditRefused, type EditRefusalCode, editRefusals } from './refusal.ts';
import { removeEntry } from './remove-entry.ts';
import { replaceValue } from './replace-value.ts';
import { sameTree } from './same-tree.ts';
import { applySplices, type Splice } from './splice.ts';

export type EditOutcome =
  | {
      readonly kind: 'edited';
      readonly text: string;
      /** The object before and after, as Kubernetes reads it; `after` has been proved by reading the edited text again. */
      readonly before: JsonValue;
      readonly after: JsonValue;
      /** The edited document in the new text. */
      readonly slice: { readonly start: number; readonly end: number };
    }
  | { readonly kind: 'refused'; readonly code: EditRefusalCode; readonly why: string; readonly remedy: string };

const largestFile = 8 * 1024 * 1024;

/**
 * Edits one object of a YAML or JSON file by replacing only the bytes of the fields concerned. Comments, quotes, indentation, line
 * ends, byte order mark and every other document stay as they are. After each step the document is read again, and the result is
 * refused unless it is exactly the tree that was asked for. `file` decides only whether new text is written as JSON.
 */
export function editManifest(
  source: string,
  file: string,
  selector: ObjectSelector,
  edits: readonly Edit[],
): EditOutcome {
  return edited(source, file, edits, (text) => findObject(text, selector));
}

/** The same for a file that is one document and no Kubernetes object: a kustomization, values of a chart. */
export function editYaml(source: string, file: string, edits: readonly Edit[]): EditOutcome {
  return edited(source, file, edits, (text) => {
    const open = openDocument(text);
    return { slice: { start: 0, end: text.length, firstLine: 1 }, open, node: open.root };
  });
}

/** What such a file says; undefined when it cannot be read. */
export function readYaml(source: string): JsonValue | undefined {
  const outcome = editYaml(source, '', []);
  return outcome.kind === 'edited' ? outcome.before : undefined;
}

function edited(
  source: string,
  file: string,
  edits: readonly Edit[],
  find: (text: string) => FoundObject,
): EditOutcome {
  try {
    if (source.length > largestFile)
      throw new EditRefused('file-too-large', `the file has ${source.length} characters`);
    if (source.includes('\u0000') || source.includes('\uFFFD'))
      throw new EditRefused('file-not-text', 'the file is not clean UTF-8');
    const mark = source.startsWith('\uFEFF') ? '\uFEFF' : '';
    const text = source.slice(mark.length);
    return editFound(text, mark, find(text), { file, edits });
  } catch (thrown) {
    if (!(thrown instanceof EditRefused)) throw thrown;
    return { kind: 'refused', code: thrown.code, why: thrown.message, remedy: editRefusals[thrown.code] };
  }
}

function editFound(
  source: string,
  mark: string,
  found: FoundObject,
  wanted: { file: string; edits: readonly Edit[] },
): EditOutcome {
  const { slice } = found;
  const path = rootPath(found);
  const before = readTree(found.open, found.node);
  let { open } = found;
  for (const edit of wanted.edits) {
    for (const primitive of primitiveEdits(readTree(open, nodeAt(open, open.root, path).node ?? open.root), edit)) {
      open = applyExactly(open, { ...primitive, at: [...path, ...primitive.at] }, wanted.file);
    }
  }
  const text = mark + source.slice(0, slice.start) + open.text + source.slice(slice.end);
  const after = readTree(open, nodeAt(open, open.root, path).node ?? open.root);
  const start = mark.length + slice.start;
  return { kind: 'edited', text, before, after, slice: { start, end: start + open.text.length } };
}

/** Where the object is inside its document: empty, or its place in a `List`. */
function rootPath(found: FoundObject): readonly (string | number)[] {
  const { root } = found.open;
  if (found.node === root || !isMap(root)) return [];
  const items: unknown = root.get('items', true);
  return isSeq(items) ? ['items', items.items.indexOf(found.node)] : [];
}

function applyExactly(open: OpenDocument, edit: PrimitiveEdit, file: string): OpenDocument {
  const intended = applyToTree(readTree(open), edit);
  const text = applySplices(open.text, splicesFor(open, edit, file));
  const edited = reopen(text);
  if (!sameTree(readTree(edited), intended))
    throw new EditRefused('not-exact', 'the edited file would read differently than intended');
  return edited;
}

function reopen(text: string): OpenDocument {
  try {
    return openDocument(text);
  } catch (thrown) {
    throw new EditRefused(
      'not-exact',
      `the edited file could not be read again: ${thrown instanceof Error ? thrown.message : ''}`,
    );
  }
}

function splicesFor(open: OpenDocument, edit: PrimitiveEdit, file: string): readonly Splice[] {
  const style = styleOf(open, file);
  const place = nodeAt(open, open.root, edit.at);
  switch (edit.kind) {
    case 'replace': {
      const holder = nodeAt(open, open.root, edit.at.slice(0, -1)).node;
      const key = edit.at.at(-1);
      if (place.merged && isMap(holder) && typeof key === 'string')
        return insertKey(open, holder, { key, value: edit.value }, style);
      return [replaceValue(open, place, edit.value, style)];
    }
    case 'insert-key': {
      const { node } = place;
      refuseSharedCollection(open, node);
      if (isMap(node) && node.items.length > 0) return insertKey(open, node, edit, style);
      return [replaceValue(open, place, { [edit.key]: edit.value }, style)];
    }
    case 'insert-item': {
      const { node } = place;
      refuseSharedCollection(open, node);
      if (isSeq(node) && node.items.length > 0) return insertItem(open, node, edit, style);
      return [replaceValue(open, place, [edit.value], style)];
    }
    case 'remove':
      break;
  }
  return [removeEntry(open, place, nodeAt(open, open.root, edit.at.slice(0, -1)))];
}

/** Adding to a collection that other places share would change them too. */
function refuseSharedCollection(open: OpenDocument, node: Node | undefined): void {
  if (isAlias(node)) throw new EditRefused('shared-anchor', `*${node.source} is shared with other places`);
  refuseUsedAnchor(open, node);
}
