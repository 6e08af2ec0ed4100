import { runParts, staticParts, unitTests } from './check-parts.ts';

/** `npm run check`: everything that needs no control plane, in under a minute. */
const results = await runParts([unitTests, ...staticParts]);
const failed = results.filter((each) => !each.passed);
if (failed.length > 0) {
  console.log(`${failed.length} of ${results.length} parts failed: ${failed.map((each) => each.name).join('; ')}`);
  process.exitCode = 1;
}
