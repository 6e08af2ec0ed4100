import { arrayAt, isJsonArray, isJsonObject, type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import { readValue } from '../argo/argo-installation.ts';
import { matchesLabels } from '../../../resource/label-selector.ts';
import { flattenParams, mergeDeep } from './flatten-params.ts';
import type { GeneratorInput } from './generator-input.ts';
import { gitParams } from './git-params.ts';
import { fillObject } from './render-template.ts';
import { TemplateProblem } from './template-problem.ts';

/** One set of parameters for each application; `template` of the generator is laid over that of the set. */
export interface Generated {
  readonly params: readonly JsonObject[];
  readonly template: JsonObject;
}

const known = ['list', 'git', 'matrix', 'merge'] as const;
const others = ['clusters', 'pullRequest', 'scmProvider', 'clusterDecisionResource', 'plugin'] as const;
const maxParams = 5_000;

/**
 * What one generator of an ApplicationSet makes, or null while a question is open. Throws TemplateProblem for a generator that needs
 * more than the cluster and Git, or that Argo CD would refuse.
 */
export function generateParams(generator: JsonObject, input: GeneratorInput): Generated | null {
  const foreign = others.find((kind) => Object.hasOwn(generator, kind));
  if (foreign !== undefined) throw new TemplateProblem(`its generator ${foreign} asks others than the cluster and Git`);
  const kind = known.find((each) => objectAt(generator, each) !== undefined);
  if (kind === undefined)
    throw new TemplateProblem(`its generator ${Object.keys(generator).join(', ').slice(0, 60)} is not known`);
  const settings = objectAt(generator, kind) ?? {};
  const made = makers[kind](settings, input);
  if (made === null) return null;
  if (made.length > maxParams) throw new TemplateProblem(`it makes more than ${maxParams} applications`);
  const selector = generator['selector'];
  const params = made.filter((each) => matchesLabels(selector, flattenParams(each)));
  return { params, template: objectAt(settings, 'template') ?? {} };
}

type Maker = (settings: JsonObject, input: GeneratorInput) => readonly JsonObject[] | null;

const makers: Readonly<Record<(typeof known)[number], Maker>> = {
  list: listParams,
  git: gitParams,
  matrix: matrixParams,
  merge: mergeParams,
};

function listParams(settings: JsonObject, { style }: GeneratorInput): readonly JsonObject[] {
  const yaml = stringAt(settings, 'elementsYaml') ?? '';
  const more = yaml === '' ? [] : readValue(yaml);
  if (!isJsonArray(more ?? null)) throw new TemplateProblem('elementsYaml of its list generator is no list');
  const elements = arrayAt(settings, 'elements').filter(isJsonObject);
  const written = style.go ? elements : elements.map(flatElement);
  return [...written, ...(isJsonArray(more) ? more.filter(isJsonObject) : [])];
}

/** In the simple style everything is a text, and only `values` may hold more. */
function flatElement(element: JsonObject): JsonObject {
  const pairs = Object.entries(element).flatMap(([key, value]): readonly (readonly [string, string])[] => {
    if (typeof value === 'string') return [[key, value]];
    if (key !== 'values' || !isJsonObject(value)) throw new TemplateProblem(`${key} of its list generator is no text`);
    return Object.entries(value).map(([name, held]) => [
      `values.${name}`,
      typeof held === 'string' ? held : JSON.stringify(held),
    ]);
  });
  return Object.fromEntries(pairs);
}

/** Every pair of what two generators make; the second one may use parameters of the first. */
function matrixParams(settings: JsonObject, input: GeneratorInput): readonly JsonObject[] | null {
  const [first, second, ...rest] = arrayAt(settings, 'generators').filter(isJsonObject);
  if (first === undefined || second === undefined || rest.length > 0)
    throw new TemplateProblem('its matrix generator has not two generators');
  const left = generateParams(first, input)?.params;
  if (left === undefined) return null;
  const pairs: JsonObject[] = [];
  let isOpen = false;
  for (const one of left) {
    const right = generateParams(fillObject(second, one, input.style), input)?.params;
    if (right === undefined) isOpen = true;
    else for (const other of right) pairs.push(input.style.go ? mergeDeep(other, one) : combine(one, other));
    if (pairs.length > maxParams) throw new TemplateProblem(`its matrix makes more than ${maxParams} applications`);
  }
  return isOpen ? null : pairs;
}

function combine(one: JsonObject, other: JsonObject): JsonObject {
  const clash = Object.keys(other).find((key) => Object.hasOwn(one, key) && one[key] !== other[key]);
  if (clash !== undefined) throw new TemplateProblem(`both generators of its matrix make a parameter ${clash}`);
  return { ...one, ...other };
}

/** What the first generator makes, with what the others say for the same merge keys. */
function mergeParams(settings: JsonObject, input: GeneratorInput): readonly JsonObject[] | null {
  const generators = arrayAt(settings, 'generators').filter(isJsonObject);
  const keys = arrayAt(settings, 'mergeKeys').filter((key) => typeof key === 'string');
  if (generators.length < 2 || keys.length === 0)
    throw new TemplateProblem('its merge generator lacks generators or merge keys');
  const sets = generators.map((generator) => generateParams(generator, input)?.params);
  if (!sets.every((params) => params !== undefined)) return null;
  const [base = [], ...overs] = sets.map((params) => byKeys(params, keys));
  const merged = new Map(base);
  for (const over of overs) {
    for (const [key, params] of over) {
      const held = merged.get(key);
      if (held !== undefined) merged.set(key, input.style.go ? mergeDeep(held, params) : { ...held, ...params });
    }
  }
  return [...merged.values()];
}

function byKeys(params: readonly JsonObject[], keys: readonly string[]): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const each of params) {
    const key = JSON.stringify(keys.map((name) => each[name] ?? null));
    if (found.has(key)) throw new TemplateProblem(`its merge generator makes the keys ${key} twice`);
    found.set(key, each);
  }
  return found;
}
