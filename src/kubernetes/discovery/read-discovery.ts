import { arrayAt, type JsonValue, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import { groupOf } from '../../resource/resource-id.ts';
import { groupVersionPath, kindKey, type ServedKind } from './served-kind.ts';

/** What discovery documents say: kinds by kindKey, and group versions whose server does not answer. */
export interface DiscoveredKinds {
  readonly kinds: Map<string, ServedKind>;
  readonly unavailable: Map<string, string>;
}

/** Reads an aggregated document (APIGroupDiscoveryList v2 or v2beta1) into `found`. */
export function readAggregatedDiscovery(document: JsonValue, found: DiscoveredKinds): void {
  for (const group of arrayAt(document, 'items')) {
    const groupName = stringAt(group, 'metadata', 'name') ?? '';
    for (const version of arrayAt(group, 'versions')) {
      const name = stringAt(version, 'version') ?? '';
      const apiVersion = groupName === '' ? name : `${groupName}/${name}`;
      if (stringAt(version, 'freshness') === 'Stale') {
        found.unavailable.set(apiVersion, 'the server behind this API does not answer');
      }
      for (const resource of arrayAt(version, 'resources')) {
        addKind(found, apiVersion, {
          kind: stringAt(resource, 'responseKind', 'kind'),
          plural: stringAt(resource, 'resource'),
          namespaced: stringAt(resource, 'scope') === 'Namespaced',
          verbs: arrayAt(resource, 'verbs'),
        });
      }
    }
  }
}

/** Reads the APIResourceList of one group version into `found`. */
export function readResourceList(apiVersion: string, document: JsonValue, found: DiscoveredKinds): void {
  for (const resource of arrayAt(document, 'resources')) {
    const plural = stringAt(resource, 'name');
    if (plural === undefined || plural.includes('/')) continue;
    addKind(found, apiVersion, {
      kind: stringAt(resource, 'kind'),
      plural,
      namespaced: valueAt(objectAt(resource), 'namespaced') === true,
      verbs: arrayAt(resource, 'verbs'),
    });
  }
}

interface Named {
  readonly kind: string | undefined;
  readonly plural: string | undefined;
  readonly namespaced: boolean;
  readonly verbs: readonly unknown[];
}

function addKind(found: DiscoveredKinds, apiVersion: string, named: Named): void {
  const { kind, plural, namespaced } = named;
  if (kind === undefined || plural === undefined) return;
  const key = kindKey({ apiVersion, kind });
  const verbs = named.verbs.filter((verb) => typeof verb === 'string');
  // Two resources may answer with one kind; the one that can be listed is the kind itself.
  if (found.kinds.has(key) && !verbs.includes('list')) return;
  const path = `${groupVersionPath(apiVersion)}/${plural}`;
  found.kinds.set(key, { apiVersion, group: groupOf(apiVersion), kind, plural, namespaced, verbs, path });
}
