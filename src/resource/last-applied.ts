import { type JsonObject, objectAt } from './json.ts';

/** The annotation in which `kubectl apply` repeats the whole object, a Secret's values included. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object without the text of its last-applied annotation. Done at the door, before anything else sees the object. The empty
 * annotation stays: that it existed tells who applied the object.
 */
export function withholdLastApplied(body: JsonObject): JsonObject {
  const metadata = objectAt(body, 'metadata');
  const annotations = objectAt(metadata, 'annotations');
  if (annotations === undefined || !Object.hasOwn(annotations, lastAppliedAnnotation)) return body;
  return { ...body, metadata: { ...metadata, annotations: { ...annotations, [lastAppliedAnnotation]: '' } } };
}
