import type { DriftFacts, Reason } from '../judgement.ts';

const pointsOfTier: Readonly<Record<string, number>> = { '0': 12, '1': 10, '2': 0, '3': -8, '4': -12 };

/** People know what the graph cannot: a service they declared unimportant scores lower, one they depend on scores higher. */
export function declaredTier({ importance, weight }: DriftFacts): Reason | null {
  const tier = importance?.tier ?? null;
  if (tier === null || !Object.hasOwn(pointsOfTier, tier)) return null;
  const points = Math.round((pointsOfTier[tier] ?? 0) * weight);
  return points === 0 ? null : { rule: 'DeclaredTier', points, text: `declared as tier ${tier}` };
}
