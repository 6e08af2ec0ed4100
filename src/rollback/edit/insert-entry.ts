import { isMap, isNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { isJsonObject, type JsonValue } from '../../resource/json.ts';
import { insertFlow } from './insert-flow.ts';
import { type FileStyle, flowText, indent, itemLines, pairLines } from './new-nodes.ts';
import {
  contentEnd,
  dashStart,
  keyStart,
  lineEnd,
  lineStart,
  nextLine,
  type OpenDocument,
  pairEnd,
} from './open-document.ts';
import { readKey } from './read-tree.ts';
import { EditRefused } from './refusal.ts';
import type { Splice } from './splice.ts';

/** Adds `key: value` to a mapping that has members: in its alphabetical place when the others are sorted, else at the end. */
export function insertKey(
  open: OpenDocument,
  map: YAMLMap,
  entry: { key: string; value: JsonValue },
  style: FileStyle,
): readonly Splice[] {
  const after = predecessor(map, entry.key);
  if (map.flow === true) {
    return insertFlow(open, map, { index: after + 1, key: entry.key, value: entry.value }, style);
  }
  const first = map.items[0];
  const neighbour = map.items[Math.max(after, 0)];
  if (first === undefined || neighbour === undefined) throw new EditRefused('not-exact', 'the mapping is empty');
  const start = keyStart(first);
  const column = start - lineStart(open.text, start);
  const lines = indent(pairLines(entry.key, entry.value, style), column);
  if (after < 0 && opensItsLine(open.text, start) && !/^\s*#/.test(lineBefore(open.text, start))) {
    return [insertLines(open.text, lineStart(open.text, start), lines, style)];
  }
  const last = after < 0 ? map.items.at(-1) : neighbour;
  return [insertLines(open.text, nextLine(open.text, pairEnd(open.text, last ?? neighbour)), lines, style)];
}

/** Adds an element to a list that has elements, before position `index`. */
export function insertItem(
  open: OpenDocument,
  list: YAMLSeq,
  entry: { index: number; value: JsonValue },
  style: FileStyle,
): readonly Splice[] {
  if (list.flow === true) return insertFlow(open, list, entry, style);
  const dash = dashStart(list, 0);
  const column = dash - lineStart(open.text, dash);
  const before = list.items[entry.index - 1];
  const sibling = before ?? list.items[0];
  const likeSibling = isFlowMap(sibling) && isJsonObject(entry.value);
  const item = likeSibling ? [`- ${flowText(entry.value, style)}`] : itemLines(entry.value, style);
  const lines = indent(item, column);
  if (before === undefined && opensItsLine(open.text, dash))
    return [insertLines(open.text, lineStart(open.text, dash), lines, style)];
  if (before === undefined) {
    const text = lines.join(style.eol).slice(column) + style.eol + ' '.repeat(column);
    return [{ start: dash, end: dash, text }];
  }
  const end = Math.max(isNode(before) ? contentEnd(open.text, before) : 0, dashStart(list, entry.index - 1) + 1);
  return [insertLines(open.text, nextLine(open.text, end), lines, style)];
}

/** Whole lines at the start of a line, or at the end of a file that may lack its last line break. */
function insertLines(text: string, at: number, lines: readonly string[], style: FileStyle): Splice {
  const block = lines.join(style.eol);
  const open = at > 0 && at === text.length && text[at - 1] !== '\n';
  return { start: at, end: at, text: open ? style.eol + block : block + style.eol };
}

/** Index of the member to insert behind: -1 means before the first. */
function predecessor(map: YAMLMap, key: string): number {
  const keys = map.items.map((pair) => readKey(pair.key) ?? '');
  const sorted = keys.length > 1 && keys.every((own, index) => index === 0 || (keys[index - 1] ?? '') < own);
  return sorted ? keys.findLastIndex((own) => own < key) : keys.length - 1;
}

/** Whether only spaces stand before `at` on its line. */
export function opensItsLine(text: string, at: number): boolean {
  return /^ *$/.test(text.slice(lineStart(text, at), at));
}

function lineBefore(text: string, at: number): string {
  const start = lineStart(text, at);
  return start === 0 ? '' : text.slice(lineStart(text, start - 1), lineEnd(text, start - 1));
}

function isFlowMap(node: unknown): boolean {
  return isMap(node) && node.flow === true;
}
