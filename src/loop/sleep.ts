/** Resolves after `ms`, or at once when aborted; never throws. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await untilWoken(signal, (wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  });
}

/** Resolves when woken or aborted. `arm` gets the call that wakes and returns what takes it back: a signal that lives long keeps no listener. */
export async function untilWoken(signal: AbortSignal, arm: (wake: () => void) => () => void): Promise<void> {
  if (signal.aborted) return;
  let onAbort = (): void => {};
  let disarm = (): void => {};
  await new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener('abort', onAbort, { once: true });
    disarm = arm(resolve);
  });
  signal.removeEventListener('abort', onAbort);
  disarm();
}
