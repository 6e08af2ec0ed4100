import type { Actor, Difference, ResourceReport } from '../../src/drift/drift-report.ts';
import type { Resource } from '../../src/resource/resource.ts';
import { type JsonObject, stringAt } from '../../src/resource/json.ts';
import { groupOf } from '../../src/resource/resource-id.ts';
import { createHash } from 'node:crypto';

export const pat: Actor = {
  manager: 'kubectl-edit',
  class: 'human',
  operation: 'Update',
  subresource: null,
  at: null,
  notBefore: null,
  notAfter: '2026-01-02T03:00:00Z',
  confidence: 'high',
  why: 'managedFields names it as the last writer',
};

export const pipeline: Actor = { ...pat, manager: 'deploy-pipeline', class: 'ci', at: '2026-01-02T02:00:00Z' };

export function difference(path: string, more: Partial<Difference> = {}): Difference {
  return {
    path,
    change: 'changed',
    desired: 'a',
    live: 'b',
    severity: 'medium',
    actor: pat,
    origin: { file: 'web.yaml', line: 8 },
    notes: [],
    ...more,
  };
}

export function report(differences: readonly Difference[], more: Partial<ResourceReport> = {}): ResourceReport {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    verdict: 'drifted',
    drift: 'changed',
    differences,
    suppressions: [],
    pending: [],
    invalid: [],
    undetermined: [],
    notes: [],
    ...more,
  };
}

export function resource(body: JsonObject, file: string | null = 'web.yaml', line = 1): Resource {
  const apiVersion = stringAt(body, 'apiVersion') ?? '';
  const name = stringAt(body, 'metadata', 'name') ?? '';
  return {
    id: { group: groupOf(apiVersion), kind: stringAt(body, 'kind') ?? '', namespace: 'shop', name },
    apiVersion,
    body,
    origin: file === null ? null : { file, line },
  };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
