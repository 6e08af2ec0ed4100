import { expect, test } from 'vitest';
import type { Fault } from '../kubernetes/fault-proxy.ts';
import { freshNamespace, kubectl, sharedPlane } from './plane-access.ts';
import { heldBy, proxyBefore, servedBy, startWatching, stateOf, until } from './watching.ts';

/** Faults on the way to a real API server, made by a proxy; F numbers are those of the fault list. */
const request = { declared: [{ apiVersion: 'v1', kind: 'ConfigMap' }], evidence: [] };
const watch = { staleAfterMs: 200, restMs: 200, discoveryMs: 300, answerMs: 500, settleMs: 500 };

const served = (): Promise<Record<string, string>> =>
  servedBy((path) => kubectl(['get', '--raw', path]), '/api/v1/configmaps');

async function writeConfigMap(namespace: string, name: string, value: string): Promise<void> {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { value } };
  await kubectl(['apply', '--server-side', '-f', '-'], { input: JSON.stringify(manifest) });
}

const isWatch = (url: URL): boolean => url.searchParams.has('watch');
const isList = (url: URL): boolean => url.pathname.endsWith('/configmaps') && !isWatch(url);

test('F5 a path that died without a word is found, shown as stale, and left for a new one', async () => {
  const namespace = await freshNamespace('f5');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  await using watching = await startWatching(request, { kubeconfig: proxy.kubeconfig, watch });
  proxy.freeze();
  await writeConfigMap(namespace, 'unheard', '1');
  await until(() => stateOf(watching.feed, 'ConfigMap').phase === 'stale');
  expect(heldBy(watching.feed, 'ConfigMap')).not.toHaveProperty(`${namespace}/unheard`);
  expect(watching.feed.snapshot().gaps).toMatchObject([{ what: 'configmaps' }]);
  proxy.thaw();
  await until(() => stateOf(watching.feed, 'ConfigMap').phase === 'synced');
  await until(() => `${namespace}/unheard` in heldBy(watching.feed, 'ConfigMap'));
  expect(stateOf(watching.feed, 'ConfigMap').relists).toBe(0);
});

test('F5 with the times of a real installation a dead path is found within 45 seconds', {
  timeout: 60_000,
}, async () => {
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  await using watching = await startWatching(request, { kubeconfig: proxy.kubeconfig });
  proxy.freeze();
  const frozenAt = performance.now();
  await until(() => stateOf(watching.feed, 'ConfigMap').phase === 'stale');
  expect(performance.now() - frozenAt).toBeLessThan(45_000);
});

test('F6 a stream of a few bytes at a time, and one that pauses inside a line, are waited for', async () => {
  const namespace = await freshNamespace('f6');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  const faults: Fault[] = [
    { kind: 'slow', bytes: 16, ms: 5 },
    { kind: 'pause', afterBytes: 40, ms: 1_500 },
  ];
  for (const fault of faults) {
    proxy.fault = ({ url }) => (isWatch(url) ? fault : undefined);
    // Silence counts, not slowness: the whole event takes far longer than the silence that is allowed.
    await using watching = await startWatching(request, {
      kubeconfig: proxy.kubeconfig,
      watch: { ...watch, discoveryMs: 60_000, silenceMs: 10_000 },
    });
    await writeConfigMap(namespace, `slow-${fault.kind}`, 'x'.repeat(2_000));
    await until(() => `${namespace}/slow-${fault.kind}` in heldBy(watching.feed, 'ConfigMap'));
    expect(stateOf(watching.feed, 'ConfigMap')).toMatchObject({ restarts: {}, relists: 0 });
  }
});

test('F7 streams cut anywhere lose and invent nothing', async () => {
  const namespace = await freshNamespace('f7');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  let cutAt = 1;
  proxy.fault = ({ url }) => (isWatch(url) ? { kind: 'cut', afterBytes: (cutAt += 137) } : undefined);
  await using watching = await startWatching(request, { kubeconfig: proxy.kubeconfig, watch, random: () => 0 });
  for (const name of ['a', 'b', 'c']) await writeConfigMap(namespace, name, 'ä€😀'.repeat(50));
  await kubectl(['delete', 'configmap', '-n', namespace, 'b']);
  await until(() => (stateOf(watching.feed, 'ConfigMap').restarts['broken'] ?? 0) > 8);
  proxy.fault = () => undefined;
  proxy.tear();
  await until(async () => JSON.stringify(heldBy(watching.feed, 'ConfigMap')) === JSON.stringify(await served()));
  expect(stateOf(watching.feed, 'ConfigMap').relists).toBe(0);
});

test('F10 bursts of 5xx, HTML pages and empty answers end in a synced kind, without spinning', async () => {
  const namespace = await freshNamespace('f10');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  await using watching = await startWatching(request, { kubeconfig: proxy.kubeconfig, watch });
  const answers: Fault[] = [500, 502, 503, 504].flatMap((status) => [
    { kind: 'answer', status, body: '<html>bad gateway</html>' },
    { kind: 'answer', status: 200, body: '' },
  ]);
  let next = 0;
  proxy.fault = ({ url }) => (isWatch(url) ? answers[next++ % answers.length] : undefined);
  proxy.tear();
  await until(() => stateOf(watching.feed, 'ConfigMap').phase === 'stale');
  await writeConfigMap(namespace, 'meanwhile', '1');
  expect(next).toBeLessThan(20);
  proxy.fault = () => undefined;
  await until(() => `${namespace}/meanwhile` in heldBy(watching.feed, 'ConfigMap'));
});

