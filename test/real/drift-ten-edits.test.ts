import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AuditReport, Difference } from '../../src/drift/drift-report.ts';
import { auditPlane } from './audit-plane.ts';
import { editLive } from './live-edit.ts';
import { freshNamespace, kubectl } from './plane-access.ts';

const manifests = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'ten-edits', 'shop.yaml'), 'utf8');

interface Edit {
  /** Arguments of kubectl after the namespace; nothing for what is edited by hand. */
  readonly command: readonly string[];
  readonly difference: string;
  /** Manager and class; removals leave no trace in the object. */
  readonly author: string;
}

const webEnvironment = 'spec.template.spec.containers[name=web]';
const cartEnvironment = 'spec.template.spec.containers[name=cart]';
const nobody = 'nobody unknown';

const edits: readonly Edit[] = [
  {
    command: ['set', 'image', 'deployment/web', 'web=example.test/web:2.2-debug'],
    difference: `Deployment web ~${webEnvironment}.image`,
    author: 'kubectl-set human',
  },
  {
    command: ['scale', 'deployment/cart', '--replicas=3'],
    difference: 'Deployment cart ~spec.replicas',
    author: 'kubectl human',
  },
  {
    command: ['set', 'env', 'deployment/cart', 'VERBOSE=1', '--field-manager=dashboard'],
    difference: `Deployment cart +${cartEnvironment}.env[name=VERBOSE]`,
    author: 'dashboard human-or-ci',
  },
  {
    command: ['set', 'env', 'deployment/web', 'CACHE-'],
    difference: `Deployment web -${webEnvironment}.env[name=CACHE]`,
    author: nobody,
  },
  {
    command: ['label', 'deployment/web', 'hotfix=yes'],
    difference: 'Deployment web +metadata.labels.hotfix',
    author: 'kubectl-label human',
  },
  {
    command: ['label', 'deployment/cart', 'tier-'],
    difference: 'Deployment cart -metadata.labels.tier',
    author: nobody,
  },
  {
    command: ['annotate', 'service/web', 'example.test/ticket=4711'],
    difference: 'Service web +metadata.annotations."example.test/ticket"',
    author: 'kubectl-annotate human',
  },
  {
    command: ['patch', 'configmap/flags', '--type=merge', '-p', '{"data":{"checkout":"off"}}', '--field-manager=helm'],
    difference: 'ConfigMap flags ~data.checkout',
    author: 'helm ci',
  },
  {
    command: ['patch', 'service/cart', '-p', '{"spec":{"ports":[{"port":7070,"targetPort":9999}]}}'],
    difference: 'Service cart ~spec.ports[port=7070,protocol=TCP].targetPort',
    author: 'kubectl-patch human',
  },
  {
    command: ['set', 'resources', 'deployment/web', '--limits=memory=1Gi', '--field-manager=Mozilla'],
    difference: `Deployment web ~${webEnvironment}.resources.limits.memory`,
    author: 'Mozilla human',
  },
];

test('ten edits of an applied shop are found with their authors; applying it again leaves what nobody declares', async () => {
  const namespace = await freshNamespace('ten-edits');
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: manifests });
  expect((await auditPlane({ manifests, namespace })).resources.filter(({ verdict }) => verdict !== 'in-sync')).toEqual(
    [],
  );

  for (const { command } of edits) await kubectl(['-n', namespace, ...command]);
  const drifted = await auditPlane({ manifests, namespace });
  expect(differencesOf(drifted)).toEqual(
    edits.map(({ difference, author }) => `${difference} by ${author}`).toSorted(),
  );
  expect(drifted.summary).toMatchObject({ resources: 5, inSync: 0, drifted: 5, differences: 10 });

  // What was added is nothing that apply would take away: it does not know of it.
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: manifests });
  expect(differencesOf(await auditPlane({ manifests, namespace }))).toEqual([
    `Deployment cart +${cartEnvironment}.env[name=VERBOSE] by dashboard human-or-ci`,
    'Deployment web +metadata.labels.hotfix by kubectl-label human',
    'Service web +metadata.annotations."example.test/ticket" by kubectl-annotate human',
  ]);
});

test('another port number is another element: the declared one is gone and a new one is there', async () => {
  const namespace = await freshNamespace('ten-edits');
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: manifests });
  await editLive(namespace, 'cart', { kind: 'service', sed: 's/^    port: 7070$/    port: 7071/' });
  expect(differencesOf(await auditPlane({ manifests, namespace }))).toEqual([
    'Service cart +spec.ports[port=7071,protocol=TCP] by kubectl-edit human',
    `Service cart -spec.ports[port=7070,protocol=TCP] by ${nobody}`,
  ]);
});

const marks = { changed: '~', added: '+', removed: '-' } as const;

function differencesOf(report: AuditReport): readonly string[] {
  const lines = report.resources.flatMap(({ kind, name, differences }) =>
    differences.map((difference) => `${kind} ${name} ${sentenceOf(difference)}`),
  );
  return lines.toSorted();
}

function sentenceOf({ change, path, actor }: Difference): string {
  return `${marks[change]}${path} by ${actor.manager ?? 'nobody'} ${actor.class}`;
}
