import { isJsonObject, type JsonObject, objectAt } from '../resource/json.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Takes `last-applied-configuration` off an object: of a Secret that kubectl applied it holds the values in clear. The body itself
 * is not changed. Done at the door, before anything else sees the object.
 */
export function stripLastApplied(body: JsonObject): JsonObject {
  const metadata = objectAt(body, 'metadata');
  const annotations = objectAt(metadata, 'annotations');
  if (metadata === undefined || annotations === undefined || !Object.hasOwn(annotations, lastApplied)) return body;
  const { [lastApplied]: _, ...kept } = annotations;
  if (Object.keys(kept).length > 0) return { ...body, metadata: { ...metadata, annotations: kept } };
  const { annotations: __, ...rest } = metadata;
  return { ...body, metadata: isJsonObject(rest) ? rest : {} };
}
