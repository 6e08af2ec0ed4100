import { expect, test } from 'vitest';
import { runSoak } from './soak/run-soak.ts';

/** Longer runs and other seeds by hand: `npm run soak -- --minutes 60 --seed N`. */
test('random faults, one after the other: nothing is invented, nothing missed, and all is equal again in time', async () => {
  const result = await runSoak({ seed: 20_260_725, milliseconds: 40_000 });
  expect(result.violations).toEqual([]);
  expect(Object.keys(result.faults).length).toBeGreaterThan(3);
});
