import type { DriftFacts, Reason } from '../judgement.ts';

/** Users notice what reaches an entry point; the rest can be mended in office hours. */
export function entryPointReached({ impact, weight }: DriftFacts): Reason | null {
  const [first, ...others] = impact?.entryPoints ?? [];
  if (first === undefined) return null;
  const text = `users reach it through ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  return { rule: 'EntryPointReached', points: Math.round(10 * weight), text };
}
