import { expect, test } from 'vitest';
import { judgeOne } from '../pairs.ts';
import { refusedManifests } from './refused-manifests.ts';

test.for(refusedManifests)('$what can never be accepted, and is told without a server', (refused) => {
  const [bad = '', good = ''] = [refused.bad, refused.good].map((text) => refused.manifest.replace('$', () => text));
  const live = /^kind: Cluster/m.test(good) ? good : good.replace('metadata: {', 'metadata: {namespace: shop, ');
  const report = judgeOne(bad, live);
  expect(report.invalid.map(({ path }) => path)).toEqual([refused.path]);
  expect(judgeOne(good, live).verdict).toBe('in-sync');
});
