import { parseArgs } from 'node:util';
import { runDifferential } from '../test/real/soak/run-differential.ts';
import { runSoak } from '../test/real/soak/run-soak.ts';

/**
 * Random faults between Mooring's watches and a real API server for as long as wanted.
 *
 *   npm run soak -- [--minutes 5] [--seed N] [--kubectl]
 *
 * Ends with 1 at the first state that never was, the first event that was missed, and the first recovery that took more than
 * a minute; with --kubectl at the first change that `kubectl get --watch`, under the same faults, saw and Mooring did not.
 * The seed repeats the order of the faults and of the writes, not their timing.
 */
const { values } = parseArgs({
  options: {
    kubectl: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
console.log(`seed ${values.seed}`);
const run = values.kubectl ? runDifferential : runSoak;
const result = await run({
  seed: Number(values.seed),
  milliseconds: Number(values.minutes) * 60_000,
  onProgress: (line) => console.log(line),
});
console.log(JSON.stringify(result, undefined, 2));
// Node 24 was seen to spin for ever in closing the handles of connections that had been cut.
process.exit(result.violations.length > 0 ? 1 : 0);
