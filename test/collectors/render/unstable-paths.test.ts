import { expect, test } from 'vitest';
import { parseManifests } from '../../../src/collectors/parse-manifests.ts';
import { unstablePaths } from '../../../src/collectors/render/unstable-paths.ts';

const render = (random: string): string => `apiVersion: v1
kind: Secret
metadata: {name: a, namespace: shop, annotations: {a.b/c: ${random}}}
data: {same: x, pw: ${random}}
list:
- {name: web, value: ${random}}
- ${random}
- [same]
---
apiVersion: v1
kind: Job
metadata: {name: job-${random}}
`;

test('the paths that two renderings disagree on are named, and nothing else', () => {
  const [first, second] = [render('aa'), render('bb')].map((text) => parseManifests(text, 'x').resources);
  expect(unstablePaths(first ?? [], first ?? [])).toEqual([]);
  expect(unstablePaths(first ?? [], second ?? [])).toEqual([
    { resource: 'v1/Secret/shop/a', path: 'metadata.annotations."a.b/c"' },
    { resource: 'v1/Secret/shop/a', path: 'data.pw' },
    { resource: 'v1/Secret/shop/a', path: 'list[name=web].value' },
    { resource: 'v1/Secret/shop/a', path: 'list[1]' },
    { resource: 'v1/Job//job-aa', path: 'metadata.name' },
  ]);
});
