import { describe, expect, test } from 'vitest';
import type { ResourceReport } from '../../src/drift/drift-report.ts';
import { decideEpisodes } from '../../src/incidents/decide-episodes.ts';
import type { EpisodeDecision, JudgedRound } from '../../src/incidents/decide-episodes.ts';
import type { Episode } from '../../src/incidents/episode.ts';
import type { Gap } from '../../src/resource/snapshot.ts';
import { difference, hash, judgementsOf, now, reportOf, someone } from '../fakes/reports.ts';

const later = '2026-11-25T11:00:00.000Z';

function roundOf(reports: readonly ResourceReport[], rest: Partial<JudgedRound> = {}): JudgedRound {
  return { reports, judgements: judgementsOf(reports), gaps: [], looked: null, ...rest };
}

function decide(round: JudgedRound, open: readonly Episode[] = [], at = later, seen = 0): EpisodeDecision[] {
  const recurrences = new Map(round.judgements.length > 0 && seen > 0 ? [[fingerprintOf(round), seen]] : []);
  return decideEpisodes(round, { open, recurrences }, { hash, now: at });
}

function fingerprintOf(round: JudgedRound): string {
  const [first] = decideEpisodes(round, { open: [], recurrences: new Map() }, { hash, now });
  return first?.episode.fingerprint ?? '';
}

const drifted = roundOf([reportOf('web', [difference('spec.replicas')])]);
const opened = decide(drifted, [], now);
const open = opened.map(({ episode }) => episode);
const gap: Gap = {
  what: 'deployments',
  why: 'forbidden',
  remedy: 'Grant it',
  scope: { group: 'apps', kind: 'Deployment' },
};

function outcome(decisions: readonly EpisodeDecision[]): string[] {
  return decisions.map(({ kind, reason }) => `${kind}: ${reason}`);
}

describe('an episode', () => {
  test('opens with its onset as bounds, its author and its severity', () => {
    expect(opened).toMatchObject([
      {
        kind: 'open',
        episode: {
          recurrence: 1,
          path: 'spec.replicas',
          severity: 'medium',
          onset: { notBefore: null, notAfter: '2026-11-25T09:58:00.000Z' },
          openedAt: now,
          actor: { manager: 'kubectl-edit' },
          origin: { file: 'web.yaml', line: 7 },
        },
      },
    ]);
  });

  test('has one per exact path, each with the severity of its own path', () => {
    const decisions = decide(roundOf([reportOf('web', [difference('a', 'high'), difference('b', 'low')])]));
    expect(decisions.map(({ episode: { path, severity, score } }) => [path, severity, score])).toEqual([
      ['a', 'high', 60],
      ['b', 'low', 20],
    ]);
  });

  test('that is known and unchanged is left alone, so a restart announces nothing', () => {
    expect(outcome(decide(drifted, open))).toEqual(['nothing: known and unchanged']);
  });

  test('that was there before says how often', () => {
    const [decision] = decide(drifted, [], now, 2);
    expect(decision).toMatchObject({ kind: 'open', reason: 'the same drift for the third time' });
    expect(decision?.episode.id).toBe(`${open[0]?.fingerprint}-3`);
  });

  test.for<[string, Parameters<typeof difference>, boolean, string]>([
    ['another live value is news', ['spec.replicas', 'medium', { live: 9 }], true, 'the live value changed again'],
    ['a worse severity is news', ['spec.replicas', 'critical'], true, 'the severity rose from medium to critical'],
    ['a milder severity is not', ['spec.replicas', 'low'], false, 'the severity fell'],
    ['another desired value is not', ['spec.replicas', 'medium', { desired: 5 }], false, 'Git declares another value'],
    [
      'a clearer author is not',
      ['spec.replicas', 'medium', { actor: { ...someone, manager: 'alice' } }],
      false,
      'the author is clearer',
    ],
  ])('%s', ([, parts, announce, reason]) => {
    const decisions = decide(roundOf([reportOf('web', [difference(...parts)])]), open);
    expect(decisions).toMatchObject([{ kind: 'update', announce, reason }]);
  });

  test('remembers the worst it was', () => {
    const worse = decide(roundOf([reportOf('web', [difference('spec.replicas', 'critical')])]), open);
    const milder = decide(
      drifted,
      worse.map(({ episode }) => episode),
    );
    expect(milder[0]?.episode).toMatchObject({ severity: 'medium', worst: 'critical' });
  });
});

