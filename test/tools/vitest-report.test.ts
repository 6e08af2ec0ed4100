import { describe, expect, test } from 'vitest';
import { countTests } from '../../tools/vitest-report.ts';

const file = (name: string, statuses: readonly string[], status = 'passed') => ({
  name,
  status,
  message: status === 'failed' && statuses.length === 0 ? 'cannot load' : '',
  assertionResults: statuses.map((each) => ({ status: each })),
});

describe('countTests', () => {
  test('counts passed and failed tests over all files', () => {
    const report = {
      testResults: [
        file('/a/test/drift/x.test.ts', ['passed', 'failed'], 'failed'),
        file('/a/test/real/y.test.ts', ['passed']),
      ],
    };
    expect(countTests(report)).toEqual({ passed: 2, failed: 1, skipped: 0, complaints: [] });
  });

  test('a skipped unit test is told, not failed', () => {
    const report = { testResults: [file('/a/test/drift/x.test.ts', ['passed', 'skipped', 'todo'])] };
    expect(countTests(report)).toEqual({ passed: 1, failed: 0, skipped: 2, complaints: [] });
  });

  test('a skipped test against the real plane counts as failed', () => {
    const report = { testResults: [file('/a/test/real/y.test.ts', ['passed', 'skipped'])] };
    const count = countTests(report);
    expect(count).toMatchObject({ passed: 1, failed: 1, skipped: 0 });
    expect(count.complaints).toEqual([expect.stringContaining('/a/test/real/y.test.ts')]);
  });

  test('a file that cannot be loaded is one failure with its reason', () => {
    const count = countTests({ testResults: [file('/a/test/drift/x.test.ts', [], 'failed')] });
    expect(count).toMatchObject({ passed: 0, failed: 1 });
    expect(count.complaints).toEqual(['/a/test/drift/x.test.ts could not be run: cannot load']);
  });
});
