import { describe, expect, test } from 'vitest';
import type { Happening, Prediction, PredictionRecord } from '../../src/predictions/prediction.ts';
import { outcomeOf, scoreOf } from '../../src/predictions/score-predictions.ts';

const madeAt = '2026-03-01T10:00:00.000Z';
const prediction = (rest: Partial<Prediction> = {}): Prediction => ({
  id: 'p1',
  trigger: 'episode',
  of: 'v1/ConfigMap/shop/flags',
  origins: ['shop/configmap/flags'],
  madeAt,
  until: '2026-03-01T11:00:00.000Z',
  affected: [
    { id: 'shop/cart', effect: 'breaks', probability: 0.9 },
    { id: 'shop/web', effect: 'degrades', probability: 0.5 },
    { id: 'shop/ads', effect: 'may-degrade', probability: 0.1 },
  ],
  ...rest,
});
const alert = (node: string | null, at: string): Happening => ({
  kind: 'alert',
  key: 'k',
  name: 'a',
  node,
  at,
  endsAt: null,
});

describe('how a prediction turned out', () => {
  test.for<[string, readonly Happening[], readonly string[]]>([
    ['an alert within the window is a hit', [alert('shop/cart', '2026-03-01T10:30:00Z')], ['shop/cart']],
    ['one after it is none', [alert('shop/cart', '2026-03-01T11:00:01Z')], []],
    ['one that was there before is none', [alert('shop/cart', '2026-03-01T09:59:00Z')], []],
    ['what began at the same moment is no consequence', [alert('shop/cart', madeAt)], []],
    ['what fits no node is none', [alert(null, '2026-03-01T10:30:00Z')], []],
    ['the changed object itself proves nothing', [alert('shop/configmap/flags', '2026-03-01T10:30:00Z')], []],
    [
      'several alerts of a node are one hit',
      [alert('b', '2026-03-01T10:30:00Z'), alert('a', '2026-03-01T10:31:00Z'), alert('b', '2026-03-01T10:32:00Z')],
      ['a', 'b'],
    ],
  ])('%s', ([, happenings, hit]) => {
    expect(outcomeOf(prediction(), happenings, madeAt)).toEqual({ kind: 'scored', scoredAt: madeAt, hit });
  });

  test('what a person asked about is put to the test only when it fails', () => {
    const asked = prediction({ trigger: 'asked', of: 'shop/db', origins: ['shop/db'] });
    const web = alert('shop/web', '2026-03-01T10:30:00Z');
    expect(outcomeOf(asked, [web], madeAt).kind).toBe('untested');
    const failed = outcomeOf(asked, [web, alert('shop/db', '2026-03-01T10:20:00Z')], madeAt);
    expect(failed).toEqual({ kind: 'scored', scoredAt: madeAt, hit: ['shop/web'] });
  });
});

describe('the score', () => {
  const record = (hit: readonly string[] | null, rest: Partial<Prediction> = {}): PredictionRecord => ({
    ...prediction(rest),
    outcome: hit === null ? null : { kind: 'scored', scoredAt: madeAt, hit },
  });

  test('precision is of those named, recall of those hit, and "may degrade" names nobody', () => {
    const score = scoreOf([record(['shop/cart', 'shop/mail', 'shop/ads'])]);
    expect([score.precision, score.recall]).toEqual([0.5, 0.333]);
    // (0.1² + 0.5² + 0.9²) / 3
    expect(score.brier).toBe(0.357);
  });

  test('the deciles set what was said beside what came', () => {
    expect(scoreOf([record(['shop/cart']), record([])]).deciles).toEqual([
      { from: 0.1, nodes: 2, predicted: 0.1, observed: 0 },
      { from: 0.5, nodes: 2, predicted: 0.5, observed: 0 },
      { from: 0.9, nodes: 2, predicted: 0.9, observed: 0.5 },
    ]);
  });

  test('nothing scored is no figure, and says so', () => {
    const score = scoreOf([record(null)]);
    expect(score).toMatchObject({ scored: 0, waiting: 1, precision: null, recall: null, brier: null, deciles: [] });
    expect(score.caution).toEqual(['no prediction has been scored yet: a window has to close first']);
  });

  test('few are called few, and silence is not taken for success', () => {
    const silent = scoreOf(Array.from({ length: 30 }, () => record([])));
    expect([silent.precision, silent.recall, silent.withHits]).toEqual([0, null, 0]);
    expect(silent.caution).toEqual([expect.stringContaining('no alert and no other drift')]);
    expect(scoreOf([record(['shop/cart'])]).caution).toEqual([expect.stringContaining('only 1')]);
    expect(scoreOf(Array.from({ length: 30 }, () => record(['shop/cart']))).caution).toEqual([]);
  });
});
