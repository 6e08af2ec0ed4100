import { describe, expect, test } from 'vitest';
import type { Severity } from '../../src/drift/drift-report.ts';
import { difference, graphWith, judgementsOf, reportOf, someone } from '../fakes/reports.ts';

const affected = (count: number, probability: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `shop/s${index}`, effect: 'breaks' as const, probability }));

describe('the score of a drifted resource', () => {
  test.for<[string, Parameters<typeof reportOf>, Parameters<typeof graphWith>, string, Severity]>([
    ['a lone medium field', ['web', [difference('a', 'medium')]], [null], 'WorstField+40', 'medium'],
    [
      'the worst of several',
      ['web', [difference('a', 'low'), difference('b', 'high')]],
      [null],
      'WorstField+60',
      'high',
    ],
    [
      'more than three fields',
      ['web', ['a', 'b', 'c', 'd'].map((path) => difference(path, 'high'))],
      [null],
      'WorstField+60 ManyFields+4',
      'high',
    ],
    [
      'a manager name with the wrong operation',
      ['web', [difference('a', 'low', { actor: { ...someone, class: 'suspicious' } })]],
      [null],
      'WorstField+20 SuspiciousActor+10',
      'low',
    ],
    [
      'three dependants that surely break',
      ['web', [difference('a', 'high')]],
      [{ affected: affected(3, 1), entryPoints: [] }],
      'WorstField+60 DependantsBreak+8',
      'high',
    ],
    [
      'dependants that degrade, which count for less',
      ['web', [difference('a', 'high')]],
      [{ affected: affected(3, 1).map((one) => ({ ...one, effect: 'degrades' as const })), entryPoints: [] }],
      'WorstField+60 DependantsDegrade+3',
      'high',
    ],
    [
      'dependants, an entry point and the first tier',
      ['web', [difference('a', 'high')]],
      [
        { affected: affected(3, 1), entryPoints: ['shop/edge'] },
        { tier: '1', owner: null },
      ],
      'WorstField+60 DependantsBreak+8 EntryPointReached+8 DeclaredTier+8',
      'critical',
    ],
    [
      'a harmless field of the same service stays harmless',
      ['web', [difference('a', 'info')]],
      [
        { affected: affected(40, 1), entryPoints: ['shop/edge'] },
        { tier: '1', owner: null },
      ],
      'WorstField+5 DependantsBreak+1 EntryPointReached+1 DeclaredTier+1',
      'info',
    ],
    [
      'an unimportant service',
      ['web', [difference('a', 'medium')]],
      [null, { tier: '4', owner: null }],
      'WorstField+40 DeclaredTier-6',
      'low',
    ],
    [
      'the namespaces of the platform',
      ['dns', [difference('a', 'high')], { namespace: 'kube-system' }],
      [null],
      'WorstField+60 PlatformNamespace+8',
      'high',
    ],
    [
      'a whole object that is missing',
      ['web', [], { verdict: 'drifted', drift: 'missing', severity: 'critical' }],
      [null],
      'WorstField+80',
      'critical',
    ],
  ])('%s', ([, report, graph, vector, level]) => {
    const [judgement] = judgementsOf([reportOf(...report)], graphWith(...graph));
    expect(judgement).toMatchObject({ vector, level });
    expect(judgement?.score).toBe(judgement?.reasons.reduce((sum, { points }) => sum + points, 0));
  });

  test('stays within 0 and 100', () => {
    const report = reportOf('web', [difference('a', 'critical', { actor: { ...someone, class: 'suspicious' } })], {
      namespace: 'kube-system',
    });
    const graph = graphWith({ affected: affected(500, 1), entryPoints: ['edge'] }, { tier: '0', owner: null });
    expect(judgementsOf([report], graph)[0]?.score).toBe(100);
  });

  test('reasons say what they counted', () => {
    const graph = graphWith({ affected: affected(5, 0.9), entryPoints: ['shop/edge', 'shop/admin'] });
    expect(judgementsOf([reportOf('web', [difference('spec.replicas', 'high')])], graph)[0]?.reasons).toEqual([
      { rule: 'WorstField', points: 60, text: 'spec.replicas is high' },
      { rule: 'DependantsBreak', points: 9, text: 'shop/s0, shop/s1, shop/s2 and 2 more would break with it' },
      { rule: 'EntryPointReached', points: 8, text: 'users reach it through shop/edge and 1 more' },
    ]);
  });

  test('what did not drift gets no judgement, whatever its suppressions', () => {
    expect(judgementsOf([reportOf('web'), reportOf('db', [], { verdict: 'undetermined' })])).toEqual([]);
  });

  test('a tier named like a member of every object counts as none', () => {
    const graph = graphWith(null, { tier: 'constructor', owner: null });
    expect(judgementsOf([reportOf('web', [difference('a')])], graph)[0]?.vector).toBe('WorstField+40');
  });
});
