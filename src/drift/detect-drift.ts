import type { Resource } from '../resource/resource.ts';
import type { DesiredSnapshot, LiveSnapshot } from '../resource/snapshot.ts';
import type { AuditReport, AuditSummary, ResourceReport } from './drift-report.ts';
import { type DriftOptions, DriftSession } from './drift-session.ts';

export interface DetectExtras {
  /** RFC 3339; decides which rules have expired. */
  readonly now: string;
  /** Versions at earlier revisions, by resource key (`formatResourceId`): what still equals one of them is pending, not drift. */
  readonly earlier?: ReadonlyMap<string, readonly Resource[]>;
}

/** Compares everything once. Pure; work is one judgement a resource. */
export function detectDrift(
  desired: readonly DesiredSnapshot[],
  live: LiveSnapshot,
  options: DriftOptions,
  extras: DetectExtras,
): AuditReport {
  const session = new DriftSession(options);
  session.setLive(live);
  session.setDesired(desired);
  const resources: ResourceReport[] = [];
  for (const key of session.keys()) {
    const report = session.judge(key, extras.now, extras.earlier?.get(key));
    if (report !== null) resources.push(report);
  }
  return auditReport(desired, live, resources);
}

/** The document of CONTRACTS 1 around judged resources. */
export function auditReport(
  desired: readonly DesiredSnapshot[],
  live: LiveSnapshot,
  resources: readonly ResourceReport[],
): AuditReport {
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'AuditReport',
    desired: {
      source: desired.map(({ source }) => source).join(', '),
      revision: desired.length === 1 ? (desired[0]?.revision ?? null) : null,
    },
    live: { source: live.source, readAt: live.readAt },
    summary: summarise(resources),
    resources,
    gaps: [...desired.flatMap(({ gaps }) => gaps), ...live.gaps],
  };
}

export function summarise(resources: readonly ResourceReport[]): AuditSummary {
  const counts = { 'in-sync': 0, drifted: 0, pending: 0, invalid: 0, undetermined: 0 };
  let [differences, suppressions] = [0, 0];
  for (const resource of resources) {
    counts[resource.verdict]++;
    differences += resource.differences.length;
    suppressions += resource.suppressions.length;
  }
  return {
    resources: resources.length,
    inSync: counts['in-sync'],
    drifted: counts.drifted,
    pending: counts.pending,
    invalid: counts.invalid,
    undetermined: counts.undetermined,
    differences,
    suppressions,
  };
}
