import type { AffectedNode, DriftFacts, Reason } from '../judgement.ts';

const most = 15;
const named = 3;

/** Each dependant counts by its probability; every doubling adds the same, so that a huge graph does not drown the field itself. */
export function dependantsBreak({ impact, weight }: DriftFacts): Reason | null {
  const breaking = (impact?.affected ?? []).filter(({ effect }) => effect === 'breaks');
  if (breaking.length === 0) return null;
  const expected = breaking.reduce((sum, { probability }) => sum + probability, 0);
  const points = Math.round(Math.min(most, 5 * Math.log2(1 + expected)) * weight);
  return { rule: 'DependantsBreak', points, text: `${namesOf(breaking)} would break with it` };
}

function namesOf(nodes: readonly AffectedNode[]): string {
  const rest = nodes.length - named;
  const names = nodes.slice(0, named).map(({ id }) => id);
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
