import { createHash } from 'node:crypto';
import { formatJson, type JsonObject, objectAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';

/** What asks an engine to look again, and says nothing of what it declares. */
const requests = new Set([
  'argocd.argoproj.io/refresh',
  'argocd.argoproj.io/hydrate',
  'reconcile.fluxcd.io/requestedAt',
  'reconcile.fluxcd.io/forceAt',
  'reconcile.fluxcd.io/resetAt',
]);

/**
 * Tells two versions of an engine object apart by what they declare. Engines write into status and bookkeeping all the time: none of
 * that changes it.
 */
export function definitionDigest({ apiVersion, body }: Resource): string {
  const { spec = null } = body;
  const metadata = objectAt(body, 'metadata') ?? {};
  const annotations = Object.entries(objectAt(metadata, 'annotations') ?? {}).filter(([key]) => !requests.has(key));
  const said: JsonObject = {
    apiVersion,
    spec,
    labels: objectAt(metadata, 'labels') ?? {},
    annotations: Object.fromEntries(annotations),
    isLeaving: metadata['deletionTimestamp'] !== undefined,
  };
  return createHash('sha256').update(formatJson(said)).digest('base64');
}
