import {
  isJsonArray,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../../resource/json.ts';
import type { KustomizeEdits, LabelEdit } from '../discovered-source.ts';
import { renderFailed } from '../../render/refusal.ts';

/** A kustomization as an engine changes it before it builds. `exists` tells whether a component is there. Throws AppError `render-failed`. */
export function editKustomization(
  kustomization: JsonObject,
  edits: KustomizeEdits,
  file: string,
  exists: (component: string) => boolean,
): JsonObject {
  const components = (edits.components ?? []).filter((each) => edits.ignoreMissingComponents !== true || exists(each));
  const legacy = edits.legacy ?? { patchesStrategicMerge: [], patchesJson6902: [] };
  return {
    ...kustomization,
    ...own('namePrefix', edits.namePrefix),
    ...own('nameSuffix', edits.nameSuffix),
    ...own('namespace', edits.namespace),
    ...appended(kustomization, 'patches', edits.patches ?? []),
    ...appended(kustomization, 'components', components),
    ...appended(
      kustomization,
      'patchesStrategicMerge',
      legacy.patchesStrategicMerge.map((patch) => JSON.stringify(patch)),
    ),
    ...appended(kustomization, 'patchesJson6902', legacy.patchesJson6902.map(withTextPatch)),
    ...images(kustomization, edits),
    ...replicas(kustomization, edits.replicas ?? []),
    ...(edits.labels === undefined ? {} : labels(kustomization, edits.labels, file)),
    ...(edits.annotations === undefined
      ? {}
      : { commonAnnotations: mergePairs(kustomization, 'commonAnnotations', edits.annotations, file) }),
  };
}

/** Whether there is nothing to change, so that the file can stay as it is. */
export function isEmptyEdit(edits: KustomizeEdits): boolean {
  return Object.values(edits).every((value) => {
    if (isJsonArray(value)) return value.length === 0;
    if (typeof value === 'boolean') return true;
    return typeof value === 'object' && 'patchesJson6902' in value
      ? value.patchesJson6902.length === 0 && value.patchesStrategicMerge.length === 0
      : value === undefined || value === '';
  });
}

function own(key: string, value: string | undefined): JsonObject {
  return value === undefined || value === '' ? {} : { [key]: value };
}

function appended(kustomization: JsonObject, key: string, more: JsonArray): JsonObject {
  return more.length === 0 ? {} : { [key]: [...listOf(kustomization[key]), ...more] };
}

function withTextPatch(patch: JsonObject): JsonObject {
  const operations = patch['patch'];
  return { ...patch, patch: typeof operations === 'string' ? operations : JSON.stringify(operations ?? []) };
}

function images(kustomization: JsonObject, { images: wanted = [], imagesKeep = false }: KustomizeEdits): JsonObject {
  if (wanted.length === 0) return {};
  const held = [...listOf(kustomization['images'])];
  for (const image of wanted) {
    const index = held.findIndex((each) => stringAt(each, 'name') === stringAt(image, 'name'));
    const before = index < 0 ? {} : (objectAt({ of: held[index] ?? null }, 'of') ?? {});
    const next = imagesKeep ? keepUnset(before, image) : replaceImage(before, image);
    if (index < 0) held.push(next);
    else held[index] = next;
  }
  return { images: held };
}

/** What the edit leaves open stays; tag and digest are one choice. */
function keepUnset(before: JsonObject, image: JsonObject): JsonObject {
  const { newTag: _tag, digest: _digest, ...rest } = before;
  const setsVersion = Boolean(stringAt(image, 'newTag')) || Boolean(stringAt(image, 'digest'));
  const filled = Object.fromEntries(Object.entries(image).filter(([, value]) => value !== ''));
  return { ...(setsVersion ? rest : before), ...filled };
}

/** `kustomize edit set image` puts the whole entry anew; `*` keeps that part of the old one. */
function replaceImage(before: JsonObject, image: JsonObject): JsonObject {
  const entries = Object.entries(image).map(([key, value]) => [key, value === '*' ? before[key] : value] as const);
  const kept: Record<string, JsonValue> = {};
  for (const [key, value] of entries) if (value !== undefined) kept[key] = value;
  return kept;
}

function replicas(kustomization: JsonObject, wanted: readonly JsonObject[]): JsonObject {
  if (wanted.length === 0) return {};
  const names = new Set(wanted.map((each) => stringAt(each, 'name')));
  return {
    replicas: [...listOf(kustomization['replicas']).filter((each) => !names.has(stringAt(each, 'name'))), ...wanted],
  };
}

function labels(kustomization: JsonObject, edit: LabelEdit, file: string): JsonObject {
  if (edit.selectors) return { commonLabels: mergePairs(kustomization, 'commonLabels', edit, file) };
  const entry = { pairs: edit.pairs, includeSelectors: false, ...(edit.templates ? { includeTemplates: true } : {}) };
  return { labels: [...listOf(kustomization['labels']), entry] };
}

function mergePairs(
  kustomization: JsonObject,
  key: string,
  { pairs, force }: { readonly pairs: Readonly<Record<string, string>>; readonly force: boolean },
  file: string,
): JsonObject {
  const held = objectAt(kustomization, key) ?? {};
  const twice = Object.keys(pairs).find((name) => Object.hasOwn(held, name));
  if (twice !== undefined && !force)
    throw renderFailed(file, `${key} has ${twice} already, and the application does not force its own`);
  return { ...held, ...pairs };
}

function listOf(value: JsonValue | undefined): JsonArray {
  return isJsonArray(value) ? value : [];
}

/** The kustomization that Flux makes for a folder without one: every manifest below it; a folder that has one counts as a whole. */
export function generateKustomization(paths: readonly string[], folder: string): JsonObject {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const kustomized = inside.flatMap((path) => /^(.+)\/(?:kustomization\.ya?ml|Kustomization)$/.exec(path)?.[1] ?? []);
  const topmost = [...new Set(kustomized)].filter((each) => !kustomized.some((other) => each.startsWith(`${other}/`)));
  const files = inside.filter((path) => /\.ya?ml$/.test(path) && !topmost.some((each) => path.startsWith(`${each}/`)));
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...files, ...topmost].sort().map((path) => `./${path}`),
  };
}
