import { vi } from 'vitest';

/** Waits, up to ten seconds, until an expectation holds; for what a watcher tells in its own time. */
export async function eventually(expectation: () => void): Promise<void> {
  await vi.waitFor(expectation, { timeout: 10_000, interval: 20 });
}
