import { arrayAt, type JsonValue, stringAt, valueAt } from '../src/resource/json.ts';

/** Numbers of tests. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One sentence for each failure that is not a failed assertion. */
  readonly complaints: readonly string[];
}

/**
 * Counts what vitest's JSON report says. A file that could not be loaded is one failure, and so is every test of `test/real`
 * that was skipped: a real part that was not exercised proves nothing.
 */
export function countTests(report: JsonValue): TestCount {
  const complaints: string[] = [];
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of arrayAt(report, 'testResults')) {
    const name = stringAt(file, 'name') ?? 'unknown file';
    const tests = arrayAt(file, 'assertionResults');
    const statuses = tests.map((each) => stringAt(each, 'status') ?? 'unknown');
    const isReal = /(^|\/)test\/real\//.test(name);
    const failedHere = statuses.filter((status) => status === 'failed').length;
    const skippedHere = statuses.filter((status) => status !== 'failed' && status !== 'passed').length;
    passed += statuses.filter((status) => status === 'passed').length;
    failed += failedHere;
    if (isReal && skippedHere > 0) {
      failed += skippedHere;
      complaints.push(`${name}: ${skippedHere} tests of the real project were skipped, which counts as failed`);
    } else {
      skipped += skippedHere;
    }
    if (valueAt(file, 'status') === 'failed' && failedHere === 0) {
      failed += 1;
      complaints.push(`${name} could not be run: ${stringAt(file, 'message') ?? 'no reason given'}`);
    }
  }
  return { passed, failed, skipped, complaints };
}
