import { isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ServedKind } from '../discovery/served-kind.ts';

/** An object as the store holds it. */
export interface LiveObject {
  /** `namespace/name`; unique within a kind. */
  readonly key: string;
  readonly uid: string;
  readonly version: string;
  readonly resource: Resource;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * One item of a list or one watch event as a live object, or undefined when it has no name or is of another kind. List
 * items of built-in kinds carry no apiVersion and kind; metadata-only ones carry those of PartialObjectMetadata.
 */
export function readLiveObject(item: JsonValue, served: ServedKind): LiveObject | undefined {
  const metadata = objectAt(item, 'metadata');
  const name = stringAt(metadata, 'name');
  if (!isJsonObject(item) || metadata === undefined || name === undefined || name === '') return undefined;
  const kind = stringAt(item, 'kind');
  if (kind !== undefined && kind !== served.kind && kind !== 'PartialObjectMetadata') return undefined;
  const namespace = stringAt(metadata, 'namespace') ?? '';
  const body = { ...item, apiVersion: served.apiVersion, kind: served.kind };
  return {
    key: `${namespace}/${name}`,
    uid: stringAt(metadata, 'uid') ?? '',
    version: stringAt(metadata, 'resourceVersion') ?? '',
    resource: {
      id: { group: served.group, kind: served.kind, namespace, name },
      apiVersion: served.apiVersion,
      body: isSecret(served) ? withoutLastApplied(body) : body,
      origin: null,
    },
  };
}

export function isSecret(served: { readonly group: string; readonly kind: string }): boolean {
  return served.group === '' && served.kind === 'Secret';
}

/** The annotation of `kubectl apply` repeats every value of a Secret; it is dropped before anything else sees the object. */
function withoutLastApplied(body: JsonObject): JsonObject {
  const metadata = objectAt(body, 'metadata');
  const annotations = objectAt(metadata, 'annotations');
  if (annotations === undefined || !Object.hasOwn(annotations, lastApplied)) return body;
  const { [lastApplied]: _dropped, ...kept } = annotations;
  return { ...body, metadata: { ...metadata, annotations: kept } };
}
