import { describe, expect, test } from 'vitest';
import { blastRadius } from '../../../src/graph/blast-radius.ts';
import { graphOf, resource, resources, served, workload } from '../world.ts';

const cluster = graphOf(
  ...served('pay', 80, {
    pod: {
      serviceAccountName: 'payer',
      nodeSelector: { 'cloud.google.com/gke-nodepool': 'big' },
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  }),
  resources(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: payer, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: reader }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reads, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader }
subjects: [{ kind: ServiceAccount, name: payer }, { kind: Group, name: people }]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop }
spec: { storageClassName: fast, volumeName: pv-1 }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: pv-1 }
spec: { storageClassName: fast }
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: public }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: door, namespace: shop }
spec: { ingressClassName: public, defaultBackend: { service: { name: pay, port: { number: 80 } } } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks:
- name: a.example.dev
  clientConfig: { service: { name: pay, namespace: shop } }
  rules: [{ operations: [CREATE], resources: [deployments] }]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: foos.example.dev }
spec: { group: example.dev, names: { kind: Foo, plural: foos } }
`),
);

const directOf = (target: string): readonly string[] =>
  blastRadius(cluster, target)
    .affected.filter(({ distance }) => distance === 1)
    .map(({ id, effect }) => `${effect} ${id}`)
    .toSorted();

describe('the blast radius of an object of the cluster', () => {
  test.each([
    ['storageclass/fast', ['degrades persistentvolume/pv-1', 'degrades shop/persistentvolumeclaim/data']],
    ['persistentvolume/pv-1', ['breaks shop/persistentvolumeclaim/data']],
    ['clusterrole/reader', ['breaks shop/rolebinding/reads']],
    ['rolebinding/reads', ['breaks shop/serviceaccount/payer']],
    ['serviceaccount/payer', ['breaks shop/pay']],
    ['ingressclass/public', ['breaks shop/ingress/door']],
    ['nodepool/big', ['breaks shop/pay']],
    ['service/pay', ['breaks shop/ingress/door', 'breaks validatingwebhookconfiguration/guard']],
  ])('%s', (target, dependants) => {
    expect(directOf(target)).toEqual(dependants);
  });

  test.each(['customresourcedefinition/foos.example.dev', 'validatingwebhookconfiguration/guard'])(
    '%s is said to reach what the graph does not hold',
    (target) => {
      expect(blastRadius(cluster, target).coverage.notSeen[0]).toContain('not part of the graph');
    },
  );

  test('a webhook says which writes stop, or pass unasked', () => {
    const said = (failurePolicy: string): string =>
      blastRadius(
        graphOf(
          ...served('pay', 80),
          resource({
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'MutatingWebhookConfiguration',
            metadata: { name: 'guard' },
            webhooks: [
              {
                failurePolicy,
                clientConfig: { service: { name: 'pay', namespace: 'shop' } },
                rules: [{ operations: ['CREATE', 'UPDATE'], resources: ['pods', 'deployments'] }],
              },
            ],
          }),
        ),
        'service/pay',
      ).affected[0]?.evidence.join() ?? '';
    expect(said('Fail')).toContain('CREATE and UPDATE of pods, deployments; while it is away they are refused');
    expect(said('Ignore')).toContain('pass unasked');
  });
});

describe('pools of nodes', () => {
  const affinity = (...terms: object[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: JSON.parse(JSON.stringify(terms)) },
      },
    },
  });
  const on = (...values: string[]): object => ({
    matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'In', values }],
  });

  test.each([
    ['one that an affinity requires', affinity(on('a')), 'hard'],
    ['one of two', affinity(on('a'), on('b')), 'soft'],
    ['none where another term names none', affinity(on('a'), { matchFields: [] }), undefined],
    ['none for a label that names no pool', { nodeSelector: { 'kubernetes.io/os': 'a' } }, undefined],
  ])('%s', (_what, pod, strength) => {
    const graph = graphOf(workload('web', { pod }));
    const edges = graph.nodes.hasNode('nodepool/a') ? graph.nodes.inEdges('nodepool/a') : [];
    expect(edges.map((edge) => graph.nodes.getEdgeAttribute(edge, 'strength'))[0]).toBe(strength);
  });
});
