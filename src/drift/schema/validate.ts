import { compilePattern, type LinearPattern } from '../../resource/linear-pattern.ts';
import { type FieldPath, field, formatPath, type Segment } from '../../resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { parseQuantity } from '../normalise/quantity.ts';
import { isUnsetByZero } from '../normalise/unset-zeros.ts';
import { crossFieldProblems } from './cross-field-rules.ts';
import { semanticProblem } from './semantic-rules.ts';
import { anyNode, type Limits, type ListNode, type ScalarNode, type StructNode, type TypeNode } from './type-node.ts';

export interface Validation {
  /** Declared values that the API server can never accept; the root of each problem only. */
  readonly invalid: readonly ReasonedPath[];
  /** Declared fields that the schema does not know: kept if live has them (a newer server), else they can never arrive. */
  readonly unknown: ReadonlySet<string>;
  /** Whether zeros are declared that the server takes for nothing. */
  readonly hasUnsetZeros: boolean;
}

/** The reason for a required field that is absent. */
export const notDeclared = 'required and not declared';

/** Checks a declared object against its type, without a server. Unknown types accept everything. */
export function validate(body: JsonObject, type: TypeNode, kind: string): Validation {
  const walk = new ValidationWalk();
  walk.value(body, type, '');
  const known = new Set(walk.invalid.map(({ path }) => path));
  const across = type.kind === 'struct' && type.builtin ? crossFieldProblems(body, kind) : [];
  return {
    invalid: [...walk.invalid, ...across.filter(({ path }) => !known.has(path))],
    unknown: walk.unknown,
    hasUnsetZeros: walk.hasUnsetZeros,
  };
}

class ValidationWalk {
  readonly invalid: ReasonedPath[] = [];
  readonly unknown = new Set<string>();
  hasUnsetZeros = false;
  readonly #path: Segment[] = [];

