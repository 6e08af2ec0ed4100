import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { planRepair } from '../../src/rollback/plan-repair.ts';
import type { RepairRequest } from '../../src/rollback/repair-request.ts';
import { makeGitWorld } from '../forge/git-world.ts';
import { difference, pipeline, report, resource, sha256 } from './reports.ts';

const text = `# The shop's front page.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3 # three zones
  template:
    spec:
      containers:
      - name: web
        image: "example/web:1.27"   # pinned
        env:
        - {name: MODE, value: production}
`;

const live = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 5,
    template: {
      spec: {
        containers: [
          {
            name: 'web',
            image: 'example/web:1.28',
            env: [
              { name: 'EXTRA', value: 'yes' },
              { name: 'MODE', value: 'production' },
            ],
          },
        ],
      },
    },
  },
};

const differences = [
  difference('spec.replicas', { desired: 3, live: 5, actor: pipeline }),
  difference('spec.template.spec.containers[name=web].image', {
    desired: 'example/web:1.27',
    live: 'example/web:1.28',
    actor: pipeline,
  }),
  difference('spec.template.spec.containers[name=web].env[name=EXTRA]', {
    change: 'added',
    desired: null,
    live: { name: 'EXTRA', value: 'yes' },
    actor: pipeline,
    origin: null,
  }),
];

function request(more: Partial<RepairRequest> = {}): RepairRequest {
  const desired = parseManifests(text, 'web.yaml').resources[0];
  return {
    report: report(differences),
    desired: desired ?? null,
    live: resource(live, null),
    files: [{ file: 'web.yaml', text }],
    prefix: '',
    rendering: 'plain',
    base: 'a'.repeat(40),
    earlier: [],
    blastRadius: null,
    cluster: null,
    sanctionedManagers: [],
    hash: sha256,
    ...more,
  };
}

describe('a plan to adopt', () => {
  const planned = planRepair(request());

  it('is chosen for what a pipeline deployed past Git', () => {
    expect(planned.plan).toMatchObject({
      repair: 'adopt',
      recommendation: 'go',
      refused: null,
      proof: { reparse: 'ok', render: 'ok' },
    });
  });

  it('changes exactly the lines of the fields', () => {
    expect(planned.plan.edits).toEqual([
      {
        file: 'web.yaml',
        patch: `diff --git a/web.yaml b/web.yaml
--- a/web.yaml
+++ b/web.yaml
@@ -5,11 +5,12 @@
   name: web
   namespace: shop
 spec:
-  replicas: 3 # three zones
+  replicas: 5 # three zones
   template:
     spec:
       containers:
       - name: web
-        image: "example/web:1.27"   # pinned
+        image: "example/web:1.28"   # pinned
         env:
+        - {name: EXTRA, value: "yes"}
         - {name: MODE, value: production}
`,
      },
    ]);
  });

  it('is a patch that git applies', () => {
    using world = makeGitWorld({ 'web.yaml': text });
    execFileSync('git', ['-C', world.repository, 'apply', '-'], {
      input: planned.plan.edits.map(({ patch }) => patch).join(''),
    });
    expect(readFileSync(join(world.repository, 'web.yaml'), 'utf8')).toBe(planned.files[0]?.after);
  });

  it('has a branch that depends on the intent alone', () => {
    const later = planRepair(
      request({
        base: 'b'.repeat(40),
        files: [{ file: 'web.yaml', text: `# moved\n${text}` }],
        report: report([...differences].reverse()),
      }),
    );
    expect(later.plan.branch).toBe(planned.plan.branch);
    expect(planned.plan.branch).toMatch(/^mooring\/adopt\/[\da-f]{20}$/);
    const other = planRepair(request({ report: report(differences.slice(1)) }));
    expect(other.plan.branch).not.toBe(planned.plan.branch);
  });

  it('reads as a whole like this', async () => {
    await expect(`${planned.plan.title}\n\n${planned.plan.body}`).toMatchFileSnapshot('bodies/adopt.md');
    await expect(planned.commitMessage).toMatchFileSnapshot('bodies/adopt-commit.txt');
  });
});

describe('a plan to restore', () => {
  const byHand = report([difference('spec.replicas', { desired: 3, live: 5 })]);
  const planned = planRepair(
    request({
      report: byHand,
      cluster: 'prod-1',
      blastRadius: { affected: [{ id: 'shop/checkout', effect: 'breaks', probability: 0.93 }] },
    }),
  );

  it('is chosen for what a person edited by hand, and leaves the manifests alone', () => {
    expect(planned.plan).toMatchObject({ repair: 'restore', recommendation: 'go' });
    expect(planned.plan.edits.map(({ file }) => file)).toEqual([`.mooring/restores/${planned.plan.fingerprint}.yaml`]);
  });

  it('reads as a whole like this', async () => {
    await expect(`${planned.plan.title}\n\n${planned.plan.body}`).toMatchFileSnapshot('bodies/restore.md');
    await expect(planned.files[0]?.after ?? '').toMatchFileSnapshot('bodies/restore-record.yaml');
  });

  it('holds when nobody can be named', () => {
    const unknown = planRepair(
      request({
        report: report([
          difference('spec.replicas', { actor: { ...pipeline, manager: null, class: 'unknown', confidence: 'low' } }),
        ]),
      }),
    );
    expect(unknown.plan).toMatchObject({ repair: 'restore', recommendation: 'hold' });
  });

  it('is a no-go where the field can only be set at creation', () => {
    const selector = planRepair(request({ report: report([difference('spec.selector.matchLabels.app')]) }));
    expect(selector.plan.recommendation).toBe('no-go');
    expect(selector.plan.reasons.at(-1)).toContain('cannot change');
  });
});

