import type { KindPhase } from '../../collectors/live-source.ts';
import type { Gap } from '../../resource/snapshot.ts';
import { describeKind, type ServedKind } from '../discovery/served-kind.ts';

/** The gap of a kind that is watched and not `synced`: what is held of it proves nothing, neither drift nor agreement. */
export function unsyncedGap(watched: {
  readonly served: ServedKind;
  readonly phase: KindPhase;
  readonly reason: string;
}): Gap {
  const { served, phase, reason } = watched;
  return {
    what: describeKind(served),
    why: phase === 'forbidden' ? `forbidden (${reason})` : `${phase}: ${reason}`,
    remedy:
      phase === 'forbidden'
        ? `Grant get, list and watch on ${describeKind(served)} (docs/rbac.md)`
        : 'It is read again as soon as the API server allows',
    scope: { group: served.group, kind: served.kind },
  };
}
