import type { AuditReport } from '../drift/drift-report.ts';

export interface ReportFilter {
  readonly verdict?: string | undefined;
  readonly namespace?: string | undefined;
  readonly kind?: string | undefined;
}

/** A part of the resources. The summary stays that of the whole report: a filter never makes drift disappear from the counts. */
export function selectReport(report: AuditReport, { verdict, namespace, kind }: ReportFilter): AuditReport {
  if (verdict === undefined && namespace === undefined && kind === undefined) return report;
  const resources = report.resources.filter(
    (resource) =>
      (verdict === undefined || resource.verdict === verdict) &&
      (namespace === undefined || resource.namespace === namespace) &&
      (kind === undefined || resource.kind === kind),
  );
  return { ...report, resources };
}
