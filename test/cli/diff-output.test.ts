import { expect, it } from 'vitest';
import { formatReportDiff } from '../../src/cli/diff-output.ts';
import { diffLines } from '../../src/cli/line-diff.ts';
import { auditReport, imageChanged, resourceReport } from './audit-report.ts';

it('shows drift as a unified diff from Git to the cluster', () => {
  const report = auditReport([
    resourceReport({ name: 'quiet' }),
    resourceReport({
      verdict: 'drifted',
      drift: 'changed',
      differences: [
        imageChanged,
        {
          ...imageChanged,
          path: 'metadata.annotations."a.b/c"',
          change: 'added',
          desired: null,
          live: 'x',
          origin: null,
        },
        {
          ...imageChanged,
          path: 'spec.template.spec.volumes[name=tmp]',
          change: 'removed',
          desired: { name: 'tmp' },
          live: null,
        },
        { ...imageChanged, path: 'data.conf', desired: 'a\nb\nc\n', live: 'a\nB\nc\n', origin: null },
      ],
    }),
    resourceReport({
      kind: 'Namespace',
      apiVersion: 'v1',
      namespace: '',
      name: 'x',
      verdict: 'drifted',
      drift: 'missing',
    }),
  ]);
  expect(formatReportDiff(report, false)).toBe(`\
--- git/apps/v1/Deployment/shop/web
+++ live/apps/v1/Deployment/shop/web
@@ -23,1 +1,1 @@ spec.template.spec.containers[name=web].image
-image: nginx:1.27
+image: nginx:1.28
@@ -0,0 +1,1 @@ metadata.annotations."a.b/c"
+a.b/c: x
@@ -23,1 +0,0 @@ spec.template.spec.volumes[name=tmp]
-- name: tmp
@@ -1,4 +1,4 @@ data.conf
 conf: |
   a
-  b
+  B
   c
--- git/v1/Namespace/x
+++ /dev/null
@@ -1,4 +0,0 @@ whole Namespace
-apiVersion: v1
-kind: Namespace
-metadata:
-  name: x
`);
});

it('keeps what both sides share and loses nothing', () => {
  const [before, after] = ['abcabba'.split(''), 'cbabac'.split('')];
  const lines = diffLines(before, after);
  expect(lines.filter(({ mark }) => mark !== '+').map(({ text }) => text)).toEqual(before);
  expect(lines.filter(({ mark }) => mark !== '-').map(({ text }) => text)).toEqual(after);
  expect(lines.filter(({ mark }) => mark === ' ')).toHaveLength(4);
});
