/**
 * Hands out turns to parse: between two turns the event loop runs once, so that ten pages that arrive together cost ten
 * short pauses and not one long one.
 */
export function createParseTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(
      () =>
        new Promise((resolve) => {
          setImmediate(resolve);
        }),
    );
    return last;
  };
}
