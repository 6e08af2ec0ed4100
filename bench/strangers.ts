import type { JsonObject } from '../src/resource/json.ts';

/** Nodes as kwok keeps them, and pods of ReplicaSets on them: what a cluster holds beside what Git declares. */
export function* drawStrangers(
  count: number,
  namespaces: readonly string[],
): Generator<{ readonly at: string; readonly body: JsonObject }> {
  // Without controllers nobody makes the account that every pod needs.
  for (const namespace of namespaces)
    yield {
      at: `/api/v1/namespaces/${namespace}/serviceaccounts`,
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    };
  const nodes = Math.min(1_000, Math.ceil(count / 50));
  for (let index = 0; index < nodes; index += 1) yield { at: '/api/v1/nodes', body: node(index) };
  for (let index = nodes; index < count; index += 1) {
    const namespace = namespaces[index % namespaces.length] ?? 'default';
    yield { at: `/api/v1/namespaces/${namespace}/pods`, body: pod(index, `node-${index % nodes}`) };
  }
}

function node(index: number): JsonObject {
  const labels = {
    'kubernetes.io/hostname': `node-${index}`,
    'topology.kubernetes.io/zone': `zone-${index % 3}`,
    type: 'kwok',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}`, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
  };
}

function pod(index: number, nodeName: string): JsonObject {
  const set = `web-${Math.floor(index / 20)}-5d4f8c7b9`;
  const labels = { 'app.kubernetes.io/name': `web-${Math.floor(index / 20)}`, 'pod-template-hash': '5d4f8c7b9' };
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: set,
    uid: `00000000-0000-4000-8000-${String(Math.floor(index / 20)).padStart(12, '0')}`,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set}-${index}`,
      labels,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      nodeName,
      containers: [
        {
          name: 'main',
          image: 'registry.example.test/shop/web:1.2.3',
          env: [{ name: 'LOG_LEVEL', value: 'info' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  };
}
