import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { isJsonArray, isJsonObject, type JsonScalar, type JsonValue } from '../../resource/json.ts';
import { type FileStyle, flowText, indent, valueLines } from './new-nodes.ts';
import { type Place, refuseUsedAnchor } from './node-at.ts';
import {
  colonEnd,
  contentEnd,
  dashStart,
  anchorOf,
  lineEnd,
  lineStart,
  type OpenDocument,
  rangeOf,
  refuseUsedInside,
} from './open-document.ts';
import { EditRefused } from './refusal.ts';
import { doubleQuoted, fitsLiteral, literalLines, scalarText } from './scalar-text.ts';
import type { Splice } from './splice.ts';

/** Puts another value at a place that exists. An alias is replaced by the value, which cuts only this one link. */
export function replaceValue(open: OpenDocument, place: Place, value: JsonValue, style: FileStyle): Splice {
  return keepComment(open, replacement(open, place, value, style), style);
}

/** A comment behind the old value stays, on the first line of the new one: inside a block scalar it would become text. */
function keepComment(open: OpenDocument, splice: Splice, style: FileStyle): Splice {
  const end = lineEnd(open.text, splice.end);
  const comment = open.text.slice(splice.end, end);
  const [first = '', ...others] = splice.text.split(style.eol);
  if (others.length === 0 || comment.trim() === '') return splice;
  return { start: splice.start, end, text: [first + comment, ...others].join(style.eol) };
}

function replacement(open: OpenDocument, place: Place, value: JsonValue, style: FileStyle): Splice {
  const { node } = place;
  refuseUsedAnchor(open, node);
  if (node === undefined) return fillEmpty(open, place, value, style);
  if (!isAlias(node)) refuseUsedInside(open, node);
  refuseForeignTag(node, value);
  const [start] = rangeOf(node);
  if (!isJsonObject(value) && !isJsonArray(value)) {
    const text = isScalar(node)
      ? replacementText(open, node, value, { place, style })
      : newText(value, place, style, indentOf(open, place));
    const from = isScalar(node) || isAlias(node) || isFlowNode(node) ? start : headEnd(place);
    return { start: from, end: contentEnd(open.text, node), text: from === start ? text : ` ${text}` };
  }
  if (place.flow) return { start, end: contentEnd(open.text, node), text: flowText(value, style) };
  const from = headEnd(place);
  if (anchorOf(node) !== undefined)
    throw new EditRefused('shared-anchor', 'the value has an anchor and would change its form');
  return { start: from, end: contentEnd(open.text, node), text: collectionText(open, place, value, style) };
}

/** A collection after `key:` or `-`, in block form. */
function collectionText(open: OpenDocument, place: Place, value: JsonValue, style: FileStyle): string {
  const { head, rest } = valueLines(value, style);
  if (head !== '') return ` ${head}`;
  const column = indentOf(open, place);
  if (place.pair !== undefined) return style.eol + indent(rest, column).join(style.eol);
  const depth = rest[0]?.search(/\S/) ?? 0;
  const [first = '', ...others] = rest.map((line) => line.slice(depth));
  return ` ${[first, ...indent(others, column + 2)].join(style.eol)}`;
}

function fillEmpty(open: OpenDocument, place: Place, value: JsonValue, style: FileStyle): Splice {
  const at = headEnd(place);
  if (place.flow) return { start: at, end: at, text: ` ${flowText(value, style)}` };
  if (isJsonObject(value) || isJsonArray(value))
    return { start: at, end: at, text: collectionText(open, place, value, style) };
  return { start: at, end: at, text: ` ${newText(value, place, style, indentOf(open, place))}` };
}

/** Index after the `:` or `-` that introduces the value. */
function headEnd(place: Place): number {
  if (place.pair !== undefined) return colonEnd(place.pair);
  if (isSeq(place.parent) && place.parent.flow !== true) return dashStart(place.parent, place.index) + 1;
  throw new EditRefused('not-exact', 'the value has no key and no dash');
}

/** Column of the key or dash. */
function indentOf(open: OpenDocument, place: Place): number {
  if (isScalar(place.pair?.key)) {
    const [key] = rangeOf(place.pair.key);
    return key - lineStart(open.text, key);
  }
  if (isSeq(place.parent) && place.parent.flow !== true) {
    const dash = dashStart(place.parent, place.index);
    return dash - lineStart(open.text, dash);
  }
  return 0;
}

function newText(value: JsonScalar, place: Place, style: FileStyle, column: number): string {
  if (style.json && typeof value === 'string') return doubleQuoted(value);
  if (typeof value === 'string' && !place.flow && fitsLiteral(value))
    return literalText(value, column + style.step, style);
  return scalarText(value, { flow: place.flow, quote: style.quote, keepQuotes: false });
}

/** The scalar in the manner of the one that stands there: same quotes, same block indentation. */
function replacementText(
  open: OpenDocument,
  node: Scalar,
  value: JsonScalar,
  how: { place: Place; style: FileStyle },
): string {
  const { place, style } = how;
  const column = indentOf(open, place);
  if (typeof value !== 'string') return scalarText(value, { flow: place.flow, quote: style.quote, keepQuotes: false });
  if (node.type === 'QUOTE_DOUBLE') return doubleQuoted(value);
  if (node.type === 'QUOTE_SINGLE') return scalarText(value, { flow: place.flow, quote: "'", keepQuotes: true });
  if (node.type === 'BLOCK_LITERAL' && fitsLiteral(value))
    return literalText(value, blockIndent(open, node) ?? column + style.step, style);
  return newText(value, place, style, column);
}

function literalText(value: string, column: number, style: FileStyle): string {
  return literalLines(value, ' '.repeat(column)).join(style.eol);
}

/** Indentation of a block scalar's first line that is not empty. */
function blockIndent(open: OpenDocument, node: Node): number | undefined {
  const [start, end] = rangeOf(node);
  if (/^[|>][+-]?\d/.test(open.text.slice(start, start + 3))) return undefined;
  const body = open.text.slice(lineEnd(open.text, start), end);
  const match = /\n( *)[^\s]/.exec(body);
  return match?.[1]?.length;
}

function refuseForeignTag(node: Node, value: JsonValue): void {
  const tag = isScalar(node) || isMap(node) || isSeq(node) ? node.tag : undefined;
  const written = tag !== undefined && (isScalar(node) || !/:(map|seq)$/.test(tag));
  if (written && !(tag === 'tag:yaml.org,2002:str' && typeof value === 'string'))
    throw new EditRefused('unusual-tag', `the value has the tag ${tag}`);
}

function isFlowNode(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}
