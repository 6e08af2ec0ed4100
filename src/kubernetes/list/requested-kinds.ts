import type { KindRef, LiveRequest } from '../../collectors/live-source.ts';
import { kindKey } from '../discovery/served-kind.ts';

/** Declared and evidence kinds, each once. */
export function kindsOf(request: LiveRequest): readonly KindRef[] {
  const byKey = new Map<string, KindRef>();
  for (const ref of [...request.declared, ...request.evidence]) byKey.set(kindKey(ref), ref);
  return [...byKey.values()];
}

export function groupVersionsOf(refs: readonly KindRef[]): readonly string[] {
  return [...new Set(refs.map((ref) => ref.apiVersion))];
}
