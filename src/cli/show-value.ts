import { formatJson, isJsonArray, isJsonObject, type JsonValue } from '../resource/json.ts';
import { printable } from './printable.ts';

/** A value on one line of at most `width` characters; text that could be taken for another type is quoted. */
export function showValue(value: JsonValue | null | undefined, width: number): string {
  const text = typeof value === 'string' ? showString(value) : formatJson(value ?? null);
  const shown = printable(text);
  return shown.length <= width ? shown : `${shown.slice(0, Math.max(1, width - 1))}…`;
}

/** The two sides of a change on one line, or on two where one would be too wide. */
export function showChange(desired: string, live: string, width: number): readonly string[] {
  const line = `${desired} → ${live}`;
  return line.length <= width ? [line] : [desired, `→ ${live}`];
}

/** Whether a value is a whole part of an object rather than a leaf. */
export function isTree(value: JsonValue | null): boolean {
  return isJsonObject(value) || isJsonArray(value);
}

function showString(value: string): string {
  return value === '' || /^[\s"'{[\]&*!|>%@`]|^(?:true|false|null|~|[-+.\d][\d._eE+-]*)$|\s$/.test(value)
    ? JSON.stringify(value)
    : value;
}
