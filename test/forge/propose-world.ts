import { createLocalForge } from '../../src/forge/local-forge.ts';
import { createRepairWriter } from '../../src/forge/git-repair-writer.ts';
import type { GitPlace } from '../../src/forge/git-call.ts';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { planRepair } from '../../src/rollback/plan-repair.ts';
import {
  proposeRollback,
  type ProposeDependencies,
  type ProposalOutcome,
} from '../../src/rollback/propose-rollback.ts';
import type { PlannedRepair } from '../../src/rollback/repair-plan.ts';
import { difference, pipeline, report, resource, sha256 } from '../rollback/reports.ts';

export const text =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  replicas: 3\n';
export const signal = new AbortController().signal;
export const identity = { name: 'Mooring', email: 'mooring@example.dev' };

export function planFor(base: string, live = 5, source = text): PlannedRepair {
  return planRepair({
    report: report([difference('spec.replicas', { desired: 3, live, actor: pipeline })]),
    desired: parseManifests(source, 'web.yaml').resources[0] ?? null,
    live: resource(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: live } },
      null,
    ),
    files: [{ file: 'web.yaml', text: source }],
    prefix: '',
    rendering: 'plain',
    base,
    earlier: [],
    blastRadius: null,
    cluster: null,
    sanctionedManagers: [],
    hash: sha256,
  });
}

export function dependencies(place: GitPlace): ProposeDependencies {
  const clock = (): Date => new Date('2026-01-02T04:00:00Z');
  return {
    repository: createRepairWriter({ place, baseBranch: 'main', identity }),
    pullRequests: createLocalForge({ place, clock }),
    log: null,
    baseBranch: 'main',
    clock,
  };
}

export async function propose(place: GitPlace, planned: PlannedRepair, asked = true): Promise<ProposalOutcome> {
  return await proposeRollback(planned, dependencies(place), { asked, paths: ['spec.replicas'] }, signal);
}