test('F19 events that come twice, out of order and again from long ago change nothing', async () => {
  const namespace = await freshNamespace('f19');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  const past: string[] = [];
  proxy.fault = ({ url }) =>
    isWatch(url)
      ? {
          kind: 'lines',
          change: (line) => {
            const replay = past.toReversed();
            past.push(line);
            return [line, ...replay, line];
          },
        }
      : undefined;
  await using watching = await startWatching(request, { kubeconfig: proxy.kubeconfig, watch });
  for (const value of ['1', '2', '3']) await writeConfigMap(namespace, 'a', value);
  await writeConfigMap(namespace, 'b', '1');
  await kubectl(['delete', 'configmap', '-n', namespace, 'b']);
  await writeConfigMap(namespace, 'end', '1');
  await until(async () => JSON.stringify(heldBy(watching.feed, 'ConfigMap')) === JSON.stringify(await served()));
  expect(stateOf(watching.feed, 'ConfigMap').outdated).toBeGreaterThan(0);
});

test('F20 a list from the past is refused after a restart, and never shown', async () => {
  const namespace = await freshNamespace('f20');
  await writeConfigMap(namespace, 'deleted-later', '1');
  const past = await kubectl(['get', '--raw', '/api/v1/configmaps']);
  await kubectl(['delete', 'configmap', '-n', namespace, 'deleted-later']);
  await writeConfigMap(namespace, 'made-later', '1');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  const firstRun = await startWatching(request, { kubeconfig: proxy.kubeconfig, watch });
  const floor = stateOf(firstRun.feed, 'ConfigMap').version ?? '';
  await firstRun[Symbol.asyncDispose]();
  let stale = 2;
  proxy.fault = ({ url }) => (isList(url) && stale-- > 0 ? { kind: 'answer', status: 200, body: past } : undefined);
  await using watching = await startWatching(request, { kubeconfig: proxy.kubeconfig, watch, floorOf: () => floor });
  await until(() => stateOf(watching.feed, 'ConfigMap').phase === 'synced');
  expect(heldBy(watching.feed, 'ConfigMap')).toHaveProperty(`${namespace}/made-later`);
  expect(heldBy(watching.feed, 'ConfigMap')).not.toHaveProperty(`${namespace}/deleted-later`);
  expect(watching.changed).not.toContain('ConfigMap/deleted-later');
});

test('F21 an event that is lost for ever is found by the audit, repaired, counted and reported', async () => {
  const namespace = await freshNamespace('f21');
  await writeConfigMap(namespace, 'lost', '1');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  const isLost = (line: string): boolean => line.includes('"DELETED"') && line.includes('"lost"');
  proxy.fault = ({ url }) =>
    isWatch(url) ? { kind: 'lines', change: (line) => (isLost(line) ? [] : [line]) } : undefined;
  await using watching = await startWatching(request, {
    kubeconfig: proxy.kubeconfig,
    watch: { ...watch, auditMs: 1_000, settleMs: 60_000 },
  });
  await kubectl(['delete', 'configmap', '-n', namespace, 'lost']);
  // Whatever else happens carries the watch past the list of the audit; a bookmark would, after a minute.
  await until(async () => {
    await writeConfigMap(namespace, 'other', String(performance.now()));
    return stateOf(watching.feed, 'ConfigMap').auditDifferences > 0;
  });
  await until(() => !(`${namespace}/lost` in heldBy(watching.feed, 'ConfigMap')));
  expect(watching.faults).toContain('the cache of configmaps differed from the server');
  await until(() => watching.changed.includes('ConfigMap/lost'));
});

test('F21 a watch that is merely behind is opened anew, and not called wrong', async () => {
  const namespace = await freshNamespace('f21');
  await using proxy = await proxyBefore(sharedPlane().kubeconfig);
  let isHeldBack = true;
  proxy.fault = ({ url }) => (isWatch(url) && isHeldBack ? { kind: 'lines', change: () => [] } : undefined);
  await using watching = await startWatching(request, {
    kubeconfig: proxy.kubeconfig,
    watch: { ...watch, auditMs: 1_000, settleMs: 500 },
  });
  isHeldBack = false;
  await writeConfigMap(namespace, 'unheard', '1');
  await until(() => `${namespace}/unheard` in heldBy(watching.feed, 'ConfigMap'));
  expect(stateOf(watching.feed, 'ConfigMap')).toMatchObject({ auditDifferences: 0, relists: 0 });
});

test('the audit finds nothing while a kind changes all the time', async () => {
  const namespace = await freshNamespace('audit');
  await using watching = await startWatching(request, {
    kubeconfig: sharedPlane().kubeconfig,
    watch: { ...watch, auditMs: 300, settleMs: 60_000 },
  });
  const writes = Array.from({ length: 40 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `busy-${index}`, namespace },
  }));
  for (let round = 0; round < 3; round += 1) {
    const input = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: writes.map((each) => ({ ...each, data: { round: `${round}` } })),
    });
    await kubectl(['apply', '--server-side', '-f', '-'], { input });
    await kubectl(['delete', '-f', '-', '--wait=false'], { input });
  }
  await until(() => stateOf(watching.feed, 'ConfigMap').auditedAt !== null);
  expect(stateOf(watching.feed, 'ConfigMap').auditDifferences).toBe(0);
});
