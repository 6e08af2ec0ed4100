/** Whether an answer that a person got is remembered: asking is cheap, and whoever asks about everything says nothing. */
export interface AskedAllowance {
  /** `first-refusal` is said once in a window, so that it can be told. */
  take(id: string, now: number): 'granted' | 'known' | 'first-refusal' | 'refused';
}

/** Grants `most` different ids within each window of `window` milliseconds; one that was granted already costs nothing. */
export function createAskedAllowance(most: number, window: number): AskedAllowance {
  const granted = new Set<string>();
  let turn = Number.NaN;
  let isTold = false;
  return {
    take(id, now) {
      const current = Math.floor(now / window);
      if (current !== turn) {
        granted.clear();
        isTold = false;
        turn = current;
      }
      if (granted.has(id)) return 'known';
      if (granted.size < most) {
        granted.add(id);
        return 'granted';
      }
      if (isTold) return 'refused';
      isTold = true;
      return 'first-refusal';
    },
  };
}
