import { expect, test } from 'vitest';
import { runDifferential } from './soak/run-differential.ts';
import { runSoak } from './soak/run-soak.ts';

/** Longer runs and other seeds by hand: `npm run soak -- --minutes 60 --seed N`. */
test('random faults, one after the other: nothing is invented, nothing missed, and all is equal again in time', async () => {
  const result = await runSoak({ seed: 20_260_725, milliseconds: 40_000 });
  expect(result.violations).toEqual([]);
  expect(Object.keys(result.faults).length).toBeGreaterThan(3);
});

test('beside kubectl get --watch, under the same faults: nothing that kubectl saw change is missed', async () => {
  const result = await runDifferential({ seed: 20_261_125, milliseconds: 40_000 });
  expect(result.violations).toEqual([]);
  expect(result.seenByKubectl).toBeGreaterThan(100);
});
