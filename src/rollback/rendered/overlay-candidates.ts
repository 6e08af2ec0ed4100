import { isJsonArray, isJsonObject, type JsonValue, stringAt } from '../../resource/json.ts';
import type { FieldPath } from '../../resource/field-path.ts';
import { editManifest, editYaml, readYaml } from '../edit/edit-manifest.ts';
import { listObjects, type ListedObject } from '../edit/find-object.ts';
import type { Edit } from '../edit/primitive-edit.ts';
import { findPath, valueAtSteps } from '../edit/tree-path.ts';
import { patchDocument, patchFileName } from './new-patch.ts';
import type { Candidate, PlacementQuestion } from './rendered-source.ts';

/**
 * Places of a kustomization that may produce a field, the most local first: what the overlay already says about it, its image and
 * replica entries, its own resources, and at last a new patch. Files outside the overlay's folder serve others too and are never
 * touched.
 */
export function* overlayCandidates(question: PlacementQuestion): Generator<Candidate> {
  const own = ownObjects(question);
  yield* editsOf(
    question,
    own.filter(({ tree }) => findPath(tree, question.edit.path).rest.length === 0),
  );
  yield* imageEntries(question);
  yield* replicaEntries(question);
  yield* editsOf(
    question,
    own.filter(({ tree }) => findPath(tree, question.edit.path).rest.length > 0),
  );
  yield* newPatch(question);
}

interface OwnObject {
  readonly file: string;
  readonly object: ListedObject;
  readonly tree: JsonValue;
}

/** Objects and patches of the overlay's own files that are about the target, whatever prefix its name gets. */
function ownObjects({ source, texts, target }: PlacementQuestion): readonly OwnObject[] {
  const found: OwnObject[] = [];
  for (const [file, text] of texts) {
    if (!isInside(file, source.folder) || isKustomization(file) || !/\.(ya?ml|json)$/i.test(file)) continue;
    for (const object of listObjects(text)) {
      if (object.kind !== target.id.kind || object.name === '' || !target.id.name.includes(object.name)) continue;
      found.push({ file, object, tree: object.tree });
    }
  }
  return found;
}

/** Beyond every element: a new one goes to the end. */
const atEnd = { kind: 'index', index: Number.MAX_SAFE_INTEGER } as const;

function* editsOf({ texts, edit }: PlacementQuestion, objects: readonly OwnObject[]): Generator<Candidate> {
  for (const { file, object } of objects) {
    const outcome = editManifest(texts.get(file) ?? '', file, object, [edit]);
    if (outcome.kind === 'edited') yield new Map([[file, outcome.text]]);
  }
}

/** `images:` entries: the one that made the present image, or a new one. */
function* imageEntries(question: PlacementQuestion): Generator<Candidate> {
  const { edit, target } = question;
  const last = edit.path.at(-1);
  if (edit.op !== 'set' || typeof edit.value !== 'string' || last?.kind !== 'field' || last.name !== 'image') return;
  const found = findPath(target.body, edit.path);
  const now = found.rest.length === 0 ? valueAtSteps(target.body, found.steps) : undefined;
  if (typeof now !== 'string') return;
  const from = splitImage(now);
  const wanted = imageFields(from, splitImage(edit.value));
  for (const [index, entry] of listOf(question, 'images').entries()) {
    if (!isJsonObject(entry) || (stringAt(entry, 'newName') ?? stringAt(entry, 'name')) !== from.name) continue;
    const { newTag: _tag, digest: _digest, ...rest } = entry;
    const path = [field('images'), { kind: 'index', index } as const];
    yield* editKustomization(question, { op: 'set', path, value: { ...rest, ...wanted } });
  }
  const path = [field('images'), atEnd];
  yield* editKustomization(question, { op: 'set', path, value: { name: from.name, ...wanted } });
}

function imageFields(from: ImageParts, to: ImageParts): Record<string, string> {
  return {
    ...(to.name === from.name ? {} : { newName: to.name }),
    ...(to.tag === undefined ? {} : { newTag: to.tag }),
    ...(to.digest === undefined ? {} : { digest: to.digest }),
  };
}

function* replicaEntries(question: PlacementQuestion): Generator<Candidate> {
  const { edit, target } = question;
  const [first, second, ...more] = edit.path;
  const isReplicas =
    first?.kind === 'field' && first.name === 'spec' && second?.kind === 'field' && second.name === 'replicas';
  if (edit.op !== 'set' || !isReplicas || more.length > 0) return;
  for (const [index, entry] of listOf(question, 'replicas').entries()) {
    const name = stringAt(entry, 'name');
    if (name === undefined || !target.id.name.includes(name)) continue;
    yield* editKustomization(question, {
      op: 'set',
      path: [field('replicas'), { kind: 'index', index }, field('count')],
      value: edit.value,
    });
  }
  const value = { name: target.id.name, count: edit.value };
  yield* editKustomization(question, { op: 'set', path: [field('replicas'), atEnd], value });
}

/** A strategic merge patch in a file of its own, named in the kustomization. */
function* newPatch(question: PlacementQuestion): Generator<Candidate> {
  const { source, texts, target, edit } = question;
  const names = new Set([target.id.name, ...baseNames(question)]);
  for (const name of names) {
    const patch = patchDocument({ apiVersion: target.apiVersion, kind: target.id.kind, name }, edit);
    if (patch === undefined) return;
    const file = patchFileName(texts, source.folder, target.id);
    const entry = { path: file.slice(source.folder === '' ? 0 : source.folder.length + 1) };
    for (const candidate of editKustomization(question, {
      op: 'set',
      path: [field('patches'), atEnd],
      value: entry,
    })) {
      yield new Map([...candidate, [file, patch]]);
    }
  }
}

/** Names that the object has before prefixes and suffixes. */
function baseNames({ texts, target }: PlacementQuestion): readonly string[] {
  return [...texts].flatMap(([file, text]) => {
    if (isKustomization(file) || !/\.(ya?ml|json)$/i.test(file)) return [];
    const same = listObjects(text).filter(
      ({ kind, name }) => kind === target.id.kind && name !== '' && target.id.name.includes(name),
    );
    return same.map(({ name }) => name);
  });
}

function* editKustomization({ source, texts }: PlacementQuestion, edit: Edit): Generator<Candidate> {
  const file = [...texts.keys()].find((path) => isKustomization(path) && folderOf(path) === source.folder);
  if (file === undefined) return;
  const outcome = editYaml(texts.get(file) ?? '', file, [edit]);
  if (outcome.kind === 'edited') yield new Map([[file, outcome.text]]);
}

function listOf({ source, texts }: PlacementQuestion, key: string): readonly JsonValue[] {
  for (const [file, text] of texts) {
    if (!isKustomization(file) || folderOf(file) !== source.folder) continue;
    const tree = readYaml(text);
    const list = isJsonObject(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
    return isJsonArray(list) ? list : [];
  }
  return [];
}

export interface ImageParts {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export function splitImage(image: string): ImageParts {
  const [withTag = '', digest] = image.split('@');
  const colon = withTag.lastIndexOf(':');
  const hasTag = colon > withTag.lastIndexOf('/');
  return {
    name: hasTag ? withTag.slice(0, colon) : withTag,
    tag: hasTag ? withTag.slice(colon + 1) : undefined,
    digest,
  };
}

function isKustomization(file: string): boolean {
  return /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(file);
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
}

function isInside(file: string, folder: string): boolean {
  return folder === '' ? !file.startsWith('../') : file.startsWith(`${folder}/`);
}

function field(name: string): FieldPath[number] {
  return { kind: 'field', name };
}
