import type { AffectedNode, DriftFacts, Reason } from '../judgement.ts';

const most = 15;
const named = 3;
/** A dependant that degrades counts for this part of one that breaks. */
const degraded = 0.3;

/** Each dependant counts by its probability; every doubling adds the same, so that a huge graph does not drown the field itself. */
export function dependantsBreak({ impact, weight }: DriftFacts): Reason | null {
  const affected = impact?.affected ?? [];
  const breaking = affected.filter(({ effect }) => effect === 'breaks');
  const degrading = affected.filter(({ effect }) => effect === 'degrades');
  const expected = sumOf(breaking) + degraded * sumOf(degrading);
  const points = Math.round(Math.min(most, 5 * Math.log2(1 + expected)) * weight);
  if (breaking.length > 0) return { rule: 'DependantsBreak', points, text: `${namesOf(breaking)} would break with it` };
  if (points === 0) return null;
  return { rule: 'DependantsDegrade', points, text: `${namesOf(degrading)} would degrade with it` };
}

function sumOf(nodes: readonly AffectedNode[]): number {
  return nodes.reduce((sum, { probability }) => sum + probability, 0);
}

function namesOf(nodes: readonly AffectedNode[]): string {
  const rest = nodes.length - named;
  const names = nodes.slice(0, named).map(({ id }) => id);
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
