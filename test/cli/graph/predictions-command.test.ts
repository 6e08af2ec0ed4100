import { expect, test } from 'vitest';
import { formatPredictions } from '../../../src/cli/graph/predictions-command.ts';
import { formatUpstream } from '../../../src/cli/graph/upstream-command.ts';
import type { PredictionRecord } from '../../../src/predictions/prediction.ts';
import { scoreOf } from '../../../src/predictions/score-predictions.ts';

const now = '2026-03-01T12:00:00.000Z';
const record: PredictionRecord = {
  id: 'p1',
  trigger: 'episode',
  of: 'v1/ConfigMap/shop/flags',
  origins: [],
  madeAt: '2026-03-01T10:00:00.000Z',
  until: '2026-03-01T11:00:00.000Z',
  affected: [
    { id: 'shop/cart', effect: 'breaks', probability: 0.9 },
    { id: 'shop/web', effect: 'degrades', probability: 0.55 },
  ],
  outcome: { kind: 'scored', scoredAt: now, hit: ['shop/cart'] },
};

test('predictions say what came of them, and how little that is, on a phone', () => {
  expect(formatPredictions({ score: scoreOf([record]), items: [record] }, now, { colour: false, columns: 40 })).toBe(`\
1 scored, 1 of them with an alert or
drift afterwards; 0 still open, 0 never
put to the test
  precision 50 %: of those said to break
  or degrade, had an alert or drift
  recall    100 %: of those that had
  one, had been named
  Brier     0.156: 0 is perfect, 0.25 is
  a coin
    50–60 %: predicted 55 %, came 0 %,
    of 1
    90–100 %: predicted 90 %, came 100
    %, of 1
Note: only 1 predictions have been
scored; below 20 one alert more or less
turns the figures.

v1/ConfigMap/shop/flags drifted 2 h ago
  said: shop/cart, shop/web
  came: shop/cart
`);
});

test('without any there is no figure, and the reason', () => {
  const text = formatPredictions({ score: scoreOf([]), items: [] }, now, { colour: false, columns: null });
  expect(text).toContain('precision –');
  expect(text).toContain('Note: no prediction has been scored yet: a window has to close first.');
});

const upstream = {
  of: 'shop/web',
  notSeen: ['no traffic was observed'],
  changes: [
    {
      resource: 'v1/ConfigMap/shop/flags',
      path: 'data.COLOR',
      change: 'changed',
      state: 'open' as const,
      actor: { manager: 'kubectl-edit', class: 'human' },
      onset: { notAfter: '2026-03-01T10:00:00.000Z' },
      effect: 'degrades' as const,
      probability: 0.57,
      through: ['shop/cart', 'shop/web'],
      why: 'reads it as env COLOR',
    },
  ],
};

test('what changed upstream says who did it, when, and by which way it comes', () => {
  expect(formatUpstream(upstream, now, { colour: false, columns: 80 })).toBe(`\
What changed upstream of shop/web

  57 % degrades it: ConfigMap shop/flags data.COLOR
      by kubectl-edit (human), 2 h ago
      reads it as env COLOR; by shop/cart → shop/web

Not seen: no traffic was observed.
`);
  expect(formatUpstream({ ...upstream, changes: [] }, now, { colour: false, columns: 80 })).toContain(
    'No drift that is known reaches it.',
  );
});
