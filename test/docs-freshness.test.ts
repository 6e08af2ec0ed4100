import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeOptions } from '../src/config/describe-options.ts';
import { describeErrors } from '../src/errors/describe-errors.ts';
import { describeMetrics } from '../src/metrics/describe-metrics.ts';

const docs = join(import.meta.dirname, '../docs');

test.for([
  ['configuration.md', describeOptions],
  ['errors.md', describeErrors],
  ['metrics.md', describeMetrics],
] as const)(
  'docs/%s is what the code says; write it anew with `vitest run test/docs-freshness.test.ts -u`',
  async ([file, describePage]) => {
    await expect(describePage()).toMatchFileSnapshot(join(docs, file));
  },
);

test.for(['configuration.md', 'errors.md', 'metrics.md'])('docs/%s is checked in', (file) => {
  expect(readFileSync(join(docs, file), 'utf8')).toContain('| ');
});
