import type { KindRef, LiveRequest } from '../../collectors/live-source.ts';
import type { Discovery } from '../discovery/discover-kinds.ts';
import { kindKey } from '../discovery/served-kind.ts';

/** Declared and evidence kinds, each once. */
export function kindsOf(request: LiveRequest): readonly KindRef[] {
  const byKey = new Map<string, KindRef>();
  for (const ref of [...request.declared, ...request.evidence]) byKey.set(kindKey(ref), ref);
  return [...byKey.values()];
}

/** Whether a kind that discovery does not name leaves something unread. Evidence of a kind the cluster lacks does not exist. */
export function isMissed(ref: KindRef, request: LiveRequest, discovery: Pick<Discovery, 'unavailable'>): boolean {
  const key = kindKey(ref);
  return discovery.unavailable.has(ref.apiVersion) || request.declared.some((declared) => kindKey(declared) === key);
}

export function groupVersionsOf(refs: readonly KindRef[]): readonly string[] {
  return [...new Set(refs.map((ref) => ref.apiVersion))];
}
