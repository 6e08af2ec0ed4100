import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../file-lock.ts';
import type { ClusterClient } from './cluster-client.ts';
import { type Component, componentFailed } from './component.ts';

/** Start of the name of every plane's temporary directory; the process id follows. */
export const planeDirPrefix = 'mooring-plane-';

/** A plane whose process was killed leaves its directory behind; the next one tidies up. */
export function removeAbandonedPlanes(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${planeDirPrefix}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Asks every 100 ms until the answer is yes; gives up when the component has ended or `seconds` have gone by. */
export async function waitFor(component: Component, seconds: number, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  let last = 'it did not answer';
  while (Date.now() < deadline) {
    component.assertRunning();
    try {
      if (await isReady()) return;
      last = 'it answered, but was not ready';
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(100);
  }
  throw componentFailed(component, `not ready within ${seconds} s (${last})`);
}

/** Makes etcd forget all history before now. */
export async function compactEtcd(etcdUrl: string): Promise<void> {
  const post = async (path: string, body: unknown): Promise<string> => {
    const answer = await fetch(`${etcdUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd answered ${answer.status} to ${path}`);
    return answer.text();
  };
  const range = await post('/v3/kv/range', { key: Buffer.from('compact').toString('base64') });
  const revision = /"revision":\s*"(\d+)"/.exec(range)?.[1];
  if (revision === undefined) throw new Error(`etcd named no revision: ${range}`);
  await post('/v3/kv/compaction', { revision, physical: true });
}

/** Creates nodes that kwok plays, and waits until all of them are ready. */
export async function createNodes(kwok: Component, request: ClusterClient, count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1) {
    const name = `node-${index}`;
    const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
    await request('POST', '/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    });
  }
  await waitFor(kwok, 60, async () => {
    const answer = await request('GET', '/api/v1/nodes');
    return (answer.body.match(/"reason":\s*"KubeletReady"/g) ?? []).length >= count;
  });
}
