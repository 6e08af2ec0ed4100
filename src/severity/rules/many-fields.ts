import type { DriftFacts, Reason } from '../judgement.ts';

const fewFields = 3;

/** Many fields at once are rarely a slip of the hand: somebody replaced or reworked the object. */
export function manyFields({ report, weight }: DriftFacts): Reason | null {
  const count = report.differences.length;
  if (count <= fewFields) return null;
  return { rule: 'ManyFields', points: Math.round(5 * weight), text: `${count} fields differ` };
}
