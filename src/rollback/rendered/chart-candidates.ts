import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../resource/json.ts';
import type { FieldPath } from '../../resource/field-path.ts';
import { editYaml, readYaml } from '../edit/edit-manifest.ts';
import type { Edit } from '../edit/primitive-edit.ts';
import { sameTree } from '../edit/same-tree.ts';
import { findPath, valueAtSteps } from '../edit/tree-path.ts';
import type { Candidate, PlacementQuestion } from './rendered-source.ts';

/**
 * Values of a chart that may produce a field: leaves with the very value, then leaves that are the part of it that changes (a tag
 * inside an image), then collections that it holds whole; at last a literal in the object's own template. Likely names first.
 */
export function* chartCandidates(question: PlacementQuestion): Generator<Candidate> {
  const { edit, target } = question;
  const found = findPath(target.body, edit.path);
  const now = found.rest.length === 0 ? valueAtSteps(target.body, found.steps) : undefined;
  const files = valueFiles(question).reverse();
  for (const file of files) yield* leafCandidates(question, file, now);
  for (const file of files) yield* collectionCandidates(question, file);
  yield* templateLiteral(question, now);
}

interface Leaf {
  readonly path: FieldPath;
  readonly value: JsonValue;
}

function* leafCandidates(question: PlacementQuestion, file: string, now: JsonValue | undefined): Generator<Candidate> {
  const { edit } = question;
  if (edit.op !== 'set' || now === undefined || isCollection(now) || isCollection(edit.value)) return;
  const text = question.texts.get(file) ?? '';
  const leaves = leavesOf(readYaml(text)).sort((a, b) => likeness(b.path, edit.path) - likeness(a.path, edit.path));
  const exact = leaves
    .filter(({ value }) => value !== '' && sameScalar(value, now))
    .map(({ path }) => ({ path, value: edit.value }));
  const parts = leaves.flatMap(({ path, value }) => {
    const part = replacedPart(now, edit.value, value);
    return part === undefined ? [] : [{ path, value: part }];
  });
  for (const change of [...exact, ...parts]) yield* editValues(file, text, { op: 'set', ...change });
}

/** A member or element is added to, changed in or removed from a collection of the values that the object shows whole. */
function* collectionCandidates(question: PlacementQuestion, file: string): Generator<Candidate> {
  const { edit, target } = question;
  const text = question.texts.get(file) ?? '';
  const leaf = edit.path.at(-1);
  const parent = edit.path.slice(0, -1);
  const found = findPath(target.body, parent);
  const shown = found.rest.length === 0 ? valueAtSteps(target.body, found.steps) : undefined;
  if (leaf === undefined) return;
  const collections = collectionsOf(readYaml(text)).filter(({ value }) => isWithin(value, shown));
  collections.sort((a, b) => likeness(b.path, parent) - likeness(a.path, parent));
  for (const { path } of collections) yield* editValues(file, text, { ...edit, path: [...path, leaf] });
}

/** `key: value` in the object's template, where no value stands behind it. */
function* templateLiteral(
  { edit, target, texts }: PlacementQuestion,
  now: JsonValue | undefined,
): Generator<Candidate> {
  const file = target.origin?.file;
  const text = file === undefined ? undefined : texts.get(file);
  const last = edit.path.at(-1);
  if (edit.op !== 'set' || file === undefined || text === undefined || last?.kind !== 'field') return;
  if (now === undefined || isCollection(now) || isCollection(edit.value)) return;
  const [literal, wanted] = [String(now), String(edit.value)];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const at = line.indexOf(`${last.name}:`) + last.name.length + 1;
    const value = line.slice(at);
    if (at <= last.name.length || value.includes('{{') || !value.includes(literal)) continue;
    yield new Map([[file, lines.with(index, line.slice(0, at) + value.replace(literal, () => wanted)).join('\n')]]);
  }
}

function* editValues(file: string, text: string, edit: Edit): Generator<Candidate> {
  const outcome = editYaml(text, file, [edit]);
  if (outcome.kind === 'edited' && outcome.text !== text) yield new Map([[file, outcome.text]]);
}

function valueFiles({ source, texts }: PlacementQuestion): string[] {
  const own = `${source.folder === '' ? '' : `${source.folder}/`}values.yaml`;
  return [own, ...source.valueFiles].filter((file) => texts.has(file));
}

function leavesOf(tree: JsonValue | undefined, path: FieldPath = []): Leaf[] {
  if (tree === undefined) return [];
  if (!isCollection(tree)) return [{ path, value: tree }];
  return childrenOf(tree).flatMap(([segment, value]) => leavesOf(value, [...path, segment]));
}

function collectionsOf(tree: JsonValue | undefined, path: FieldPath = []): Leaf[] {
  if (tree === undefined || !isCollection(tree)) return [];
  return [
    { path, value: tree },
    ...childrenOf(tree).flatMap(([segment, value]) => collectionsOf(value, [...path, segment])),
  ];
}

function childrenOf(tree: JsonValue): readonly (readonly [FieldPath[number], JsonValue])[] {
  if (isJsonArray(tree)) return tree.map((value, index) => [{ kind: 'index', index }, value]);
  if (!isJsonObject(tree)) return [];
  return Object.entries(tree).map(([name, value]) => [{ kind: 'field', name }, value]);
}

/** `example/web:1.27` to `example/web:1.28` with the leaf `1.27`: the leaf becomes `1.28`. */
function replacedPart(now: JsonValue, wanted: JsonValue, leaf: JsonValue): string | undefined {
  if (typeof now !== 'string' || typeof wanted !== 'string') return undefined;
  const part = typeof leaf === 'string' || typeof leaf === 'number' ? String(leaf) : '';
  const at = part === '' || part === now ? -1 : now.indexOf(part);
  if (at < 0) return undefined;
  const before = now.slice(0, at);
  const after = now.slice(at + part.length);
  const fits = wanted.startsWith(before) && wanted.endsWith(after) && wanted.length > before.length + after.length;
  return fits ? wanted.slice(before.length, wanted.length - after.length) : undefined;
}

function sameScalar(a: JsonValue, b: JsonValue): boolean {
  return !isCollection(a) && !isCollection(b) && String(a) === String(b);
}

/** Whether everything in a collection of the values is shown in the object's own. */
function isWithin(values: JsonValue, shown: JsonValue | undefined): boolean {
  if (shown === undefined) return childrenOf(values).length === 0;
  if (isJsonArray(values))
    return isJsonArray(shown) && values.every((value) => shown.some((other) => sameTree(value, other)));
  if (!isJsonObject(values) || !isJsonObject(shown)) return false;
  return Object.entries(values).every(
    ([key, value]) => Object.hasOwn(shown, key) && sameTree(value, shown[key] ?? null),
  );
}

/** How many names of two paths look alike, from the end: `image.tag` is unlike `spec.replicas`, `replicaCount` is like it. */
function likeness(values: FieldPath, wanted: FieldPath): number {
  const names = namesOf(values);
  return namesOf(wanted).reduce((score, name, index) => {
    const like = names.some((own) => own.includes(name) || name.includes(own));
    return like ? score + 1 + index : score;
  }, 0);
}

function namesOf(path: FieldPath): readonly string[] {
  return path.flatMap((segment) => (segment.kind === 'field' ? [segment.name.toLowerCase().replace(/s$/, '')] : []));
}

function isCollection(value: JsonValue): value is JsonArray | JsonObject {
  return typeof value === 'object' && value !== null;
}