  value(value: JsonValue, type: TypeNode, owner: string): void {
    if (value === null || this.#path.length > 100) return;
    const problem = wrongShape(value, type) ?? semanticProblem(value, owner, this.#path);
    if (problem !== undefined) {
      this.invalid.push({ path: formatPath(this.#path), reason: problem });
      return;
    }
    if (isJsonObject(value)) this.#object(value, type);
    else if (isJsonArray(value)) this.#list(value, type, owner);
  }

  #object(value: JsonObject, type: TypeNode): void {
    if (type.kind === 'struct') return this.#struct(value, type);
    const member = type.kind === 'map' ? type.value : anyNode;
    if (member.kind === 'any') return;
    for (const [key, entry] of Object.entries(value)) this.#within(field(key), () => this.value(entry, member, ''));
  }

  #struct(value: JsonObject, type: StructNode): void {
    for (const key of Object.keys(value)) {
      const entry = value[key] ?? null;
      const known = type.fields.get(key);
      if (known !== undefined && isUnsetByZero(entry, known.owner)) {
        this.hasUnsetZeros = true;
        continue;
      }
      this.#path.push(field(key));
      if (known !== undefined) this.value(entry, known.type, known.owner);
      else if (!type.keepsUnknown && !isRootMetadata(this.#path)) this.unknown.add(formatPath(this.#path));
      this.#path.pop();
    }
    for (const key of type.required) {
      if (Object.hasOwn(value, key) || type.fields.get(key)?.default !== undefined) continue;
      this.#within(field(key), () => this.invalid.push({ path: formatPath(this.#path), reason: notDeclared }));
    }
  }

  #list(value: readonly JsonValue[], type: TypeNode, owner: string): void {
    const item = type.kind === 'list' ? type.item : anyNode;
    if (item.kind === 'any') return;
    value.forEach((element, index) => {
      this.#within(elementSegment(element, index, type), () => this.value(element, item, `${owner}[]`));
    });
  }

  #within(segment: Segment, step: () => void): void {
    this.#path.push(segment);
    step();
    this.#path.pop();
  }
}

function isRootMetadata(path: FieldPath): boolean {
  const [first] = path;
  return first?.kind === 'field' && (first.name === 'metadata' || first.name === 'status');
}

function elementSegment(element: JsonValue, index: number, type: TypeNode): Segment {
  if (type.kind === 'list' && type.listType === 'map' && isJsonObject(element))
    return keysSegment(element, type) ?? { kind: 'index', index };
  return { kind: 'index', index };
}

function keysSegment(element: JsonObject, type: ListNode): Segment | undefined {
  const keys: [string, string | number | bigint | boolean | null][] = [];
  for (const key of type.keys) {
    const value = element[key] ?? type.keyDefaults[key];
    if (value !== undefined && typeof value !== 'object') keys.push([key, value]);
  }
  return keys.length === 0 ? undefined : { kind: 'keys', keys };
}

function wrongShape(value: JsonValue, type: TypeNode): string | undefined {
  switch (type.kind) {
    case 'any':
      return undefined;
    case 'struct':
    case 'map':
      return isJsonObject(value) ? undefined : `must be an object, not ${describe(value)}`;
    case 'list':
      return isJsonArray(value) ? undefined : `must be a list, not ${describe(value)}`;
    case 'scalar':
      return wrongScalar(value, type);
  }
}

function wrongScalar(value: JsonValue, type: ScalarNode): string | undefined {
  const expected = expectedScalar[type.scalar];
  if (!expected.accepts(value)) return `must be ${expected.name}, not ${describe(value)}`;
  return type.limits === null ? undefined : overLimit(value, type);
}

const isNumber = (value: JsonValue): boolean => typeof value === 'number' || typeof value === 'bigint';
const isInteger = (value: JsonValue): boolean =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
const isString = (value: JsonValue): boolean => typeof value === 'string';

const expectedScalar: Readonly<Record<ScalarNode['scalar'], { name: string; accepts: (value: JsonValue) => boolean }>> =
  {
    string: { name: 'a string', accepts: isString },
    bytes: {
      name: 'Base64 text',
      accepts: (value) => typeof value === 'string' && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value),
    },
    time: { name: 'a time', accepts: isString },
    duration: { name: 'a duration', accepts: isString },
    integer: { name: 'an integer', accepts: isInteger },
    number: { name: 'a number', accepts: isNumber },
    boolean: { name: 'true or false', accepts: (value) => typeof value === 'boolean' },
    quantity: { name: 'a quantity', accepts: (value) => parseQuantity(value) !== undefined },
    'int-or-string': { name: 'an integer or a string', accepts: (value) => isInteger(value) || isString(value) },
  };

function overLimit(value: JsonValue, type: ScalarNode): string | undefined {
  const { limits } = type;
  if (limits === null) return undefined;
  if (limits.enum !== undefined && !limits.enum.some((allowed) => allowed === value))
    return `must be one of ${limits.enum.map(String).join(', ')}`;
  if (typeof value === 'number') return overNumber(value, limits);
  if (typeof value === 'string' && limits.maxLength !== undefined && value.length > limits.maxLength)
    return `must be ${limits.maxLength} characters or fewer`;
  if (typeof value === 'string' && limits.pattern !== undefined && !matchesPattern(limits.pattern, value))
    return `must match ${limits.pattern}`;
  return undefined;
}

const longestMatched = 4_096;
const compiled = new Map<string, LinearPattern | undefined>();
const mostCompiled = 1_000;

function overNumber(value: number, limits: Limits): string | undefined {
  if (limits.whole === true && !Number.isInteger(value)) return 'must be a whole number or text (quote it)';
  if (limits.minimum !== undefined && value < limits.minimum) return `must be ${limits.minimum} or more`;
  if (limits.maximum !== undefined && value > limits.maximum) return `must be ${limits.maximum} or less`;
  return undefined;
}

/** Patterns come from CRDs, which any tenant may write: none may search for ever, and one that is not understood passes. */
function matchesPattern(pattern: string, value: string): boolean {
  if (value.length > longestMatched) return true;
  if (!compiled.has(pattern)) {
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(pattern, compilePattern(pattern));
  }
  return compiled.get(pattern)?.test(value) ?? true;
}

/** The kind of a value, never the value itself: it may be a secret. */
function describe(value: JsonValue): string {
  if (value === null) return 'null';
  if (isJsonArray(value)) return 'a list';
  if (isJsonObject(value)) return 'an object';
  if (typeof value === 'boolean') return 'a boolean (quote it to make it text)';
  return isNumber(value) ? 'a number (quote it to make it text)' : 'a string';
}
