import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { formatReportTable } from '../../src/cli/table-output.ts';
import { auditReport, imageChanged, resourceReport } from './audit-report.ts';

const plain = { columns: 100, colour: false };

const everyVerdict = auditReport([
  resourceReport({ name: 'quiet' }),
  resourceReport({ verdict: 'drifted', drift: 'changed', differences: [imageChanged] }),
  resourceReport({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    name: 'flags',
    verdict: 'drifted',
    drift: 'changed',
    differences: [
      {
        ...imageChanged,
        path: 'data.BETA',
        change: 'added',
        desired: null,
        live: 'true',
        severity: 'medium',
        origin: null,
      },
      {
        ...imageChanged,
        path: 'data.OLD',
        change: 'removed',
        desired: 'x',
        live: null,
        severity: 'low',
        notes: ['immutable'],
      },
    ],
  }),
  resourceReport({
    kind: 'NetworkPolicy',
    name: 'wall',
    verdict: 'drifted',
    drift: 'missing',
    severity: 'high',
    origin: { file: 'wall.yaml', line: 1 },
  }),
  resourceReport({
    name: 'next',
    verdict: 'pending',
    pending: [{ path: 'spec.replicas', desired: 3, live: 2 }],
  }),
  resourceReport({
    kind: 'Secret',
    name: 'keys',
    verdict: 'undetermined',
    undetermined: [{ path: 'data', reason: 'Secrets are read without their data' }],
  }),
]);

it('tells what drifted, who did it and since when, the worst verdicts first', () => {
  expect(formatReportTable(everyVerdict, plain)).toBe(`\
Deployment shop/web  drifted
  critical ~ spec.template.spec.containers[name=web].image  web.yaml:23
             nginx:1.27 → nginx:1.28
             by kubectl-edit (a person), no later than 2027-03-01 10:02:11 UTC, 2 h ago

ConfigMap shop/flags  drifted
  medium   + data.BETA
             "true"
             by kubectl-edit (a person), no later than 2027-03-01 10:02:11 UTC, 2 h ago
  low      - data.OLD  web.yaml:23
             x
             by kubectl-edit (a person), no later than 2027-03-01 10:02:11 UTC, 2 h ago
             note: immutable

NetworkPolicy shop/wall  missing
  high     - declared in Git, absent in the cluster
             wall.yaml:1

Secret shop/keys  undetermined
  unknown    data
             Secrets are read without their data

Deployment shop/next  pending
  pending    spec.replicas
             3 → 2

6 resources: 3 drifted, 1 undetermined, 1 pending, 1 in sync. 3 differences nothing explains, 0 explained (listed by -o json).
`);
});

it('says the same with colours as without', () => {
  const coloured = formatReportTable(everyVerdict, { columns: 100, colour: true });
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured)).toBe(formatReportTable(everyVerdict, plain));
});

it('A51: lets no name or value of the cluster steer the terminal', () => {
  const evil = '\u001b]0;owned\u0007\u202e\r\n';
  const report = auditReport([
    resourceReport({
      name: `web${evil}`,
      verdict: 'drifted',
      drift: 'changed',
      differences: [
        { ...imageChanged, path: `data."${evil}"`, live: evil, actor: { ...imageChanged.actor, manager: evil } },
      ],
    }),
  ]);
  const text = formatReportTable({ ...report, gaps: [{ what: evil, why: evil, remedy: evil, scope: {} }] }, plain);
  // oxlint-disable-next-line no-control-regex -- looking for exactly these
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(text).toContain('\\u001b]0;owned\\u0007\\u202e\\r\\n');
});

it('cuts a long value to the width of the terminal', () => {
  const report = auditReport([
    resourceReport({
      verdict: 'drifted',
      drift: 'changed',
      differences: [{ ...imageChanged, live: 'x'.repeat(500) }],
    }),
  ]);
  const lines = formatReportTable(report, { columns: 80, colour: false }).split('\n');
  expect(lines.filter((line) => line.includes('xxx')).every((line) => line.length <= 80)).toBe(true);
});

it('names what could not be read', () => {
  const gap = { what: 'secrets in namespace shop', why: 'forbidden', remedy: 'Grant list on secrets.', scope: {} };
  expect(formatReportTable({ ...auditReport([]), gaps: [gap] }, plain)).toBe(`\
Could not be read, so not judged:
  secrets in namespace shop: forbidden. Grant list on secrets.

0 resources: nothing to compare. 0 differences nothing explains, 0 explained (listed by -o json).
`);
});
