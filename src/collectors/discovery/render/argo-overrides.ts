import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/json.ts';
import type { TreeReader } from '../../render/tree-reader.ts';

/**
 * A source with what the files `.argocd-source.yaml` and `.argocd-source-APPLICATION.yaml` of its folder change in it (JSON merge patches);
 * they may change how it is rendered, never what is read. Throws AppError `render-failed` when one is no object.
 */
export async function mergeOverrides(
  source: JsonObject,
  reader: TreeReader,
  path: string,
  application: string,
): Promise<JsonObject> {
  let merged = source;
  for (const name of ['.argocd-source.yaml', `.argocd-source-${application}.yaml`]) {
    const file = path === '' ? name : `${path}/${name}`;
    const exists = (await reader.list(file)).some((entry) => entry.path === file);
    if (exists) merged = mergePatch(merged, await reader.yaml(file));
  }
  const { kustomize, helm, directory, plugin } = merged;
  const tools = Object.entries({ kustomize, helm, directory, plugin }).flatMap(
    ([key, value]): readonly (readonly [string, JsonValue])[] => (value === undefined ? [] : [[key, value]]),
  );
  const { kustomize: _k, helm: _h, directory: _d, plugin: _p, ...rest } = source;
  return { ...rest, ...Object.fromEntries(tools) };
}

/** RFC 7396. */
function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const held = merged.get(key);
    if (value === null) merged.delete(key);
    else if (isJsonObject(value)) merged.set(key, mergePatch(isJsonObject(held) ? held : {}, value));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}
