import { expect, test, vi } from 'vitest';
import { valueAt } from '../../src/resource/json.ts';
import { startPlane } from '../../tools/plane/start-plane.ts';
import { freshNamespace, kubectl, kubectlJson, sharedPlane, tryKubectl } from './plane-access.ts';

const deployment = (labels: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web', ...labels } },
        spec: { containers: [{ name: 'web', image: 'example.invalid/web:1' }] },
      },
    },
  });

const patiently = { timeout: 60_000, interval: 250 };

test('reports the version it was built from', async () => {
  const version = await kubectlJson(['version']);
  expect(valueAt(version, 'serverVersion', 'gitVersion')).toBe('v1.36.3');
});

test('a Deployment applied by the real kubectl gets ready pods and endpoints', async () => {
  const namespace = await freshNamespace();
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: deployment() });
  await kubectl(['-n', namespace, 'expose', 'deployment', 'web', '--port=80']);
  await kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=60s']);
  await vi.waitFor(async () => {
    const slices = await kubectl(['-n', namespace, 'get', 'endpointslices', '-o', 'jsonpath={..ready}']);
    expect(slices).toBe('true true');
  }, patiently);
});

test('the autoscaler raises a Deployment to its minimum through the scale subresource', async () => {
  const namespace = await freshNamespace();
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: deployment() });
  await kubectl(['-n', namespace, 'autoscale', 'deployment', 'web', '--min=4', '--max=6', '--cpu=80%']);
  await vi.waitFor(async () => {
    const live = await kubectlJson(['-n', namespace, 'get', 'deployment', 'web', '--show-managed-fields']);
    expect(valueAt(live, 'spec', 'replicas')).toBe(4);
    expect(valueAt(live, 'metadata', 'managedFields')).toContainEqual(
      expect.objectContaining({ manager: 'kube-controller-manager', subresource: 'scale' }),
    );
  }, patiently);
});

test.for([
  { outcome: 'crash-loop', reason: 'CrashLoopBackOff' },
  { outcome: 'image-pull', reason: 'ImagePullBackOff' },
])('a pod labelled $outcome never gets ready and says $reason', async ({ outcome, reason }) => {
  const namespace = await freshNamespace();
  const input = deployment({ 'plane.mooring.dev/outcome': outcome });
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input });
  await vi.waitFor(async () => {
    const reasons = await kubectl(['-n', namespace, 'get', 'pods', '-o', 'jsonpath={..waiting.reason}']);
    expect(reasons).toBe(`${reason} ${reason}`);
  }, patiently);
});

test('a Job completes and the garbage collector removes what a deleted owner leaves', async () => {
  const namespace = await freshNamespace();
  await kubectl(['-n', namespace, 'create', 'job', 'once', '--image=example.invalid/once:1']);
  await kubectl(['-n', namespace, 'wait', '--for=condition=complete', 'job/once', '--timeout=60s']);
  await kubectl(['-n', namespace, 'delete', 'job', 'once']);
  await vi.waitFor(async () => {
    expect(await kubectl(['-n', namespace, 'get', 'pods', '-o', 'name'])).toBe('');
  }, patiently);
});

test('a deleted namespace goes, with everything in it', async () => {
  const namespace = await freshNamespace();
  await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: deployment() });
  await kubectl(['delete', 'namespace', namespace, '--timeout=60s']);
  expect((await tryKubectl(['get', 'namespace', namespace])).stderr).toContain('NotFound');
});

test('a plane of its own survives a killed API server, forgets history, knows users, and leaves nothing behind', async () => {
  const plane = await startPlane();
  try {
    const reader = plane.createUser('reader', ['readers']);
    const denied = await tryKubectl(['get', 'secrets'], { kubeconfig: reader });
    expect(denied.stderr).toContain('User "reader" cannot list resource "secrets"');

    await kubectl(['create', 'configmap', 'kept'], { kubeconfig: plane.kubeconfig });
    await plane.compact();
    await plane.apiserver.stop('SIGKILL');
    await expect(plane.request('GET', '/readyz')).rejects.toThrow();
    plane.apiserver.start();
    await plane.waitUntilReady();
    const old = await plane.request('GET', '/api/v1/configmaps?resourceVersion=1&resourceVersionMatch=Exact');
    expect(old.status).toBe(410);
    const kept = await kubectl(['get', 'configmap', 'kept', '-o', 'name'], { kubeconfig: plane.kubeconfig });
    expect(kept).toBe('configmap/kept\n');

    await kubectl(['apply', '-f', '-'], { input: deployment(), kubeconfig: plane.kubeconfig });
    const rollout = ['rollout', 'status', 'deployment/web', '--timeout=60s'];
    await kubectl(rollout, { kubeconfig: plane.kubeconfig });
  } finally {
    await plane.stop();
  }
  expect(plane.url).not.toBe(sharedPlane().url);
  expect(plane.apiserver.pid).toBeUndefined();
  expect(plane.etcd.pid).toBeUndefined();
});
