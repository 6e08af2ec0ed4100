import { expect, test } from 'vitest';
import { createKubernetesSource } from '../../src/kubernetes/kubernetes-live-source.ts';
import type { JsonObject } from '../../src/resource/json.ts';
import { configMap as declared, FakeManifests } from '../fakes/sides.ts';
import { event, list, startScriptedServer, until } from '../kubernetes/scripted-server.ts';
import { run } from './running-daemon.ts';

const count = 10_000;
const name = (index: number): string => `c${index % 1_000}`;

/** As the server tells it: with a version, and with field managers, of which one is a controller's for the status. */
function live(of: string, version: number, more: JsonObject = {}): JsonObject {
  const managers = [
    { manager: 'kubectl', operation: 'Update', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:data': { 'f:key': {} } } },
    {
      manager: 'kcm',
      operation: 'Update',
      subresource: 'status',
      time: `2026-01-02T00:00:${version % 60}Z`,
      fieldsV1: {},
    },
  ];
  const metadata = {
    name: of,
    namespace: 'shop',
    uid: `u-${of}`,
    resourceVersion: `${version}`,
    managedFields: managers,
  };
  return { ...declared(of, { key: 'a' }), metadata, status: { seen: version }, ...more };
}

test('ten thousand events of the status are no comparison, and the change among them is exactly one', async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => name(index));
  const server = await startScriptedServer();
  server.lists.push(
    list(
      names.map((each, index) => live(each, index + 1)),
      '1000',
    ),
  );
  const source = await createKubernetesSource({ kubeconfig: server.kubeconfig, environment: {}, random: () => 0 });
  try {
    const manifests = new FakeManifests().put(...names.map((each) => declared(each, { key: 'a' })));
    const running = run({ live: source, sources: [{ manifests, namespace: 'shop' }] });
    expect((await running.round()).report.summary).toMatchObject({ resources: 1_000, inSync: 1_000 });
    const before = running.daemon.judgements;
    const events = Array.from({ length: count }, (_, index) => event('MODIFIED', live(name(index), 2_000 + index)));
    server.open.at(-1)?.write(events.join(''));
    await until(() => running.daemon.status().kinds.some((kind) => 'touched' in kind && kind.touched === count));
    expect(running.daemon.judgements - before).toBe(0);
    const next = running.round();
    server.open.at(-1)?.write(event('MODIFIED', live('c7', 99_000, { data: { key: 'b' } })));
    expect((await next).report.resources.map(({ name: found }) => found)).toEqual(['c7']);
    expect(running.daemon.judgements - before).toBe(1);
  } finally {
    await source.close();
    await server.close();
  }
});
