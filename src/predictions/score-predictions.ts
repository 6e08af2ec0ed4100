import type { Happening, Outcome, Prediction, PredictionRecord } from './prediction.ts';

/** A tenth of the probabilities: how often what was given such a probability came. */
export interface Decile {
  /** From 0 to 1, the lower end. */
  readonly from: number;
  readonly nodes: number;
  /** Means, from 0 to 1. */
  readonly predicted: number;
  readonly observed: number;
}

/** How predictions turned out, all together. Shares are from 0 to 1; null: nothing to share. */
export interface PredictionScore {
  readonly scored: number;
  readonly waiting: number;
  readonly untested: number;
  /** Scored ones in whose window anything at all happened. */
  readonly withHits: number;
  /** Of the nodes that were said to break or degrade, those that were hit; and of those that were hit, those that had been named. */
  readonly precision: number | null;
  readonly recall: number | null;
  /** Mean squared error of the probabilities: 0 is perfect, 0.25 is a coin. */
  readonly brier: number | null;
  readonly deciles: readonly Decile[];
  /** Why the figures are not to be trusted yet; empty when they are. */
  readonly caution: readonly string[];
}

/** The latest predictions that count, of the last thirty days. */
export const mostScored = 1000;
const lookBack = 30 * 24 * 3600 * 1000;

/** RFC 3339. */
export function scoredSince(now: Date): string {
  return new Date(now.getTime() - lookBack).toISOString();
}

/** Fewer than this say nothing: one alert more or less turns the figure. */
const fewest = 20;

/**
 * Judges one prediction by what came. What was said of a drift is scored as it stands; what a person asked is scored only when the asked
 * node was hit itself.
 */
export function outcomeOf(prediction: Prediction, happenings: readonly Happening[], now: string): Outcome {
  const own = new Set([...prediction.origins, prediction.of]);
  const within = happenings.filter(({ at }) => isWithin(at, prediction));
  const hit = [...new Set(within.flatMap(({ node }) => node ?? []))].toSorted();
  const isTested = prediction.trigger === 'episode' || hit.some((node) => own.has(node));
  return { kind: isTested ? 'scored' : 'untested', scoredAt: now, hit: hit.filter((node) => !own.has(node)) };
}

/** What began together with what was predicted from is no consequence of it. */
function isWithin(at: string, { madeAt, until }: Prediction): boolean {
  const time = Date.parse(at);
  return time > Date.parse(madeAt) && time <= Date.parse(until);
}

/** Sums up. A node counts as named when it was said to break or degrade; "may degrade" counts for the calibration alone. */
export function scoreOf(records: readonly PredictionRecord[]): PredictionScore {
  const scored = records.flatMap(({ outcome, ...prediction }) =>
    outcome?.kind === 'scored' ? [{ prediction, hit: new Set(outcome.hit) }] : [],
  );
  let named = 0;
  let right = 0;
  let happened = 0;
  const pairs: Pair[] = [];
  for (const { prediction, hit } of scored) {
    happened += hit.size;
    for (const { id, effect, probability } of prediction.affected) {
      const isHit = hit.has(id);
      pairs.push({ probability, came: isHit ? 1 : 0 });
      if (effect === 'may-degrade') continue;
      named++;
      if (isHit) right++;
    }
  }
  const withHits = scored.filter(({ hit }) => hit.size > 0).length;
  return {
    scored: scored.length,
    waiting: records.filter(({ outcome }) => outcome === null).length,
    untested: records.filter(({ outcome }) => outcome?.kind === 'untested').length,
    withHits,
    precision: share(right, named),
    recall: share(right, happened),
    brier: share(
      pairs.reduce((sum, { probability, came }) => sum + (probability - came) ** 2, 0),
      pairs.length,
    ),
    deciles: decilesOf(pairs),
    caution: cautionOf(scored.length, withHits),
  };
}

interface Pair {
  readonly probability: number;
  readonly came: 0 | 1;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 1000;
}

function decilesOf(pairs: readonly Pair[]): Decile[] {
  const byDecile = Map.groupBy(pairs, ({ probability }) => Math.min(9, Math.max(0, Math.floor(probability * 10))));
  return [...byDecile]
    .toSorted(([one], [other]) => one - other)
    .map(([decile, members]) => ({
      from: decile / 10,
      nodes: members.length,
      predicted:
        share(
          members.reduce((sum, { probability }) => sum + probability, 0),
          members.length,
        ) ?? 0,
      observed:
        share(
          members.reduce((sum, { came }) => sum + came, 0),
          members.length,
        ) ?? 0,
    }));
}

function cautionOf(scored: number, withHits: number): string[] {
  if (scored === 0) return ['no prediction has been scored yet: a window has to close first'];
  const few =
    scored < fewest
      ? [`only ${scored} predictions have been scored; below ${fewest} one alert more or less turns the figures`]
      : [];
  const silent =
    withHits === 0
      ? [
          'no alert and no other drift came in any window: either nothing broke, or alerts do not reach /hooks/alertmanager',
        ]
      : [];
  return [...few, ...silent];
}
