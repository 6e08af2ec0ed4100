import type { DriftFacts, Reason } from '../judgement.ts';
import { pointsOf, worstSeverity } from '../severity-scale.ts';

/** The base of every score: the worst thing that the comparison found on the resource. */
export function worstField({ report }: DriftFacts): Reason | null {
  const severity = worstSeverity(report);
  if (severity === null) return null;
  const path = report.differences.find((difference) => difference.severity === severity)?.path;
  const text =
    path === undefined ? `the whole object is ${report.drift ?? 'changed'} (${severity})` : `${path} is ${severity}`;
  return { rule: 'WorstField', points: pointsOf(severity), text };
}
