import { compareText } from '../compare-text.ts';
import type { Adjacency } from './adjacency.ts';
import { breakingCost, costScale, degradingCost, never } from './edge-impact.ts';
import type { Walk } from './walk-callers.ts';

export const effects = ['breaks', 'degrades', 'may-degrade'] as const;
export type Effect = (typeof effects)[number];

/** A node of a walk with the effect that counts for it. */
export interface Candidate {
  readonly index: number;
  readonly effect: Effect;
  /** Of the effect, from 0 to 1. */
  readonly probability: number;
}

/** Probability of each cost; walks only know costs. */
const probabilities = Float64Array.from({ length: never + 1 }, (_, cost) =>
  cost === never ? 0 : Math.exp(-cost / costScale),
);

/** Nodes less likely than this were not looked for, in hundredths. */
export function leastReached({ reachedCost }: Walk): number {
  return Math.round((probabilities[reachedCost] ?? 0) * 100) / 100;
}

/** The cost of the effect that counts for a node: of breaking when that is likely, else of noticing at all. */
function effectCost(walk: Walk, index: number): number {
  const breaks = walk.breakCost(index);
  return breaks <= breakingCost ? breaks : Math.min(breaks, walk.noticeCost(index));
}

function candidateAt(walk: Walk, index: number): Candidate {
  const cost = effectCost(walk, index);
  const probability = probabilities[cost] ?? 0;
  if (walk.breakCost(index) <= breakingCost) return { index, effect: 'breaks', probability };
  return { index, effect: cost <= degradingCost ? 'degrades' : 'may-degrade', probability };
}

/** What to rank: at most `limit` nodes, none of those that are hidden (what fails or changes itself). */
export interface Ranking {
  readonly limit: number;
  readonly hidden: ReadonlySet<number>;
}

/** The most probable nodes of a walk, in no order. Counting by cost finds the bar, so only what is listed is built and sorted. */
export function likeliest(adjacency: Adjacency, walk: Walk, { limit, hidden }: Ranking): Candidate[] {
  const counts = new Int32Array(never + 1);
  for (let position = 0; position < walk.size; position++) {
    const cost = effectCost(walk, walk.indexAt(position));
    counts[cost] = (counts[cost] ?? 0) + 1;
  }
  let bar = 0;
  // What is hidden stands among the likeliest and is not listed.
  const enough = limit + hidden.size;
  for (let above = counts[0] ?? 0; bar < never && above < enough; ) above += counts[++bar] ?? 0;
  const candidates: Candidate[] = [];
  for (let position = 0; position < walk.size; position++) {
    const index = walk.indexAt(position);
    if (effectCost(walk, index) <= bar && !hidden.has(index)) candidates.push(candidateAt(walk, index));
  }
  if (candidates.length <= limit) return candidates;
  const id = ({ index }: Candidate): string => adjacency.ids[index] ?? '';
  return candidates
    .toSorted((one, other) => other.probability - one.probability || compareText(id(one), id(other)))
    .slice(0, limit);
}
