/** Work in steps, so that others get their turn in between; each step is some milliseconds. */
export type Steps<Result> = Generator<void, Result>;

/** The same at one go. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
