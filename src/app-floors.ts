import type { KindRef, KindState } from './collectors/live-source.ts';
import { errorFields, type Logger } from './log/logger.ts';
import { floorKey, type VersionFloors } from './loop/version-floors.ts';

/** The versions up to which earlier runs saw each kind, and a keeper of them for the next run. */
export interface Floors {
  /** Empty for a kind that was never seen. */
  readonly floorOf: (kind: KindRef) => string;
  /** Reads what earlier runs kept of a live side. To be called before it is watched. */
  load(store: VersionFloors, live: string): Promise<void>;
  /** Keeps what is seen from now on, every half minute and at the end. */
  keep(states: () => readonly KindState[], logger: Logger): AsyncDisposable;
}

const interval = 30_000;

export function createFloors(): Floors {
  const known = new Map<string, string>();
  let place: { readonly store: VersionFloors; readonly live: string } | null = null;

  const keepNow = async (states: readonly KindState[], logger: Logger): Promise<void> => {
    const changed = new Map<string, string>();
    for (const { kind, version } of states) {
      const key = floorKey(kind);
      if (version !== undefined && version !== null && known.get(key) !== version) changed.set(key, version);
    }
    if (place === null || changed.size === 0) return;
    try {
      await place.store.keep(place.live, changed);
      for (const [key, version] of changed) known.set(key, version);
    } catch (error) {
      // A floor that is a little low protects all the same, and the next turn tries again.
      logger.warn('the versions seen could not be kept', errorFields(error, 'cannot keep the versions seen'));
    }
  };

  return {
    floorOf: (kind) => known.get(floorKey(kind)) ?? '',
    async load(store, live) {
      place = { store, live };
      for (const [key, version] of await store.of(live)) known.set(key, version);
    },
    keep(states, logger) {
      let work: Promise<void> = Promise.resolve();
      const turn = (): Promise<void> => {
        work = work.then(() => keepNow(states(), logger));
        return work;
      };
      const timer = setInterval(() => void turn(), interval).unref();
      return {
        async [Symbol.asyncDispose]() {
          clearInterval(timer);
          await turn();
        },
      };
    },
  };
}
