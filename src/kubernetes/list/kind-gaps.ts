import type { KindRef } from '../../collectors/live-source.ts';
import { groupOf } from '../../resource/resource-id.ts';
import type { Gap } from '../../resource/snapshot.ts';
import type { Refusal } from '../connection/kubernetes-errors.ts';
import type { Discovery } from '../discovery/discover-kinds.ts';
import { describeKind, type ServedKind } from '../discovery/served-kind.ts';

/** The gap of a kind that discovery does not name. */
export function unknownKindGap(ref: KindRef, discovery: Pick<Discovery, 'unavailable'>): Gap {
  const down = discovery.unavailable.get(ref.apiVersion);
  return {
    what: `${ref.kind} of ${ref.apiVersion}`,
    why: down ?? 'the server does not know this kind',
    remedy:
      down === undefined
        ? 'Install its CustomResourceDefinition or correct the apiVersion'
        : `Look at APIService ${ref.apiVersion}`,
    scope: { group: groupOf(ref.apiVersion), kind: ref.kind },
  };
}

/** The gap of a kind that was refused or could not be read. */
export function unreadKindGap(served: ServedKind, why: string, remedy: string): Gap {
  return { what: describeKind(served), why, remedy, scope: { group: served.group, kind: served.kind } };
}

export function refusedGap(served: ServedKind, refusal: Refusal): Gap {
  if (refusal.status === 403) {
    return unreadKindGap(served, 'forbidden', `Grant get, list and watch on ${describeKind(served)} (docs/rbac.md)`);
  }
  return unreadKindGap(served, refusal.message, 'See the log of the API server and of what serves this API');
}

/** Objects that came without a name or as another kind: nobody can judge them, and others of the kind are complete. */
export function poisonGap(served: ServedKind, count: number): Gap {
  return {
    what: `${count} of ${describeKind(served)}`,
    why: 'the server sent something that is no object of this kind',
    remedy: 'Look at what serves this API',
    scope: { group: served.group, kind: served.kind, name: '' },
  };
}

/** Said once when Secrets are read without their data. */
export const secretDataGap: Gap = {
  what: 'data of Secrets',
  why: 'read metadata-only',
  remedy: 'Set live.readSecrets to true to compare it; values never leave the process',
  scope: { group: '', kind: 'Secret' },
  partial: true,
};
