import { formatJson, type JsonScalar } from '../../resource/json.ts';
import { isPrintableLine, isSafePlain } from './plain-scalar.ts';

export type Quote = "'" | '"';

export interface ScalarPlace {
  /** Inside `[…]` or `{…}`. */
  readonly flow: boolean;
  /** The quotes to use when quotes are needed. */
  readonly quote: Quote;
  /** Keep quotes even where the string does not need them, because its neighbour or predecessor has them. */
  readonly keepQuotes: boolean;
}

/** One line of source for a scalar: unquoted when every reader takes it for the same value, else quoted. */
export function scalarText(value: JsonScalar, place: ScalarPlace): string {
  if (typeof value !== 'string') return formatJson(value);
  if (!place.keepQuotes && isSafePlain(value, place.flow)) return value;
  if (place.quote === "'" && isPrintableLine(value)) return `'${value.replaceAll("'", "''")}'`;
  return doubleQuoted(value);
}

/** JSON's escapes are a subset of YAML's; what YAML does not print is escaped as well. */
export function doubleQuoted(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[\u{7F}-\u{9F}\u{2028}\u{2029}\u{FEFF}\u{FFFE}\u{FFFF}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a string reads well as a literal block (`|`): several lines, all printable, the first not indented. */
export function fitsLiteral(value: string): boolean {
  const lines = value.split('\n');
  const content = lines.filter((line) => line !== '');
  const first = content[0];
  return (
    lines.length > 1 &&
    first !== undefined &&
    !first.startsWith(' ') &&
    !first.startsWith('\t') &&
    lines.every((line) => isPrintableLine(line.replaceAll('\t', ' '))) &&
    content.every((line) => line.trim() !== '')
  );
}

/** Header and body lines of a literal block, the body indented by `indent`. Call only when `fitsLiteral`. */
export function literalLines(value: string, indent: string): readonly string[] {
  const body = value.replace(/\n+$/, '');
  const breaks = value.length - body.length;
  const header = breaks === 0 ? '|-' : breaks === 1 ? '|' : '|+';
  const lines = body.split('\n').map((line) => (line === '' ? '' : indent + line));
  return [header, ...lines, ...Array.from({ length: Math.max(0, breaks - 1) }, () => '')];
}
