import type { WatchEnd } from '../stream/watch-once.ts';

/** How often in a row something went wrong; a healthy watch sets all of it back. */
export interface Misfortune {
  /** Tries without a healthy watch. */
  readonly tries: number;
  /** Expired versions in a row. */
  readonly expired: number;
  /** Refusals of the kind that a fresh list may cure. */
  readonly refused: number;
  /** Streams in a row that broke on garbage at one and the same version. */
  readonly garbage: number;
}

export const noMisfortune: Misfortune = { tries: 0, expired: 0, refused: 0, garbage: 0 };

/** What a reflector does after a watch has ended. */
export type NextStep =
  | { readonly kind: 'watch'; readonly wait: Wait; readonly reason: string }
  | { readonly kind: 'list'; readonly wait: Wait; readonly reason: string }
  /** The right is missing or the kind is gone: held objects stay, but nothing is claimed of them. */
  | { readonly kind: 'rest'; readonly phase: 'forbidden' | 'gone'; readonly reason: string };

export type Wait = 'none' | { readonly attempt: number; readonly retryAfterMs: number | null };

export interface EndedWatch {
  readonly end: WatchEnd;
  /** It lived for a second or longer. */
  readonly isHealthy: boolean;
}

const refusalsUntilList = 5;
const busyPauseMs = 2_000;

/** Decides after each watch. 429 and a lost connection never cause a list: the version stays good. */
export function nextStep(
  ended: EndedWatch,
  before: Misfortune,
): { readonly step: NextStep; readonly misfortune: Misfortune } {
  const { end, isHealthy } = ended;
  const known = isHealthy ? noMisfortune : before;
  const misfortune = { ...known, tries: known.tries + 1 };
  const backoff = { attempt: known.tries, retryAfterMs: null };
  switch (end.kind) {
    case 'closed':
      // A server that accepts and closes at once must not make us spin.
      return {
        step: { kind: 'watch', wait: isHealthy ? 'none' : backoff, reason: isHealthy ? 'closed' : 'closed-at-once' },
        misfortune: isHealthy ? noMisfortune : misfortune,
      };
    case 'expired': {
      const wait = known.expired === 0 ? 'none' : { attempt: known.expired, retryAfterMs: null };
      return {
        step: { kind: 'list', wait, reason: 'expired' },
        misfortune: { ...misfortune, expired: known.expired + 1 },
      };
    }
    case 'broken': {
      if (end.isSilence) return { step: { kind: 'watch', wait: 'none', reason: 'silence' }, misfortune };
      const garbage = end.isGarbage ? known.garbage + 1 : 0;
      if (garbage >= 2) {
        return { step: { kind: 'list', wait: backoff, reason: 'garbage' }, misfortune: { ...misfortune, garbage: 0 } };
      }
      const reason = end.isGarbage ? 'garbage' : 'broken';
      return { step: { kind: 'watch', wait: backoff, reason }, misfortune: { ...misfortune, garbage } };
    }
    case 'refused':
      return afterRefusal(end, known, misfortune);
  }
}

function afterRefusal(
  end: Extract<WatchEnd, { kind: 'refused' }>,
  known: Misfortune,
  misfortune: Misfortune,
): { readonly step: NextStep; readonly misfortune: Misfortune } {
  const { status, message, retryAfterMs } = end.refusal;
  // A server that says it is busy without saying how long is given the time of an ordinary back-off, whole.
  const busyMs = status === 429 ? busyPauseMs : null;
  const wait = { attempt: known.tries, retryAfterMs: retryAfterMs ?? busyMs };
  const reason = `refused-${status}`;
  if (status === 403) {
    return { step: { kind: 'rest', phase: 'forbidden', reason: `watching it is forbidden: ${message}` }, misfortune };
  }
  if (status === 404)
    return { step: { kind: 'rest', phase: 'gone', reason: 'the server no longer serves it' }, misfortune };
  if (status === 400) return { step: { kind: 'list', wait, reason }, misfortune };
  if (status === 429 || status === 401) return { step: { kind: 'watch', wait, reason }, misfortune };
  // "Too large resource version" after a restored etcd comes as 504: only a list gets out of that.
  const refused = known.refused + 1;
  const isListDue = refused >= refusalsUntilList;
  return {
    step: { kind: isListDue ? 'list' : 'watch', wait, reason },
    misfortune: { ...misfortune, refused: isListDue ? 0 : refused },
  };
}
