import { expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { valueAt } from '../../src/resource/json.ts';
import type { Resource } from '../../src/resource/resource.ts';
import type { DryRunAnswer } from '../../src/rollback/dry-run.ts';
import { planProvedRepair } from '../../src/rollback/plan-repair.ts';
import type { Repair, RepairPlan } from '../../src/rollback/repair-plan.ts';
import { difference, pipeline, report, resource, sha256 } from './reports.ts';

const { signal } = new AbortController();

interface Asked {
  readonly plan: RepairPlan;
  readonly objects: readonly Resource[];
}

async function ask(wanted: Repair, answer: DryRunAnswer, kind = 'Deployment'): Promise<Asked> {
  const apiVersion = kind === 'Secret' ? 'v1' : 'apps/v1';
  const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 3\n`;
  const objects: Resource[] = [];
  const live = { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 5 } };
  const { plan } = await planProvedRepair(
    {
      report: report([difference('spec.replicas', { desired: 3, live: 5, actor: pipeline })], { kind, apiVersion }),
      desired: parseManifests(text, 'web.yaml').resources[0] ?? null,
      live: resource(live, null),
      files: [{ file: 'web.yaml', text }],
      prefix: '',
      rendering: 'plain',
      base: null,
      earlier: [],
      blastRadius: null,
      cluster: null,
      sanctionedManagers: [],
      hash: sha256,
      wanted,
    },
    {
      rendered: null,
      dryRun: {
        tryOut(object, verb) {
          objects.push(object);
          expect(verb).toBe(kind === 'Secret' ? 'create' : 'update');
          return Promise.resolve(answer);
        },
      },
    },
    signal,
  );
  return { plan, objects };
}

test.each([
  ['adopt', 5],
  ['restore', 3],
] as const)('to %s, the server is asked about the object as Git then declares it', async (wanted, replicas) => {
  const { plan, objects } = await ask(wanted, { kind: 'accepted' });
  expect(plan.proof.dryRun).toBe('ok');
  expect(objects.map(({ body }) => valueAt(body, 'spec', 'replicas'))).toEqual([replicas]);
  expect(plan.body).toContain('| dry-run | pass |');
});

test('what the server refuses is never recommended, and the plan says why', async () => {
  const { plan } = await ask('adopt', { kind: 'rejected', reason: 'Invalid', message: 'spec.replicas: too many' });
  expect(plan.proof.dryRun).toBe('failed: Invalid: spec.replicas: too many');
  expect(plan.recommendation).toBe('no-go');
});

test('a server that cannot be asked proves nothing, and the plan says so', async () => {
  const { plan } = await ask('restore', { kind: 'unanswered', why: 'patch is forbidden' });
  expect(plan.proof.dryRun).toBe('skipped: patch is forbidden');
});

test('A29: the refusal of a Secret is named without its text, which may quote a value', async () => {
  const { plan } = await ask('restore', { kind: 'rejected', reason: 'Invalid', message: 'canary-value' }, 'Secret');
  expect(plan.proof.dryRun).toMatch(/^failed: Invalid /);
  expect(JSON.stringify(plan)).not.toContain('canary-value');
});

test('a repair that is refused already is not tried', async () => {
  const { plan, objects } = await ask('bot-fight', { kind: 'accepted' });
  expect(plan.proof.dryRun).toBe('skipped: other-writer');
  expect(objects).toEqual([]);
});