describe('a plan to revert', () => {
  const bad = text.replace('1.27', '1.28').replace('replicas: 3', 'replicas: 4');
  const badBody = parseManifests(bad, 'web.yaml').resources[0];
  const good = parseManifests(text, 'web.yaml').resources[0];
  const inSync = report([], { verdict: 'in-sync', drift: null });
  const earlier =
    good === undefined
      ? []
      : [
          {
            revision: 'c'.repeat(40),
            committedAt: '2026-01-01T00:00:00Z',
            resource: good,
            good: 'observed healthy for 26 h',
          },
        ];
  const planned = planRepair(
    request({
      report: inSync,
      desired: badBody ?? null,
      files: [{ file: 'web.yaml', text: bad }],
      earlier,
      wanted: 'revert',
    }),
  );

  it('goes back field by field', () => {
    expect(planned.files[0]?.after).toBe(text);
    expect(planned.plan.title).toBe('Take Deployment shop/web back to cccccccccc');
  });

  it('reads as a whole like this', async () => {
    await expect(`${planned.plan.title}\n\n${planned.plan.body}`).toMatchFileSnapshot('bodies/revert.md');
  });

  it('is refused without an earlier version', () => {
    expect(planRepair(request({ report: inSync, wanted: 'revert' })).plan.refused?.code).toBe('no-earlier-version');
  });
});

/** The document as SOPS leaves it when only what it looks for is encrypted. */
const signed = resource({
  ...live,
  sops: { mac: 'ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]', version: '3.9.0' },
});

describe('what is refused', () => {
  it.each([
    [
      'a Secret',
      request({ wanted: 'adopt', report: report(differences, { kind: 'Secret', apiVersion: 'v1' }) }),
      'secret-values',
    ],
    ['an object that SOPS signed', request({ wanted: 'adopt', desired: signed }), 'signed-by-sops'],
    ['going back to what SOPS signed otherwise', request({ wanted: 'revert', desired: signed }), 'signed-by-sops'],
    ['a rendered object', request({ wanted: 'adopt', rendering: 'helm' }), 'rendered'],
    [
      'an object that is only live',
      request({ wanted: 'adopt', report: report([], { drift: 'extra' }) }),
      'not-declared',
    ],
    [
      'a field behind a shared anchor',
      request({
        files: [
          {
            file: 'web.yaml',
            text: text
              .replace('replicas: 3', 'replicas: &n 3')
              .replace('template:', 'minReadySeconds: *n\n  template:'),
          },
        ],
      }),
      'shared-anchor',
    ],
    [
      'a Secret in the same document',
      request({
        files: [
          {
            file: 'web.yaml',
            text: `apiVersion: v1\nkind: List\nitems:\n- ${text.slice(26).trimEnd().replaceAll('\n', '\n  ')}\n- kind: Secret\n  stringData: {a: hunter2}\n`,
          },
        ],
      }),
      'secret-nearby',
    ],
    [
      'two writers',
      request({ report: report([difference('spec.replicas', { actor: { ...pipeline, class: 'controller' } })]) }),
      'other-writer',
    ],
  ])('%s', (_name, wanted, refusal) => {
    const { plan, files } = planRepair(wanted);
    expect(plan.refused?.code).toBe(refusal);
    expect(plan.recommendation).toBe('no-go');
    expect(plan.edits).toEqual([]);
    expect(files).toEqual([]);
    expect(JSON.stringify(plan)).not.toContain('hunter2');
  });
});

it('shows no line of a Secret that stands in another document of the file', () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: hunter2\n  b: hunter2\n';
  const mixed = `${secret}---\n${text}---\n${secret}`;
  const { plan, files } = planRepair(
    request({ files: [{ file: 'web.yaml', text: mixed }], report: report(differences.slice(2)) }),
  );
  expect(plan.refused).toBeNull();
  expect(JSON.stringify(plan)).not.toContain('hunter2');
  using world = makeGitWorld({ 'web.yaml': mixed });
  execFileSync('git', ['-C', world.repository, 'apply', '-'], { input: plan.edits[0]?.patch ?? '' });
  expect(readFileSync(join(world.repository, 'web.yaml'), 'utf8')).toBe(files[0]?.after);
});
