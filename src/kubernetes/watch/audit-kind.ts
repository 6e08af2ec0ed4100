import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesConnection } from '../connection/kubernetes-connection.ts';
import { listKind } from '../list/list-kind.ts';
import type { LiveObject } from '../list/live-object.ts';
import type { ReadContext } from '../list/read-kinds.ts';
import type { ServedKind } from '../discovery/served-kind.ts';
import { compareVersions, isOlder } from './compare-versions.ts';
import type { KindCache } from './kind-cache.ts';
import type { KindStore } from './kind-store.ts';

const lookMs = 100;

/** Where the cache and a list of the server disagree about one object; `uid` and `version` are those of whoever has it. */
export interface Suspect {
  readonly reason: 'missing' | 'too-many' | 'outdated';
  readonly uid: string;
  readonly version: string;
}

type Listed = Pick<LiveObject, 'key' | 'uid' | 'version'>;

/** Compares what is held with a list of the server at `listVersion`. Events may be under way: a suspect is no proof yet. */
export function suspectsOf(
  listed: readonly Listed[],
  listVersion: string,
  store: KindStore,
): ReadonlyMap<string, Suspect> {
  const suspects = new Map<string, Suspect>();
  const keys = new Set<string>();
  for (const { key, uid, version } of listed) {
    keys.add(key);
    const held = store.get(key);
    if (held === undefined) suspects.set(key, { reason: 'missing', uid, version });
    else if (isOlder(held.version, version)) suspects.set(key, { reason: 'outdated', uid, version });
  }
  for (const key of store.keys()) {
    const held = store.get(key);
    if (held === undefined || keys.has(key)) continue;
    // What is newer than the list was made after it.
    const order = compareVersions(held.version, listVersion);
    if (order !== undefined && order <= 0)
      suspects.set(key, { reason: 'too-many', uid: held.uid, version: held.version });
  }
  return suspects;
}

/** Those that the cache is still at odds with, once the watch has passed the list they come from. */
export function stillSuspect(suspects: ReadonlyMap<string, Suspect>, store: KindStore): ReadonlyMap<string, Suspect> {
  const isAtOdds = ([key, suspect]: [string, Suspect]): boolean => {
    const held = store.get(key);
    switch (suspect.reason) {
      case 'missing':
        return held === undefined;
      case 'outdated':
        return held !== undefined && isOlder(held.version, suspect.version);
      case 'too-many':
        return held?.uid === suspect.uid && held.version === suspect.version;
    }
  };
  return new Map([...suspects].filter(isAtOdds));
}

/**
 * Those that are proved wrong. What was missing may have been deleted by then, so `later`, a list read after that, must still have
 * the same object. What the cache holds by the time it has been read is no evidence: a deletion may have come since.
 */
export function provedWrong(suspects: ReadonlyMap<string, Suspect>, later: readonly Listed[]): readonly string[] {
  const uids = new Map(later.map(({ key, uid }) => [key, uid]));
  return [...suspects]
    .filter(([key, { reason, uid }]) => reason !== 'missing' || uids.get(key) === uid)
    .map(([key]) => key)
    .sort();
}

/** What an audit of one kind has proved. */
export type AuditOutcome =
  | { readonly kind: 'equal' }
  /** The server did not give a list, or the kind is being listed anew. */
  | { readonly kind: 'unanswered' }
  /** The watch has not come as far as the list in time: its connection is dead, or very slow. */
  | { readonly kind: 'behind' }
  /** The server is older than what it told before: its versions went back. */
  | { readonly kind: 'past' }
  /** The watch has passed the list, and still these keys are wrong: events were lost. */
  | { readonly kind: 'wrong'; readonly keys: readonly string[] };

export interface AuditSubject {
  readonly served: ServedKind;
  readonly cache: KindCache;
  /** How long the watch has time to come as far as a list; a quiet one does so with a bookmark, about once a minute. */
  readonly settleMs: number;
}

type AuditContext = Pick<ReadContext, 'budget' | 'takeTurn' | 'pageSize'> & {
  readonly connection: KubernetesConnection;
};

/** Compares a kind with a metadata list, and where they differ once more after the watch has passed it. */
export async function auditKind(
  context: AuditContext,
  subject: AuditSubject,
  signal: AbortSignal,
): Promise<AuditOutcome> {
  const before = subject.cache.version ?? '';
  const first = await listMetadata(context, subject, signal);
  if (first === null) return { kind: 'unanswered' };
  if (isOlder(first.version, before)) return { kind: 'past' };
  const suspects = suspectsOf(first.objects, first.version, subject.cache.store);
  if (suspects.size === 0) return { kind: 'equal' };
  const hasPassed = await passes(subject, first.version, signal);
  if (subject.cache.version === undefined) return { kind: 'unanswered' };
  // Judged in the same moment: one event later the cache may rightly be another.
  const suspect = stillSuspect(suspects, subject.cache.store);
  if (suspect.size === 0) return { kind: 'equal' };
  if (!hasPassed) return { kind: 'behind' };
  const later = await listMetadata(context, subject, signal);
  if (later === null) return { kind: 'unanswered' };
  const keys = provedWrong(suspect, later.objects);
  return keys.length === 0 ? { kind: 'equal' } : { kind: 'wrong', keys };
}

async function passes(subject: AuditSubject, version: string, signal: AbortSignal): Promise<boolean> {
  const endsAt = performance.now() + subject.settleMs;
  while (isOlder(subject.cache.version ?? '0', version)) {
    if (performance.now() > endsAt) return false;
    await sleep(lookMs, undefined, { signal, ref: false });
  }
  return true;
}

async function listMetadata(
  context: AuditContext,
  subject: AuditSubject,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly Listed[]; readonly version: string } | null> {
  const { budget, takeTurn, pageSize, connection } = context;
  const options = { metadataOnly: true, takeTurn, ...(pageSize === undefined ? {} : { pageSize }) };
  const outcome = await budget.run(() => listKind(connection, subject.served, options, signal), signal);
  return outcome.kind === 'listed' ? outcome : null;
}
