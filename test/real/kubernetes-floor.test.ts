import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/history/store.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';
import { type Replica, startReplica } from './replica.ts';
import { proxyBefore, until } from './watching.ts';

const phaseOf = async (replica: Replica): Promise<string | undefined> =>
  (await replica.status()).kinds.find(({ kind }) => kind.kind === 'ConfigMap')?.phase;

test('F20 a daemon that is started again believes no list from before what the run before it saw, and makes no drift of it', async () => {
  const namespace = await freshNamespace('floor');
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'git'));
  const manifest = (mode: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace }, data: { mode } });
  writeFileSync(join(dir, 'git', 'a.json'), manifest('fast'));
  await kubectl(['apply', '-f', '-'], { input: manifest('slow') });
  const past = await kubectl(['get', '--raw', '/api/v1/configmaps']);
  await kubectl(['apply', '-f', '-'], { input: manifest('fast') });

  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  const config = { sources: [{ source: join(dir, 'git'), namespace }], live: { source: 'kube:' } };
  const start = (): Promise<Replica> => startReplica({ dir: join(dir, 'state'), kubeconfig: proxy.kubeconfig, config });
  {
    await using first = await start();
    await until(async () => (await first.status()).ready && (await phaseOf(first)) === 'synced');
  }
  let isPinned = true;
  let pinned = 0;
  proxy.fault = ({ url }) => {
    const isList = url.pathname === '/api/v1/configmaps' && !url.searchParams.has('watch');
    // A cache in between: it answers what it has, and knows nothing of versions.
    if (!isPinned || !isList) return undefined;
    pinned += 1;
    return { kind: 'answer', status: 200, body: past };
  };
  await using second = await start();
  await until(async () => (await second.status()).ready && pinned >= 4);
  const state = (await second.status()).kinds.find(({ kind }) => kind.kind === 'ConfigMap');
  expect(state).toMatchObject({ phase: 'partial', reason: expect.stringContaining('older state') });
  isPinned = false;
  await until(async () => (await phaseOf(second)) === 'synced');
  await using store = openStore({ path: join(dir, 'state', 'state.sqlite'), readOnly: true, clock: () => new Date() });
  expect(await store.episodes.list({ limit: 10 })).toEqual([]);
});
