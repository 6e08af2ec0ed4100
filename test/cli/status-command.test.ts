import { expect, test } from 'vitest';
import { statusDocument } from '../../src/cli/server-documents.ts';
import { formatStatus } from '../../src/cli/status-command.ts';

const now = '2026-11-25T10:00:00.000Z';
const status = statusDocument.parse({
  phase: 'running',
  ready: true,
  startedAt: '2026-11-25T09:00:00.000Z',
  lastRoundAt: '2026-11-25T09:59:50.000Z',
  nextWholeRoundAt: null,
  trouble: null,
  sources: [],
  kinds: [
    {
      kind: { apiVersion: 'apps/v1', kind: 'Deployment' },
      phase: 'synced',
      since: '2026-11-25T09:00:00.000Z',
      reason: 'watched',
      objects: 7,
      lastEventAt: '2026-11-25T09:59:58.000Z',
      lastListAt: '2026-11-25T09:00:00.000Z',
      relists: 1,
      restarts: { closed: 4, silence: 1 },
    },
    {
      kind: { apiVersion: 'v1', kind: 'Secret' },
      phase: 'forbidden',
      since: '2026-11-25T09:58:00.000Z',
      reason: 'secrets is forbidden\u001b[2J',
      objects: 2,
      lastEventAt: null,
      lastListAt: null,
      relists: 0,
      restarts: {},
    },
  ],
});

test('a status counts only current objects as known, and says of each other kind what it is, since when and why', () => {
  expect(formatStatus(status, now, { colour: false })).toBe(
    `ready, started 1 h ago, last round 10 s ago
  live     7 objects of 1 kinds are current
           forbidden Secret v1 since 2 min ago: secrets is forbidden\\u001b[2J
`,
  );
});

test('with --kinds every kind has a line, with the age of what was last heard of it', () => {
  const lines = formatStatus(status, now, { colour: false, kinds: true }).split('\n');
  expect(lines.slice(-4, -1)).toEqual([
    '  KIND                STATE      OBJECTS  LAST EVENT  LAST LIST  RELISTS  RESTARTS',
    '  Deployment apps/v1  synced     7        2 s ago     1 h ago    1        5',
    '  Secret v1           forbidden  2        -           -          0        0',
  ]);
});
