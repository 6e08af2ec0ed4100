import type { JsonScalar, JsonValue } from '../../resource/json.ts';
import type { TypeNode } from '../schema/type-node.ts';
import { durationsEqual } from './duration.ts';
import { quantitiesEqual } from './quantity.ts';

export function isScalar(value: JsonValue | undefined): value is JsonScalar {
  return value === null || (typeof value !== 'object' && value !== undefined);
}

/** Whether two scalars mean the same under a type. Unknown types compare literally, but a number is a number (`1` and `1.0`). */
export function scalarsEqual(desired: JsonScalar, live: JsonScalar, type: TypeNode): boolean {
  if (desired === live) return true;
  if (isNumeric(desired) && isNumeric(live)) return Number(desired) === Number(live) && exactlyEqual(desired, live);
  if (type.kind !== 'scalar') return false;
  switch (type.scalar) {
    case 'quantity':
      return quantitiesEqual(desired, live);
    case 'duration':
      return durationsEqual(desired, live);
    case 'bytes':
      return sameBase64(desired, live);
    case 'time':
      return sameInstant(desired, live);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'int-or-string':
      return false;
  }
}

function isNumeric(value: JsonScalar): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Beyond 2^53 a float and an integer only agree when every digit does. */
function exactlyEqual(a: number | bigint, b: number | bigint): boolean {
  if (typeof a === typeof b) return a === b;
  const float = typeof a === 'number' ? a : b;
  const whole = typeof a === 'bigint' ? a : b;
  return Number.isInteger(Number(float)) && BigInt(float) === BigInt(whole);
}

/** Line breaks and missing padding do not change what Base64 says. */
function sameBase64(a: JsonScalar, b: JsonScalar): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  return bareBase64(a) === bareBase64(b);
}

function bareBase64(text: string): string {
  return text.replace(/[\s=]/g, '');
}

function sameInstant(a: JsonScalar, b: JsonScalar): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const left = Date.parse(a);
  return !Number.isNaN(left) && left === Date.parse(b);
}
