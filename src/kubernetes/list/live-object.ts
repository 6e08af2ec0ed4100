import { isJsonObject, type JsonValue, objectAt, stringAt } from '../../resource/json.ts';
import { withholdLastApplied } from '../../resource/last-applied.ts';
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

/**
 * One item of a list or one watch event as a live object, or undefined when it has no name or is of another kind. List
 * items of built-in kinds carry no apiVersion and kind; metadata-only ones carry those of PartialObjectMetadata.
 */
export function readLiveObject(item: JsonValue, served: ServedKind, metadataOnly = false): LiveObject | undefined {
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
      body: withholdLastApplied(body),
      origin: null,
      ...(metadataOnly ? { metadataOnly } : {}),
    },
  };
}

export function isSecret(served: { readonly group: string; readonly kind: string }): boolean {
  return served.group === '' && served.kind === 'Secret';
}
