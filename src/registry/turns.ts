/** Lets at most so many pieces of work for one host run at a time; the others wait in line. */
export interface Turns {
  take<T>(host: string, work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createTurns(most: number): Turns {
  const lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>();
  return {
    async take(host, work, signal) {
      const line = lines.get(host) ?? { running: 0, waiting: [] };
      lines.set(host, line);
      if (line.running >= most) await new Promise<void>((resolve) => line.waiting.push(resolve));
      else line.running += 1;
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        const next = line.waiting.shift();
        // The place is handed on as it is, so nobody who comes now slips in between.
        if (next !== undefined) next();
        else {
          line.running -= 1;
          if (line.running === 0) lines.delete(host);
        }
      }
    },
  };
}
