import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseJson } from '../src/resource/json.ts';
import { runParts, staticParts } from './check-parts.ts';
import { countTests, type TestCount } from './vitest-report.ts';

/** `npm test`: the static parts, then every test, the ones against the real control plane included. Ends with "N passed, N failed". */
async function main(): Promise<void> {
  const parts = await runParts(staticParts);
  const tests = await runTests();
  for (const complaint of tests.complaints) console.log(complaint);
  if (tests.skipped > 0) console.log(`${tests.skipped} unit tests were skipped`);
  const passed = tests.passed + parts.filter((part) => part.passed).length;
  const failed = tests.failed + parts.filter((part) => !part.passed).length;
  if (failed > 0) process.exitCode = 1;
  console.log(`${passed} passed, ${failed} failed`);
}

async function runTests(): Promise<TestCount> {
  const work = mkdtempSync(join(tmpdir(), 'mooring-test-'));
  const report = join(work, 'report.json');
  try {
    const code = await runVitest(report);
    const count = existsSync(report)
      ? countTests(parseJson(readFileSync(report, 'utf8')))
      : { passed: 0, failed: 0, skipped: 0, complaints: ['vitest wrote no report, see above'] };
    return withHiddenFailures(count, code);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A run that proved nothing, or that vitest calls failed for a reason outside the tests, must not look green. */
function withHiddenFailures(count: TestCount, code: number): TestCount {
  if (count.failed > 0) return count;
  if (code !== 0) {
    const complaint = `vitest ended with ${code} though no test failed (control plane not started, or an error outside a test)`;
    return { ...count, failed: 1, complaints: [...count.complaints, complaint] };
  }
  if (count.passed === 0) return { ...count, failed: 1, complaints: [...count.complaints, 'no test ran'] };
  return count;
}

function runVitest(report: string): Promise<number> {
  const root = dirname(import.meta.dirname);
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(join(root, 'node_modules', '.bin', 'vitest'), args, {
    cwd: root,
    env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // Ctrl-C reaches vitest as well, which stops the control plane; wait for that.
  process.on('SIGINT', () => {});
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}

await main();
