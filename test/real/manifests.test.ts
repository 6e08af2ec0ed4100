import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubectl, type KubectlResult, tryKubectl } from './plane-access.ts';

const manifests = join(dirname(dirname(import.meta.dirname)), 'manifests');
const identity = '--as=system:serviceaccount:mooring:mooring';

/** Nothing provisions volumes on the plane, so the claim of the manifests gets one made by hand. */
const volume = JSON.stringify({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'mooring-state-for-test' },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/nowhere' },
    claimRef: { namespace: 'mooring', name: 'mooring-state' },
  },
});

describe('manifests/', () => {
  beforeAll(async () => {
    // A dry run does not create the namespace that the rest of it would need.
    await kubectl(['apply', '-f', join(manifests, 'namespace.yaml')]);
    await kubectl(['apply', '-f', '-'], { input: volume });
  });

  afterAll(async () => {
    await kubectl(['delete', '-k', manifests, '--ignore-not-found', '--wait=false']);
    await kubectl(['delete', 'persistentvolume', 'mooring-state-for-test', '--wait=false']);
  });

  test('are accepted by a server-side dry run with strict field validation', async () => {
    const output = await kubectl(['apply', '-k', manifests, '--dry-run=server', '--validate=strict', '-o', 'name']);
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => line.split('/')[0]),
    ).toEqual([
      'namespace',
      'serviceaccount',
      'clusterrole.rbac.authorization.k8s.io',
      'clusterrole.rbac.authorization.k8s.io',
      'clusterrolebinding.rbac.authorization.k8s.io',
      'configmap',
      'service',
      'persistentvolumeclaim',
      'deployment.apps',
      'networkpolicy.networking.k8s.io',
    ]);
  });

  test('start a pod under the restricted Pod Security Standard without a warning', async () => {
    const { code, stderr } = await tryKubectl(['apply', '-k', manifests]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await kubectl(['-n', 'mooring', 'rollout', 'status', 'deployment/mooring', '--timeout=60s']);
  });

  test.for([
    ['list', 'deployments.apps', 'yes'],
    ['watch', 'ingresses.networking.k8s.io', 'yes'],
    ['list', 'customresourcedefinitions.apiextensions.k8s.io', 'yes'],
    ['get', 'secrets', 'no'],
    ['list', 'secrets', 'no'],
    ['create', 'deployments.apps', 'no'],
    ['patch', 'configmaps', 'no'],
    ['delete', 'pods', 'no'],
    ['impersonate', 'users', 'no'],
  ] as const)('let Mooring %s %s: %s', async ([verb, resource, expected]) => {
    const { stdout } = await tryKubectl(['auth', 'can-i', verb, resource, '--all-namespaces', identity]);
    expect(stdout.trim()).toBe(expected);
  });

  test('the component for Secrets adds reading and nothing more', async () => {
    await kubectl(['apply', '-f', join(manifests, 'components', 'read-secrets', 'cluster-role.yaml')]);
    const canI = async (verb: string): Promise<string> =>
      (await tryKubectl(['auth', 'can-i', verb, 'secrets', '--all-namespaces', identity])).stdout.trim();
    try {
      await expect.poll(() => canI('list'), { timeout: 30_000 }).toBe('yes');
      expect(await canI('update')).toBe('no');
    } finally {
      await kubectl(['delete', 'clusterrole', 'mooring-reader-secrets']);
    }
  });

  test('the component for leader election runs two replicas that may write one Lease and nothing else', async () => {
    const overlay = mkdtempSync(join(tmpdir(), 'mooring-overlay-'));
    const base = relative(overlay, manifests);
    const components = join(base, 'components', 'leader-election');
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      `namespace: mooring\nresources: [${base}]\ncomponents: [${components}]\n`,
    );
    const namespaced = ['-n', 'mooring', identity];
    const canI = async (verb: string, what: string): Promise<string> =>
      (await tryKubectl(['auth', 'can-i', verb, what, ...namespaced])).stdout.trim();
    try {
      const { code, stderr } = await tryKubectl(['apply', '-k', overlay]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await kubectl(['-n', 'mooring', 'rollout', 'status', 'deployment/mooring', '--timeout=60s']);
      await expect.poll(() => canI('update', 'lease/mooring'), { timeout: 30_000 }).toBe('yes');
      expect(await canI('update', 'lease/another')).toBe('no');
      expect(await canI('delete', 'lease/mooring')).toBe('no');
      expect(await canI('create', 'leases')).toBe('yes');
      const volumes = await kubectl([
        '-n',
        'mooring',
        'get',
        'deployment',
        'mooring',
        '-o',
        'jsonpath={.spec.replicas} {.spec.template.spec.volumes[?(@.name=="state")]}',
      ]);
      expect(volumes).toBe('2 {"emptyDir":{"sizeLimit":"1Gi"},"name":"state"}');
    } finally {
      rmSync(overlay, { recursive: true });
      await kubectl(['apply', '-k', manifests]);
    }
  });

  test('the component for dry runs lets Mooring try objects, and create none', async () => {
    const component = join(manifests, 'components', 'server-dry-run');
    const role = join(manifests, 'components', 'leader-election', 'role.yaml');
    const files = ['guard.yaml', 'cluster-role.yaml'].flatMap((name) => ['-f', join(component, name)]);
    const lease = JSON.stringify({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'mooring-beside-the-guard', namespace: 'mooring' },
    });
    const create = (name: string, ...flags: readonly string[]): Promise<KubectlResult> =>
      tryKubectl(['-n', 'mooring', 'create', 'configmap', name, identity, ...flags]);
    await kubectl(['apply', ...files]);
    try {
      await expect.poll(async () => (await create('tried', '--dry-run=server')).code, { timeout: 30_000 }).toBe(0);
      await expect
        .poll(async () => (await create('created')).stderr, { timeout: 30_000 })
        .toContain('and create nothing');
      expect(await create('tried', '--dry-run=server')).toMatchObject({ code: 0 });
      const question = ['auth', 'can-i', 'create', 'deployments.apps', '-n', 'default', identity];
      expect((await tryKubectl(question)).stdout.trim()).toBe('yes');
      // Both components at once: the guard must not keep replicas from agreeing on a leader.
      await kubectl(['-n', 'mooring', 'apply', '-f', role]);
      const made = (): Promise<KubectlResult> => tryKubectl(['create', '-f', '-', identity], { input: lease });
      await expect.poll(async () => (await made()).stderr, { timeout: 30_000 }).toMatch(/^$|AlreadyExists/);
    } finally {
      await kubectl(['-n', 'mooring', 'delete', '--ignore-not-found', 'lease/mooring-beside-the-guard']);
      await kubectl(['-n', 'mooring', 'delete', '--ignore-not-found', '-f', role]);
      await kubectl(['delete', ...files]);
    }
  });
});
