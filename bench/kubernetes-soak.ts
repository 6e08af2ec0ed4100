import { parseArgs } from 'node:util';
import { runSoak } from '../test/real/soak/run-soak.ts';

/**
 * Random faults between Mooring's watches and a real API server for as long as wanted.
 *
 *   npm run soak -- [--minutes 5] [--seed N]
 *
 * Ends with 1 at the first state that never was, the first event that was missed, and the first recovery that took more than
 * a minute. The seed repeats the order of the faults and of the writes, not their timing.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
console.log(`seed ${values.seed}`);
const result = await runSoak({
  seed: Number(values.seed),
  milliseconds: Number(values.minutes) * 60_000,
  onProgress: (line) => console.log(line),
});
console.log(JSON.stringify(result, undefined, 2));
if (result.violations.length > 0) process.exitCode = 1;
