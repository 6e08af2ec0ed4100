import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import { doubleQuoted, fitsLiteral, literalLines, type Quote, scalarText } from './scalar-text.ts';

/** The habits of a file, so that new lines look as if its author had written them. */
export interface FileStyle {
  /** Spaces a nested mapping is indented by. */
  readonly step: number;
  /** Spaces between a key and the dashes of the list under it. */
  readonly listOffset: number;
  readonly quote: Quote;
  readonly eol: '\n' | '\r\n';
  /** Keys and strings always in double quotes. */
  readonly json: boolean;
  /** `{ a: b }` rather than `{a: b}`. */
  readonly flowPad: boolean;
}

/** Block lines for `key: value`, without outer indentation. */
export function pairLines(key: string, value: JsonValue, style: FileStyle): readonly string[] {
  const name = keyText(key, style, false);
  const lines = valueLines(value, style);
  return [`${name}:${lines.head === '' ? '' : ` ${lines.head}`}`, ...lines.rest];
}

/** Block lines for `- value`, without outer indentation. */
export function itemLines(value: JsonValue, style: FileStyle): readonly string[] {
  if (isJsonObject(value) && !isEmpty(value)) return dashed(mapLines(value, style));
  if (isJsonArray(value) && value.length > 0) return dashed(value.flatMap((item) => itemLines(item, style)));
  const lines = valueLines(value, style);
  return [`- ${lines.head}`, ...lines.rest];
}

/** What follows `key:`: `head` on the same line (maybe empty), `rest` below it, indented relative to the key. */
export function valueLines(value: JsonValue, style: FileStyle): { head: string; rest: readonly string[] } {
  if (isJsonArray(value)) {
    if (value.length === 0) return { head: '[]', rest: [] };
    return {
      head: '',
      rest: indent(
        value.flatMap((item) => itemLines(item, style)),
        style.listOffset,
      ),
    };
  }
  if (isJsonObject(value)) {
    return isEmpty(value) ? { head: '{}', rest: [] } : { head: '', rest: indent(mapLines(value, style), style.step) };
  }
  if (typeof value === 'string' && fitsLiteral(value)) {
    const [head = '|', ...rest] = literalLines(value, ' '.repeat(style.step));
    return { head, rest };
  }
  return { head: scalarText(value, { flow: false, quote: style.quote, keepQuotes: false }), rest: [] };
}

/** A value inside `[…]` or `{…}`, on one line. */
export function flowText(value: JsonValue, style: FileStyle): string {
  if (isJsonArray(value)) return `[${value.map((item) => flowText(item, style)).join(', ')}]`;
  if (isJsonObject(value)) {
    const pairs = Object.entries(value).map(
      ([key, member]) => `${keyText(key, style, true)}: ${flowText(member, style)}`,
    );
    return pairs.length === 0 ? '{}' : style.flowPad ? `{ ${pairs.join(', ')} }` : `{${pairs.join(', ')}}`;
  }
  if (style.json && typeof value === 'string') return doubleQuoted(value);
  return scalarText(value, { flow: true, quote: style.quote, keepQuotes: false });
}

export function keyText(key: string, style: FileStyle, flow: boolean): string {
  if (style.json) return doubleQuoted(key);
  return scalarText(key, { flow, quote: style.quote, keepQuotes: false });
}

function mapLines(value: JsonObject, style: FileStyle): readonly string[] {
  return Object.entries(value).flatMap(([key, member]) => pairLines(key, member, style));
}

function dashed(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === 0 ? `- ${line}` : line === '' ? '' : `  ${line}`));
}

export function indent(lines: readonly string[], spaces: number): readonly string[] {
  const prefix = ' '.repeat(spaces);
  return lines.map((line) => (line === '' ? '' : prefix + line));
}

function isEmpty(value: JsonObject): boolean {
  return Object.keys(value).length === 0;
}
