import { Buffer } from 'node:buffer';
import {
  defineMappingTag,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from 'js-yaml';
import { isJsonArray, isJsonObject, type JsonValue } from '../resource/json.ts';

/** Collections inside collections beyond this are refused. */
export const maxDepth = 100;
/** What aliases may multiply one document to, in nodes; the bound at which kubectl's own reader starts to refuse. */
const maxExpandedNodes = 400_000;
const maxAliases = 10_000;
const maxMergeKeys = 10_000;

/** Why a document cannot be read; `line` counts from 0 within the text that was given. `hostile` marks a limit, not a typing error. */
export class YamlProblem extends Error {
  readonly line: number;
  readonly hostile: boolean;

  constructor(reason: string, line: number, hostile = false) {
    super(reason);
    this.name = 'YamlProblem';
    this.line = line;
    this.hostile = hostile;
  }
}

/**
 * Reads the one document in `text` as kubectl does: YAML 1.1 booleans and octals, merge keys, no dates, no base 60, integers of 64
 * bits exact. Like kubectl it ignores what follows a `...` line. Throws YamlProblem. `lenient` lets the last of duplicate keys win.
 */
export function readYamlDocument(text: string, lenient = false): JsonValue {
  let documents: readonly unknown[];
  try {
    documents = loadAll(text, {
      schema: kubernetesSchema,
      maxDepth,
      maxAliases,
      maxTotalMergeKeys: maxMergeKeys,
      json: lenient,
    });
  } catch (error) {
    throw asProblem(error);
  }
  const value = documents[0] ?? null;
  if (text.includes('*')) refuseExpansion(value);
  if (!isYamlJson(value)) throw new YamlProblem('holds a value that JSON cannot express', 0);
  return value;
}

/** The value kubectl gives a plain (unquoted) scalar. */
export function readPlainScalar(source: string): JsonValue {
  for (const resolve of [resolveNull, resolveBoolean, resolveInteger, resolveFloat]) {
    const value = resolve(source);
    if (value !== NOT_RESOLVED) return value;
  }
  return source;
}

/** A mapping key as Go prints it: `yes` becomes `true`, `1e6` becomes `1e+06`. Undefined for keys that Kubernetes refuses. */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return goFloat(key);
  return typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean' ? String(key) : undefined;
}

const numberChars = '+-.0123456789'.split('');

const booleans = new Map<string, boolean>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

function resolveNull(source: string): null | typeof NOT_RESOLVED {
  return source === '' || source === '~' || source === 'null' || source === 'Null' || source === 'NULL'
    ? null
    : NOT_RESOLVED;
}

function resolveBoolean(source: string): boolean | typeof NOT_RESOLVED {
  return booleans.get(source) ?? NOT_RESOLVED;
}

const integerForms = [
  { form: /^([-+]?)0[xX]([\da-fA-F]+)$/, prefix: '0x' },
  { form: /^([-+]?)0[bB]([01]+)$/, prefix: '0b' },
  { form: /^([-+]?)0[oO]?([0-7]+)$/, prefix: '0o' },
  { form: /^([-+]?)(0|[1-9]\d*)$/, prefix: '' },
] as const;
const maxUnsigned = 2n ** 64n;
const maxSigned = 2n ** 63n;
const plainInteger = /^-?[1-9]\d{0,14}$/;