describe('an open episode whose drift is not found', () => {
  test.for<[string, JudgedRound, string]>([
    ['ends when both sides agree', roundOf([reportOf('web')]), 'resolve: live and Git agree again'],
    [
      'ends when Git moved on and live waits for it',
      roundOf([
        reportOf('web', [], {
          verdict: 'pending',
          pending: [{ path: 'spec.replicas', desired: 3, live: 2 }],
        }),
      ]),
      'resolve: live equals an earlier Git revision and waits to be applied',
    ],
    [
      'ends when somebody entitled holds the field',
      roundOf([
        reportOf('web', [], {
          suppressions: [
            { path: 'spec.replicas', class: 'controller', reason: 'HPA', desired: 1, live: 2, confidence: 'high' },
          ],
        }),
      ]),
      'resolve: explained now, see its suppressions',
    ],
    [
      'ends when the whole object is missing, which is another drift',
      roundOf([reportOf('web', [], { verdict: 'drifted', drift: 'missing', severity: 'critical' })]),
      'resolve: the whole object is missing now',
    ],
    ['ends when nothing declares it any more', roundOf([]), 'resolve: no longer declared, and nothing of it is live'],
    [
      'goes on while the resource is undetermined',
      roundOf([
        reportOf('web', [], { verdict: 'undetermined', undetermined: [{ path: '', reason: 'the watch is stale' }] }),
      ]),
      'nothing: cannot be judged: the watch is stale',
    ],
    [
      'goes on while a field above it is undetermined',
      roundOf([reportOf('web', [], { undetermined: [{ path: 'spec', reason: 'unknown schema' }] })]),
      'nothing: cannot be judged: unknown schema',
    ],
    [
      'ends when only a field with a like name is undetermined',
      roundOf([reportOf('web', [], { undetermined: [{ path: 'spec.rep', reason: 'unknown schema' }] })]),
      'resolve: live and Git agree again',
    ],
    [
      'goes on while what Git declares can never be accepted',
      roundOf([reportOf('web', [], { verdict: 'invalid', invalid: [{ path: 'spec.replicas', reason: 'no number' }] })]),
      'nothing: cannot be judged: no number',
    ],
    [
      'goes on while a gap covers its kind',
      roundOf([], { gaps: [gap] }),
      'nothing: cannot be judged: deployments: forbidden',
    ],
    [
      'ends although a gap covers another kind',
      roundOf([], { gaps: [{ ...gap, scope: { group: '', kind: 'Secret' } }] }),
      'resolve: no longer declared, and nothing of it is live',
    ],
  ])('%s', ([, round, expected]) => {
    expect(outcome(decide(round, open)).filter((line) => !line.startsWith('open'))).toEqual([expected]);
  });

  test('is not touched by a round that did not look at it', () => {
    expect(decide(roundOf([], { looked: new Set(['apps/Deployment/shop/other']) }), open)).toEqual([]);
    expect(outcome(decide(roundOf([], { looked: new Set(['apps/Deployment/shop/web']) }), open))).toHaveLength(1);
  });

  test('carries when and why it ended', () => {
    expect(decide(roundOf([reportOf('web')]), open)[0]?.episode).toMatchObject({
      state: 'resolved',
      resolvedAt: later,
      resolution: 'live and Git agree again',
    });
  });
});

test('values beyond 2^53 that differ by one are different', () => {
  const big = (live: bigint) => roundOf([reportOf('web', [difference('a', 'medium', { live })])]);
  const before = decide(big(9007199254740993n), [], now).map(({ episode }) => episode);
  expect(outcome(decide(big(9007199254740993n), before))).toEqual(['nothing: known and unchanged']);
  expect(outcome(decide(big(9007199254740994n), before))).toEqual(['update: the live value changed again']);
});
