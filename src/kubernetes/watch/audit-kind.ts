import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { listKind } from '../list/list-kind.ts';
import type { LiveObject } from '../list/live-object.ts';
import type { ReadContext } from '../list/read-kinds.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { compareVersions, isOlder } from './compare-versions.ts';
import type { KindStore } from './kind-store.ts';

/** Where the cache and a list of the server disagree, by key. */
export type Suspects = ReadonlyMap<string, 'missing' | 'too-many' | 'outdated' | 'another-uid'>;

type Listed = Pick<LiveObject, 'key' | 'uid' | 'version'>;

/**
 * Compares what is held with a list of the server at `listVersion`. Events may be under way, so that a suspect of one
 * comparison proves nothing yet; one of two comparisons in a row does.
 */
export function suspectsOf(listed: readonly Listed[], listVersion: string, store: KindStore): Suspects {
  const suspects = new Map<string, 'missing' | 'too-many' | 'outdated' | 'another-uid'>();
  const keys = new Set<string>();
  for (const { key, uid, version } of listed) {
    keys.add(key);
    const held = store.get(key);
    if (held === undefined) suspects.set(key, 'missing');
    else if (isOlder(held.version, version)) suspects.set(key, held.uid === uid ? 'outdated' : 'another-uid');
  }
  for (const key of store.keys()) {
    if (keys.has(key)) continue;
    // What is newer than the list was made after it.
    const order = compareVersions(store.get(key)?.version ?? '', listVersion);
    if (order !== undefined && order <= 0) suspects.set(key, 'too-many');
  }
  return suspects;
}

export function inBoth(first: Suspects, second: Suspects): readonly string[] {
  return [...first.keys()].filter((key) => second.get(key) === first.get(key)).sort();
}

export interface AuditSubject {
  readonly served: ServedKind;
  readonly store: KindStore;
  /** How long events may be under way. */
  readonly settleMs: number;
}

type AuditContext = Pick<ReadContext, 'budget' | 'takeTurn' | 'pageSize'> & {
  readonly connection: KubernetesConnection;
};

/** Keys that the cache has wrong, proved by two metadata lists; null when the server did not give them. */
export async function auditKind(
  context: AuditContext,
  subject: AuditSubject,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  const first = await compareOnce(context, subject, signal);
  if (first === null || first.size === 0) return first === null ? null : [];
  await sleep(subject.settleMs, undefined, { signal, ref: false });
  const second = await compareOnce(context, subject, signal);
  return second === null ? null : inBoth(first, second);
}

async function compareOnce(
  context: AuditContext,
  subject: AuditSubject,
  signal: AbortSignal,
): Promise<Suspects | null> {
  const { budget, takeTurn, pageSize, connection } = context;
  const options = { metadataOnly: true, takeTurn, ...(pageSize === undefined ? {} : { pageSize }) };
  const outcome = await budget.run(() => listKind(connection, subject.served, options, signal), signal);
  return outcome.kind === 'listed' ? suspectsOf(outcome.objects, outcome.version, subject.store) : null;
}
