import type { Actor, AuditReport, Difference, ResourceReport } from '../../src/drift/drift-report.ts';

const actor: Actor = {
  manager: 'kubectl-edit',
  class: 'human',
  operation: 'Update',
  subresource: null,
  at: null,
  notBefore: null,
  notAfter: '2027-03-01T10:02:11Z',
  confidence: 'high',
  why: 'kubectl edit',
};

export const imageChanged: Difference = {
  path: 'spec.template.spec.containers[name=web].image',
  change: 'changed',
  desired: 'nginx:1.27',
  live: 'nginx:1.28',
  severity: 'critical',
  actor,
  origin: { file: 'web.yaml', line: 23 },
  notes: [],
};

export function resourceReport(parts: Partial<ResourceReport>): ResourceReport {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    verdict: 'in-sync',
    drift: null,
    differences: [],
    suppressions: [],
    pending: [],
    invalid: [],
    undetermined: [],
    notes: [],
    ...parts,
  };
}

/** A report that holds one resource of each verdict. */
export function auditReport(resources: readonly ResourceReport[]): AuditReport {
  const count = (verdict: string) => resources.filter((resource) => resource.verdict === verdict).length;
  return {
    apiVersion: 'mooring.dev/v1',
    kind: 'AuditReport',
    desired: { source: './manifests', revision: null },
    live: { source: './live', readAt: '2027-03-01T12:02:11Z' },
    summary: {
      resources: resources.length,
      inSync: count('in-sync'),
      drifted: count('drifted'),
      pending: count('pending'),
      invalid: count('invalid'),
      undetermined: count('undetermined'),
      differences: resources.flatMap(({ differences }) => differences).length,
      suppressions: resources.flatMap(({ suppressions }) => suppressions).length,
    },
    resources,
    gaps: [],
  };
}
