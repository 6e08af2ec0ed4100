import { expect, test } from 'vitest';
import { buildGraph } from '../../../src/graph/build-graph.ts';
import { graphDocument } from '../../../src/graph/export-graph.ts';
import { keyringsFor } from '../../../src/graph/landscape/pull-secrets.ts';
import { builtAt, resource, workload } from '../world.ts';

function secret(name: string, parts: Parameters<typeof resource>[0]): ReturnType<typeof resource> {
  return resource({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, ...parts });
}

test('keyrings come from the pods that use an image and from their accounts, and never enter the graph', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner', namespace: 'shop' } };
  const graph = buildGraph(
    [
      workload('web', {
        pod: { imagePullSecrets: [{ name: 'own' }, { name: 'absent' }], serviceAccountName: 'runner' },
      }),
      workload('cart', { pod: { imagePullSecrets: [{ name: 'other' }] } }),
      resource({ ...account, imagePullSecrets: [{ name: 'old' }, { name: 'broken' }] }),
      secret('own', { data: { '.dockerconfigjson': btoa('{"canary": "own"}') } }),
      secret('old', { stringData: { '.dockercfg': '{"canary": "old"}' } }),
      secret('broken', { data: { '.dockerconfigjson': '%' } }),
      secret('other', { data: { '.dockerconfigjson': btoa('{"canary": "other"}') } }),
    ],
    { builtAt, images: new Map() },
  );
  expect(keyringsFor(graph.landscape, 'shop/web:1')).toStrictEqual(['{"canary": "own"}', '{"canary": "old"}']);
  expect(keyringsFor(graph.landscape, 'nobody:1')).toStrictEqual([]);
  expect(JSON.stringify(graphDocument(graph))).not.toMatch(/canary|Y2FuYXJ5/);
});
