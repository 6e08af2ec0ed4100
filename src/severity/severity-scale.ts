import { severities } from '../drift/drift-report.ts';
import type { ResourceReport, Severity } from '../drift/drift-report.ts';

const pointsOfSeverity: Readonly<Record<Severity, number>> = { info: 5, low: 20, medium: 40, high: 60, critical: 80 };
const levelFrom: readonly (readonly [number, Severity])[] = [
  [75, 'critical'],
  [55, 'high'],
  [35, 'medium'],
  [15, 'low'],
];

export function pointsOf(severity: Severity): number {
  return pointsOfSeverity[severity];
}

/** The level of a score of 0 to 100. */
export function levelOf(score: number): Severity {
  return levelFrom.find(([least]) => score >= least)?.[1] ?? 'info';
}

export function isWorse(left: Severity, right: Severity): boolean {
  return severities.indexOf(left) > severities.indexOf(right);
}

/** The worst severity that the comparison itself gave a resource; null when nothing drifted. */
export function worstSeverity(report: ResourceReport): Severity | null {
  let worst: Severity | null =
    report.drift === 'missing' || report.drift === 'extra' ? (report.severity ?? 'medium') : null;
  for (const { severity } of report.differences) {
    if (worst === null || isWorse(severity, worst)) worst = severity;
  }
  return worst;
}
