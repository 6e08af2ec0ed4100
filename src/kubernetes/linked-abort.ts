/** A signal that is aborted with its parent, by `abort`, or after a time, whichever comes first. */
export interface LinkedAbort extends Disposable {
  readonly signal: AbortSignal;
  abort(): void;
}

/** Must be disposed of when the work under it is done, so that a long-lived parent does not gather listeners. */
export function linkAbort(parent: AbortSignal, afterMs?: number): LinkedAbort {
  const controller = new AbortController();
  const fromParent = (): void => controller.abort(parent.reason);
  const timer =
    afterMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(new Error(`no answer within ${afterMs / 1_000} s`)), afterMs).unref();
  if (parent.aborted) fromParent();
  else parent.addEventListener('abort', fromParent, { once: true });
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent.removeEventListener('abort', fromParent);
    },
  };
}
