import type { AuditReport, ResourceReport } from '../drift/drift-report.ts';
import { groupOf } from '../resource/resource-id.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { DriftedFields, GraphLookup, Judgement, Reason, SeverityRule } from './judgement.ts';
import { levelOf, pointsOf, worstSeverity } from './severity-scale.ts';

/** Judges every drifted resource of a report, in the report's order. Resources that did not drift get no judgement. */
export function judgeDrift(
  report: Pick<AuditReport, 'resources'>,
  graph: GraphLookup,
  rules: readonly SeverityRule[],
): Judgement[] {
  return report.resources.flatMap((resource) => judgeResource(resource, graph, rules) ?? []);
}

/** The judgement of one resource, or null when it did not drift. */
export function judgeResource(
  report: ResourceReport,
  graph: GraphLookup,
  rules: readonly SeverityRule[],
): Judgement | null {
  const worst = worstSeverity(report);
  if (report.verdict !== 'drifted' || worst === null) return null;
  const id = idOfReport(report);
  const impact = graph.impactOf(id, driftedFields(report));
  const facts = { report, impact, importance: graph.importanceOf(id), weight: pointsOf(worst) / pointsOf('critical') };
  const reasons = rules.flatMap((rule) => rule(facts) ?? []);
  const score = Math.min(
    100,
    Math.max(
      0,
      reasons.reduce((sum, reason) => sum + reason.points, 0),
    ),
  );
  return { id, level: levelOf(score), score, vector: vectorOf(reasons), reasons, report, impact };
}

export function driftedFields({ drift, differences }: ResourceReport): DriftedFields {
  if (drift === 'missing') return { change: 'removed', paths: [] };
  if (drift === 'extra') return { change: 'added', paths: [] };
  return { change: 'changed', paths: differences.map(({ path }) => path) };
}

export function idOfReport(report: ResourceReport): ResourceId {
  return {
    group: groupOf(report.apiVersion),
    kind: report.kind,
    namespace: report.namespace,
    name: report.name,
  };
}

function vectorOf(reasons: readonly Reason[]): string {
  return reasons.map(({ rule, points }) => `${rule}${points < 0 ? '' : '+'}${points}`).join(' ');
}