function resolveInteger(source: string): number | bigint | typeof NOT_RESOLVED {
  if (plainInteger.test(source)) return Number(source);
  const plain = source.replaceAll('_', '');
  for (const { form, prefix } of integerForms) {
    const match = form.exec(plain);
    if (match === null) continue;
    const [, sign, digits] = match;
    const magnitude = BigInt(`${prefix}${digits}`);
    const value = sign === '-' ? -magnitude : magnitude;
    // Between the signed and the unsigned limit the API machinery rounds to a double; beyond it Go does not see an integer.
    if (value >= maxUnsigned || value < -maxSigned) return NOT_RESOLVED;
    if (value >= maxSigned) return Number(value);
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
  return NOT_RESOLVED;
}

const floatForm = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const strayUnderscore = /\D_|_(\D|$)/;
const notFinite = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;

function resolveFloat(source: string): number | typeof NOT_RESOLVED {
  // Go takes all underscores out of what begins with a digit or a sign, but after a point only those between two digits.
  if (source.startsWith('.') && strayUnderscore.test(source)) return NOT_RESOLVED;
  const plain = source.replaceAll('_', '');
  if (!floatForm.test(plain)) {
    if (notFinite.test(source)) throw new YamlProblem(`${source} is no number that JSON can express`, 0);
    return NOT_RESOLVED;
  }
  const value = Number(plain);
  if (!Number.isFinite(value)) return NOT_RESOLVED;
  return value === 0 ? 0 : value;
}

const kubernetesSchema = FAILSAFE_SCHEMA.withTags(
  defineScalarTag<null>('tag:yaml.org,2002:null', {
    implicit: true,
    implicitFirstChars: ['', '~', 'n', 'N'],
    resolve: resolveNull,
    identify: () => false,
  }),
  defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
    implicit: true,
    implicitFirstChars: 'yYnNtTfFoO'.split(''),
    resolve: resolveBoolean,
    identify: () => false,
  }),
  defineScalarTag<number | bigint>('tag:yaml.org,2002:int', {
    implicit: true,
    implicitFirstChars: numberChars,
    resolve: resolveInteger,
    identify: () => false,
  }),
  defineScalarTag<number>('tag:yaml.org,2002:float', {
    implicit: true,
    implicitFirstChars: numberChars,
    resolve: resolveFloat,
    identify: () => false,
  }),
  defineScalarTag<string>('tag:yaml.org,2002:timestamp', { resolve: (source) => source, identify: () => false }),
  defineScalarTag<string>('tag:yaml.org,2002:binary', {
    resolve: (source) => Buffer.from(source, 'base64').toString('utf8'),
    identify: () => false,
  }),
  mergeTag,
  defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
    create: () => ({}),
    identify: () => false,
    addPair: addPair,
    has: (map, key) => Object.hasOwn(map, keyText(key) ?? ''),
    keys: keysAsRead,
    get: (map, key) => map[keyText(key) ?? ''],
  }),
);

/** Keys that were no text, by the name they got: a merged key is overridden by one that reads the same (`yes` by `y`). */
const readKeys = new WeakMap<object, Map<string, unknown>>();

function keysAsRead(map: Record<string, unknown>): readonly unknown[] {
  const read = readKeys.get(map);
  return Object.keys(map).map((name) => read?.get(name) ?? name);
}

function addPair(map: Record<string, unknown>, key: unknown, value: unknown): string {
  const name = typeof key === 'string' ? key : keyText(key);
  if (name === undefined) return key === null ? 'null is no key of an object' : 'a collection is no key of an object';
  if (typeof key !== 'string') readKeys.set(map, (readKeys.get(map) ?? new Map<string, unknown>()).set(name, key));
  if (name === '__proto__') {
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[name] = value;
  }
  return '';
}

function asProblem(error: unknown): YamlProblem {
  if (error instanceof YamlProblem) return error;
  if (!(error instanceof YAMLException))
    return new YamlProblem(error instanceof Error ? error.message : String(error), 0);
  const hostile = /nesting exceeded|maxAliases|maxTotalMergeKeys|merge keys/i.test(error.reason);
  return new YamlProblem(error.reason, error.mark?.line ?? 0, hostile);
}

/** Counts what aliases expand to. Shared nodes are cheap in memory and ruinous to whoever walks or prints them. */
function refuseExpansion(root: unknown): void {
  let count = 0;
  const visit = (value: unknown, depth: number): void => {
    count += 1;
    if (count > maxExpandedNodes)
      throw new YamlProblem(`aliases expand it to more than ${maxExpandedNodes} nodes`, 0, true);
    if (depth > maxDepth) throw new YamlProblem(`aliases nest it more than ${maxDepth} levels deep`, 0, true);
    if (isJsonArray(value)) for (const item of value) visit(item, depth + 1);
    else if (isJsonObject(value)) for (const key of Object.keys(value)) visit(value[key], depth + 1);
  };
  visit(root, 0);
}

/** The schema above builds nothing but JSON; this tells the type system so without walking the tree again. */
function isYamlJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

/** strconv.FormatFloat(value, 'g', -1, 64). */
function goFloat(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  const digits = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
}
