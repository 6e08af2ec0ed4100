import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConnection } from '../../src/kubernetes/connection/kubernetes-connection.ts';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import { startConnectProxy } from '../kubernetes/connect-proxy.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';
import { heldBy, until } from './watching.ts';

/** The real API server under a name that only a proxy can resolve; its certificate is good for that name. */
let dir: string;
const host = 'kubernetes.default.svc';
const never = new AbortController().signal;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mooring-proxy-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function kubeconfig(proxyUrl?: string): { readonly file: string; readonly target: string } {
  const document = JSON.parse(readFileSync(sharedPlane().kubeconfig, 'utf8'));
  const { port } = new URL(sharedPlane().url);
  document.clusters[0].cluster.server = `https://${host}:${port}`;
  if (proxyUrl !== undefined) document.clusters[0].cluster['proxy-url'] = proxyUrl;
  const file = join(dir, `kubeconfig-${Math.random()}`);
  writeFileSync(file, JSON.stringify(document));
  return { file, target: `${host}:${port}` };
}

const version = async (file: string, environment: Record<string, string>): Promise<number> => {
  const connection = await openConnection({ kubeconfig: file, environment });
  try {
    return (await connection.send({ path: '/version' }, never)).status;
  } finally {
    await connection.close();
  }
};

describe('a proxy between Mooring and the API server', () => {
  test('that HTTPS_PROXY names gets tunnels and nothing else, and TLS ends at the API server', async () => {
    await using proxy = await startConnectProxy();
    const { file, target } = kubeconfig();
    expect(await version(file, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })).toBe(200);
    expect(new Set(proxy.tunnels)).toEqual(new Set([target]));
  });

  test('is passed by where NO_PROXY says so, as kubectl does', async () => {
    await using proxy = await startConnectProxy();
    const { file } = kubeconfig();
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '10.0.0.0/8,.svc' };
    // Without the proxy nobody here knows the name.
    await expect(version(file, environment)).rejects.toMatchObject({ code: 'cluster-unreachable' });
    expect(proxy.tunnels).toEqual([]);
  });

  test('that the kubeconfig names counts whatever the environment says', async () => {
    await using proxy = await startConnectProxy();
    const { file } = kubeconfig(`http://127.0.0.1:${proxy.port}`);
    const environment = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '*' };
    expect(await version(file, environment)).toBe(200);
    expect(proxy.tunnels.length).toBeGreaterThan(0);
  });

  test('that wants credentials gets them from its URL, and an error never shows them', async () => {
    await using proxy = await startConnectProxy('mooring:hush-hush');
    const place = `127.0.0.1:${proxy.port}`;
    expect(await version(kubeconfig().file, { HTTPS_PROXY: `http://mooring:hush-hush@${place}` })).toBe(200);
    const refused = await version(kubeconfig().file, { HTTPS_PROXY: `http://mooring:hush-wrong@${place}` }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'cluster-unreachable' });
    expect(`${String(refused)} ${JSON.stringify(refused)}`).not.toContain('hush');
  });

  test('that goes away under a watch makes its kind stale, and nothing is missed when it is back', async () => {
    const namespace = await freshNamespace('proxy');
    await using proxy = await startConnectProxy();
    const { file } = kubeconfig(`http://127.0.0.1:${proxy.port}`);
    const source = await createKubernetesSource({
      kubeconfig: file,
      environment: {},
      watch: { staleAfterMs: 500, restMs: 200, discoveryMs: 500 },
    });
    const request = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };
    const feed = await source.watch(request, () => {}, never);
    try {
      await kubectl(['-n', namespace, 'create', 'configmap', 'before']);
      await until(() => `${namespace}/before` in heldBy(feed, 'ConfigMap'));
      proxy.shut();
      await until(() => feed.states()[0]?.phase === 'stale');
      await kubectl(['-n', namespace, 'create', 'configmap', 'meanwhile']);
      await kubectl(['-n', namespace, 'delete', 'configmap', 'before']);
      proxy.open();
      await until(() => feed.states()[0]?.phase === 'synced');
      await until(() => `${namespace}/meanwhile` in heldBy(feed, 'ConfigMap'));
      expect(heldBy(feed, 'ConfigMap')).not.toHaveProperty(`${namespace}/before`);
      expect(feed.states()[0]?.relists).toBe(0);
    } finally {
      await feed.stop();
      await source.close();
    }
  });
});
