import { type FieldPath, field, formatPath, type Segment } from '../../../resource/field-path.ts';
import {
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonScalar,
  type JsonValue,
} from '../../../resource/json.ts';

/** One step of a rule: a member, a list element by index, or every element that a test lets through. */
export type RuleStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  /** A token of a JSON pointer, which is an index in a list and a member elsewhere. */
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'each' }
  /** `names`: the names that the test asks for, when it asks for nothing else; they hold for elements that Git does not declare too. */
  | { readonly kind: 'filter'; readonly test: (value: JsonValue) => boolean; readonly names: readonly string[] };

/** `everything`: the whole object. */
export type RulePath =
  | { readonly kind: 'everything' }
  | { readonly kind: 'steps'; readonly steps: readonly RuleStep[] };

const maxPatterns = 500;

interface Place {
  readonly path: FieldPath;
  readonly value: JsonValue | undefined;
}

/**
 * The patterns, over the paths of reports, of what a rule means in a body. A report names a list
 * element by its merge key, its value or its index, which only the schema tells: every name the element can have is given.
 */
export function fieldPatterns(rule: RulePath, body: JsonObject): readonly string[] {
  if (rule.kind === 'everything') return ['**'];
  const patterns = new Set<string>();
  let places: readonly Place[] = [{ path: [], value: body }];
  for (const step of rule.steps) places = places.flatMap((place) => advance(place, step)).slice(0, maxPatterns);
  for (const { path } of places) if (path.length > 0) patterns.add(formatPath(path));
  return [...patterns];
}

function advance(place: Place, step: RuleStep): readonly Place[] {
  const { value } = place;
  switch (step.kind) {
    case 'member':
      return isJsonArray(value) ? [] : [memberOf(place, step.name)];
    case 'index':
      return isJsonArray(value) ? elementsOf(place, value, step.index) : [];
    case 'token':
      if (!isJsonArray(value)) return [memberOf(place, step.text)];
      return /^\d+$/.test(step.text) ? elementsOf(place, value, Number(step.text)) : [];
    case 'each':
      if (isJsonObject(value)) return Object.keys(value).map((name) => memberOf(place, name));
      if (isJsonArray(value))
        return [anyElement(place), ...value.flatMap((_element, index) => elementsOf(place, value, index))];
      return value === undefined ? [anyElement(place)] : [];
    case 'filter':
      if (value === undefined) return step.names.flatMap((name) => namedElement(place, name));
      return step.test(value) ? [place] : [];
  }
}

/** A member may be absent on the side that is looked at; the rule holds all the same. */
function memberOf({ path, value }: Place, name: string): Place {
  const held = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return { path: [...path, field(name)], value: held };
}

const any: Segment = { kind: 'value', value: '*' };

/** Whatever element the other side may have; in a pattern `[*]` fits each. */
function anyElement({ path }: Place): Place {
  return { path: [...path, any], value: undefined };
}

function namedElement({ path }: Place, name: string): readonly Place[] {
  return path.at(-1) === any
    ? [{ path: [...path.slice(0, -1), { kind: 'keys', keys: [['name', name]] }], value: undefined }]
    : [];
}

function elementsOf({ path }: Place, list: JsonArray, index: number): readonly Place[] {
  const value = list[index];
  if (value === undefined) return [];
  const segments: readonly Segment[] = [{ kind: 'index', index }, ...namesOf(value)];
  return segments.map((segment) => ({ path: [...path, segment], value }));
}

/** The merge keys of the lists of Kubernetes, alone or together. */
const keySets: readonly (readonly string[])[] = [
  ['name'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['port'],
  ['mountPath'],
  ['devicePath'],
  ['key'],
  ['type'],
  ['ip'],
  ['uid'],
  ['topologyKey', 'whenUnsatisfiable'],
];

function namesOf(value: JsonValue): readonly Segment[] {
  if (isJsonArray(value)) return [];
  if (!isJsonObject(value)) return [{ kind: 'value', value }];
  return keySets.flatMap((keys): readonly Segment[] => {
    const pairs = keys.flatMap((key): readonly (readonly [string, JsonScalar])[] => {
      // A port without a protocol is one of TCP.
      const held = value[key] ?? (key === 'protocol' ? 'TCP' : undefined);
      return held === undefined || isJsonArray(held) || isJsonObject(held) ? [] : [[key, held]];
    });
    return pairs.length === keys.length ? [{ kind: 'keys', keys: pairs }] : [];
  });
}
