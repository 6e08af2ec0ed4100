import { isJsonArray, isJsonObject, type JsonValue } from '../../../resource/json.ts';
import { TemplateProblem } from './template-problem.ts';

type Operands = readonly (JsonValue | undefined)[];
type TemplateFunction = (operands: Operands) => JsonValue | undefined;

/** The functions of Go's templates, of sprig and of Argo CD that names, paths and values are made with. */
const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  index: ([target, ...keys]) => keys.reduce(elementOf, target),
  get: ([target, key]) => elementOf(target, key) ?? '',
  default: ([fallback, value]) => (isEmpty(value) ? fallback : value),
  coalesce: (values) => values.find((value) => !isEmpty(value)),
  ternary: ([yes, no, condition]) => (condition === true ? yes : no),
  empty: ([value]) => isEmpty(value),
  lower: ([value]) => text(value).toLowerCase(),
  upper: ([value]) => text(value).toUpperCase(),
  title: ([value]) => text(value).replaceAll(/(^|\s)\S/g, (start) => start.toUpperCase()),
  trim: ([value]) => text(value).trim(),
  trimPrefix: ([prefix, value]) => withoutPrefix(text(value), text(prefix)),
  trimSuffix: ([suffix, value]) => withoutSuffix(text(value), text(suffix)),
  trimAll: ([characters, value]) => trimAll(text(value), text(characters)),
  replace: ([from, to, value]) => text(value).replaceAll(text(from), () => text(to)),
  trunc: ([length, value]) => truncate(text(value), Number(length)),
  quote: (values) => values.map((value) => JSON.stringify(text(value))).join(' '),
  squote: (values) => values.map((value) => `'${text(value)}'`).join(' '),
  contains: ([part, value]) => text(value).includes(text(part)),
  hasPrefix: ([prefix, value]) => text(value).startsWith(text(prefix)),
  hasSuffix: ([suffix, value]) => text(value).endsWith(text(suffix)),
  splitList: ([separator, value]) => text(value).split(text(separator)),
  join: ([separator, list]) => (isJsonArray(list) ? list.map(text).join(text(separator)) : text(list)),
  first: ([list]) => (isJsonArray(list) ? list[0] : undefined),
  last: ([list]) => (isJsonArray(list) ? list.at(-1) : undefined),
  has: ([value, list]) => isJsonArray(list) && value !== undefined && list.includes(value),
  hasKey: ([object, key]) => isJsonObject(object) && Object.hasOwn(object, text(key)),
  len: ([value]) =>
    isJsonObject(value) ? Object.keys(value).length : isJsonArray(value) ? value.length : text(value).length,
  toJson: ([value]) => JSON.stringify(value ?? null),
  normalize: ([value]) => normaliseName(text(value)),
  print: (values) => values.map(text).join(''),
  printf: ([format, ...values]) => print(text(format), values),
  eq: ([left, ...others]) => others.some((other) => other === left),
  ne: ([left, right]) => left !== right,
  not: ([value]) => isEmpty(value),
  and: (values) => values.find(isEmpty) ?? values.at(-1),
  or: (values) => values.find((value) => !isEmpty(value)) ?? values.at(-1),
};

/** A function by its name; undefined when it is not known here. */
export function findFunction(name: string): TemplateFunction | undefined {
  // Every object has a member of this name.
  if (name === 'toString') return ([value]) => text(value);
  return Object.hasOwn(templateFunctions, name) ? templateFunctions[name] : undefined;
}

/** What is allowed in the name of an object: Argo CD's own way of making one. */
export function normaliseName(name: string): string {
  const allowed = name
    .toLowerCase()
    .replaceAll(/[^-a-z0-9.]/g, '-')
    .slice(0, 253);
  return trimAll(allowed, '-.');
}

function elementOf(target: JsonValue | undefined, key: JsonValue | undefined): JsonValue | undefined {
  if (isJsonArray(target) && typeof key === 'number') {
    if (target[key] === undefined) throw new TemplateProblem(`there is no element ${key}`);
    return target[key];
  }
  return isJsonObject(target) && typeof key === 'string' && Object.hasOwn(target, key) ? target[key] : undefined;
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (isJsonArray(value)) return value.length === 0;
  if (isJsonObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false || value === '' || value === 0;
}

function text(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return isJsonArray(value) || isJsonObject(value) ? JSON.stringify(value) : String(value);
}

function withoutPrefix(value: string, prefix: string): string {
  return value.startsWith(prefix) ? value.slice(prefix.length) : value;
}

function withoutSuffix(value: string, suffix: string): string {
  return suffix !== '' && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value;
}

function trimAll(value: string, characters: string): string {
  let [start, end] = [0, value.length];
  while (start < end && characters.includes(value[start] ?? '')) start += 1;
  while (end > start && characters.includes(value[end - 1] ?? '')) end -= 1;
  return value.slice(start, end);
}

function truncate(value: string, length: number): string {
  return length < 0 ? value.slice(length) : value.slice(0, length);
}

function print(format: string, values: Operands): string {
  let next = 0;
  return format.replaceAll(/%(?:([%sdvq])|(.))/g, (_whole, known?: string, other?: string) => {
    if (known === '%') return '%';
    if (known === undefined) throw new TemplateProblem(`the format %${other ?? ''} is not known here`);
    const value = text(values[next]);
    next += 1;
    return known === 'q' ? JSON.stringify(value) : value;
  });
}
