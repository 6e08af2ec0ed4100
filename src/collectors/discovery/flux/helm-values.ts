import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../resource/json.ts';
import { readPlainScalar } from '../../kubernetes-yaml.ts';

/** Later values win; objects are merged, everything else is replaced. */
export function mergeValues(base: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const held = Object.hasOwn(merged, key) ? merged[key] : undefined;
    const next = isJsonObject(value) && isJsonObject(held) ? mergeValues(held, value) : value;
    Object.defineProperty(merged, key, { value: next, enumerable: true, configurable: true, writable: true });
  }
  return merged;
}

type Step = string | number;

/**
 * The values with one more at a path as `--set` writes it: `a.b[0].c`, a dot behind a backslash is no step. Undefined when the path
 * cannot be read.
 */
export function withValueAt(values: JsonObject, path: string, value: JsonValue): JsonObject | undefined {
  const steps = parseSteps(path);
  if (steps === undefined) return undefined;
  const changed = put(values, steps, value);
  return isJsonObject(changed) ? changed : undefined;
}

/** What `--set` makes of a text: true, false, null, an integer, a list in braces, or the text. In quotes it is always a text. */
export function typedValue(text: string): JsonValue {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted !== null) return quoted[2] ?? '';
  if (text.startsWith('{') && text.endsWith('}')) {
    const inside = text.slice(1, -1);
    return inside === '' ? [] : inside.split(/(?<!\\),/).map((item) => typedScalar(item.trim()));
  }
  return typedScalar(text);
}

function typedScalar(text: string): JsonValue {
  if (/^(true|false|null)$/.test(text) || /^(0|-?[1-9]\d*)$/.test(text)) return readPlainScalar(text);
  return text.replaceAll(/\\(.)/gs, '$1');
}

const maxIndex = 65_536;

function parseSteps(path: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  for (const part of path.split(/(?<!\\)\./)) {
    const match = /^((?:[^[\]\\]|\\.)*)((?:\[\d+\])*)$/s.exec(part);
    if (match === null || (match[1] === '' && steps.length === 0)) return undefined;
    if (match[1] !== '' && match[1] !== undefined) steps.push(match[1].replaceAll(/\\(.)/gs, '$1'));
    for (const [, index = ''] of (match[2] ?? '').matchAll(/\[(\d+)\]/g)) steps.push(Number(index));
  }
  return steps.length === 0 || steps.length > 30 || steps.some((step) => typeof step === 'number' && step > maxIndex)
    ? undefined
    : steps;
}

function put(target: JsonValue | undefined, steps: readonly Step[], value: JsonValue): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = isJsonArray(target) ? [...target] : [];
    while (list.length <= step) list.push(null);
    list[step] = put(list[step] ?? undefined, rest, value);
    return list;
  }
  const object = isJsonObject(target) ? target : {};
  const held = Object.hasOwn(object, step) ? object[step] : undefined;
  return mergeOwn(object, step, put(held, rest, value));
}

function mergeOwn(object: JsonObject, key: string, value: JsonValue): JsonObject {
  const copy: Record<string, JsonValue> = { ...object };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}
