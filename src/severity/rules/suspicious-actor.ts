import type { DriftFacts, Reason } from '../judgement.ts';

/** A known manager name with an operation it never uses: a bot that changed its ways, or somebody under its name. */
export function suspiciousActor({ report }: DriftFacts): Reason | null {
  const actors = report.differences.map(({ actor }) => actor);
  const actor = [...actors, ...(report.actor ? [report.actor] : [])].find((one) => one.class === 'suspicious');
  if (actor === undefined) return null;
  return { rule: 'SuspiciousActor', points: 10, text: `${actor.manager ?? 'somebody'}: ${actor.why}` };
}
