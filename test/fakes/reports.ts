import { createHash } from 'node:crypto';
import type { Actor, AuditReport, Difference, ResourceReport, Severity } from '../../src/drift/drift-report.ts';
import { summarise } from '../../src/drift/detect-drift.ts';
import { judgeDrift } from '../../src/severity/judge-drift.ts';
import type { GraphLookup, Impact, Importance, Judgement } from '../../src/severity/judgement.ts';
import { severityRules } from '../../src/severity/severity-rules.ts';

export const now = '2026-11-25T10:00:00.000Z';

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export const someone: Actor = {
  manager: 'kubectl-edit',
  class: 'human',
  operation: 'Update',
  subresource: null,
  at: null,
  notBefore: null,
  notAfter: '2026-11-25T09:58:00.000Z',
  confidence: 'high',
  why: 'kubectl edit writes under this name',
};

export function difference(path: string, severity: Severity = 'medium', rest: Partial<Difference> = {}): Difference {
  return {
    path,
    change: 'changed',
    desired: 1,
    live: 2,
    severity,
    actor: someone,
    origin: { file: 'web.yaml', line: 7 },
    notes: [],
    ...rest,
  };
}

/** A Deployment `shop/<name>`: drifted when it has differences, in sync otherwise. */
export function reportOf(
  name: string,
  differences: readonly Difference[] = [],
  rest: Partial<ResourceReport> = {},
): ResourceReport {
  const drifted = differences.length > 0;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name,
    verdict: drifted ? 'drifted' : 'in-sync',
    drift: drifted ? 'changed' : null,
    differences,
    suppressions: [],
    pending: [],
    invalid: [],
    undetermined: [],
    notes: [],
    ...rest,
  };
}

export function auditOf(resources: readonly ResourceReport[], rest: Partial<AuditReport> = {}): AuditReport {
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'AuditReport',
    desired: { source: 'repo', revision: 'abc123' },
    live: { source: 'dump', readAt: now },
    summary: summarise(resources),
    resources,
    gaps: [],
    ...rest,
  };
}

export function graphWith(impact: Impact | null, importance: Importance | null = null): GraphLookup {
  return { impactOf: () => impact, importanceOf: () => importance };
}

export const noGraph = graphWith(null);

export function judgementsOf(reports: readonly ResourceReport[], graph: GraphLookup = noGraph): Judgement[] {
  return judgeDrift({ resources: reports }, graph, severityRules);
}
