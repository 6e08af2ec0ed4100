import { isNode, parseAllDocuments } from 'yaml';
import type { FieldPath } from '../../src/resource/field-path.ts';
import type { StyledManifest } from '../../test/rollback/edit/manifest-styles.ts';

export interface PlaceInFile {
  /** Index of the document. */
  readonly document: number;
  readonly path: readonly (string | number)[];
  /** Of the value, in characters of the file. */
  readonly start: number;
  readonly end: number;
}

/** Where a scalar stands in the file, found by the library alone; undefined when it stands behind an alias. */
export function placeInFile(style: StyledManifest, path: FieldPath): PlaceInFile | undefined {
  const mark = style.text.startsWith('\uFEFF') ? 1 : 0;
  const documents = parseAllDocuments(style.text.slice(mark), { schema: 'failsafe', merge: false, uniqueKeys: false });
  for (const [index, document] of documents.entries()) {
    const inList = document.getIn(['kind']) === 'List' ? ['items', 1] : [];
    if (style.selector !== null && document.getIn([...inList, 'kind']) !== style.selector.kind) continue;
    const steps = path.map((step) => (step.kind === 'index' ? step.index : step.kind === 'field' ? step.name : ''));
    const node = document.getIn([...inList, ...steps], true);
    if (!isNode(node) || !node.range) continue;
    const [start, end] = node.range;
    const length = style.text.slice(start + mark, end + mark).trimEnd().length;
    return { document: index, path: [...inList, ...steps], start: start + mark, end: start + mark + length };
  }
  return undefined;
}
