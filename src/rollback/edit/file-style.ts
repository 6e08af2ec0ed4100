import { isMap, isPair, isScalar, isSeq, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import type { FileStyle } from './new-nodes.ts';
import { lineStart, type OpenDocument, rangeOf, dashStart } from './open-document.ts';

/** The habits of the document: the first nested mapping and the first list in it decide, quotes by majority. */
export function styleOf(open: OpenDocument, file: string): FileStyle {
  let step: number | undefined;
  let listOffset: number | undefined;
  let quotes = 0;
  let padded = 0;
  visit(open.document, {
    Pair: (_key, pair) => {
      if (!isScalar(pair.key) || !pair.key.range) return;
      const column = columnOf(open, pair.key.range[0]);
      if (isMap(pair.value) && pair.value.flow !== true) step ??= stepOf(open, pair.value, column);
      if (isSeq(pair.value) && pair.value.flow !== true) listOffset ??= offsetOf(open, pair.value, column);
    },
    Map: (_key, map) => {
      if (map.flow === true && map.range && map.items.length > 0)
        padded += open.text[map.range[0] + 1] === ' ' ? 1 : -1;
    },
    Scalar: (_key, scalar) => {
      if (scalar.type === 'QUOTE_DOUBLE') quotes += 1;
      if (scalar.type === 'QUOTE_SINGLE') quotes -= 1;
    },
  });
  const json = /\.json$/i.test(file) || /^\s*[{[]\s*"/.test(open.text);
  return {
    step: step ?? (json ? jsonStep(open.text) : 2),
    listOffset: listOffset ?? 0,
    quote: quotes < 0 ? "'" : '"',
    eol: /\r\n/.test(open.text) ? '\r\n' : '\n',
    json,
    flowPad: json ? padded > 0 : padded >= 0,
  };
}

function stepOf(open: OpenDocument, map: YAMLMap, column: number): number | undefined {
  const first = map.items[0];
  return isPair(first) && isScalar(first.key) && first.key.range
    ? positive(columnOf(open, rangeOf(first.key)[0]) - column)
    : undefined;
}

function offsetOf(open: OpenDocument, list: YAMLSeq, column: number): number | undefined {
  const offset = list.items.length === 0 ? -1 : columnOf(open, dashStart(list, 0)) - column;
  return offset < 0 ? undefined : offset;
}

function positive(value: number): number | undefined {
  return value > 0 && value <= 16 ? value : undefined;
}

function jsonStep(text: string): number {
  return /\n( +)"/.exec(text)?.[1]?.length ?? 2;
}

function columnOf(open: OpenDocument, at: number): number {
  return at - lineStart(open.text, at);
}
