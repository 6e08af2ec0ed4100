import { isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isJsonArray, isJsonObject, type JsonValue } from '../../resource/json.ts';
import { type FileStyle, flowText, keyText } from './new-nodes.ts';
import { contentEnd, keyStart, lineStart, type OpenDocument, pairEnd, rangeOf } from './open-document.ts';
import { EditRefused } from './refusal.ts';
import type { Splice } from './splice.ts';

/** A new member (with `key`) or element of `[…]` or `{…}` that is not empty, before position `index`. */
export interface FlowEntry {
  readonly index: number;
  readonly key?: string;
  readonly value: JsonValue;
}

/** On a line of its own when the entries stand on lines of their own, else after a comma and a space. */
export function insertFlow(
  open: OpenDocument,
  node: YAMLMap | YAMLSeq,
  entry: FlowEntry,
  style: FileStyle,
): readonly Splice[] {
  const items: readonly unknown[] = node.items;
  const last = entryStart(items.at(-1));
  const margin = open.text.slice(lineStart(open.text, last), last);
  const ownLine = /^[ \t]*$/.test(margin);
  const lead = ownLine ? style.eol + margin : ' ';
  const value = ownLine && style.json ? prettyLines(entry.value, style).join(lead) : flowText(entry.value, style);
  const name = entry.key === undefined ? '' : `${keyText(entry.key, siblingStyle(items[0], style), true)}: `;
  const previous = items[entry.index - 1];
  if (previous !== undefined) {
    const end = entryEnd(open, previous);
    return [{ start: end, end, text: `,${lead}${name}${value}` }];
  }
  const start = entryStart(items[0]);
  return [{ start, end: start, text: `${name}${value},${lead}` }];
}

/** In a JSON file whose entries stand on lines of their own, a new object or array does so too. */
function prettyLines(value: JsonValue, style: FileStyle): readonly string[] {
  const pad = ' '.repeat(style.step);
  if (isJsonArray(value) && value.length > 0) {
    const items = value.map((item) => prettyLines(item, style));
    return ['[', ...joined(items).map((line) => pad + line), ']'];
  }
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    const members = Object.entries(value).map(([key, member]) => {
      const [head = '', ...rest] = prettyLines(member, style);
      return [`${keyText(key, style, true)}: ${head}`, ...rest];
    });
    return ['{', ...joined(members).map((line) => pad + line), '}'];
  }
  return [flowText(value, style)];
}

function joined(groups: readonly (readonly string[])[]): readonly string[] {
  return groups.flatMap((lines, index) =>
    index === groups.length - 1 ? lines : [...lines.slice(0, -1), `${lines.at(-1) ?? ''},`],
  );
}

function siblingStyle(first: unknown, style: FileStyle): FileStyle {
  const key = isPair(first) ? first.key : undefined;
  return isScalar(key) && key.type === 'QUOTE_DOUBLE' ? { ...style, json: true } : style;
}

function entryStart(entry: unknown): number {
  if (isPair(entry)) return keyStart(entry);
  if (isNode(entry)) return withProperties(entry);
  throw new EditRefused('not-exact', 'the collection is empty');
}

function entryEnd(open: OpenDocument, entry: unknown): number {
  if (isPair(entry)) return entry.value === null ? keyOnlyEnd(entry) : pairEnd(open.text, entry);
  return isNode(entry) ? contentEnd(open.text, entry) : 0;
}

/** `{a, b}`: members without a colon. */
function keyOnlyEnd(pair: Pair): number {
  return isNode(pair.key) ? rangeOf(pair.key)[1] : 0;
}

function withProperties(node: Node): number {
  if (
    (isScalar(node) || isMap(node) || isSeq(node)) &&
    (node.anchor !== undefined || node.tag?.startsWith('!') === true)
  ) {
    throw new EditRefused('unusual-tag', 'a list element has an anchor or a tag');
  }
  return rangeOf(node)[0];
}
