import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/resource/json.ts';
import { judgeAll, paths, resources } from '../pairs.ts';

const declared = (replicas?: number): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'a:1' }] } },
  },
});

function scaler(
  apiVersion: string,
  kind: string,
  spec: JsonObject,
  more: { annotations?: JsonObject; status?: JsonObject } = {},
): JsonObject {
  const { annotations = {}, status = {} } = more;
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop', annotations }, spec, status };
}

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const autoscaler = (spec: JsonObject, status: JsonObject = {}): JsonObject =>
  scaler('autoscaling/v2', 'HorizontalPodAutoscaler', { scaleTargetRef: target, maxReplicas: 10, ...spec }, { status });
const scaledObject = (spec: JsonObject, annotations: JsonObject = {}): JsonObject =>
  scaler('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: { name: 'web' }, ...spec }, { annotations });
const rollout = (scaleDown?: string): JsonObject =>
  scaler('argoproj.io/v1alpha1', 'Rollout', {
    workloadRef: { ...target, ...(scaleDown === undefined ? {} : { scaleDown }) },
  });

/** What is told of `web` at that many replicas, which `owner` wrote through the scale subresource, or nobody. */
function told(replicas: number, by: JsonObject, owner: string | null, git: number | undefined = 3): readonly string[] {
  const entry = {
    manager: owner ?? 'argocd-controller',
    operation: owner === null ? 'Apply' : 'Update',
    ...(owner === null ? {} : { subresource: 'scale' }),
    apiVersion: 'apps/v1',
    fieldsV1: { 'f:spec': owner === null ? { 'f:selector': {} } : { 'f:replicas': {} } },
  };
  const body = declared(replicas);
  const live = { ...body, metadata: { name: 'web', namespace: 'shop', managedFields: [entry] } };
  const verdicts = judgeAll({
    desired: resources(JSON.stringify(declared(git))),
    live: resources([live, by].map((each) => JSON.stringify(each)).join('\n---\n')),
  });
  return paths(verdicts.get('Deployment shop/web'));
}

const drift = ['~spec.replicas'];
const zero = { desiredReplicas: 0, currentReplicas: 0 };

describe('zero replicas that nobody owns', () => {
  test.for<[string, JsonObject, readonly string[]]>([
    ['an autoscaler stops at one', autoscaler({}, zero), drift],
    ['an autoscaler stops at its minimum', autoscaler({ minReplicas: 2 }, zero), drift],
    ['an autoscaler may reach zero when told to', autoscaler({ minReplicas: 0 }, zero), []],
    ['KEDA reaches zero by itself', scaledObject({}), []],
    ['KEDA stops at its minimum', scaledObject({ minReplicaCount: 2 }), drift],
    ['KEDA idles at zero', scaledObject({ minReplicaCount: 2, idleReplicaCount: 0 }), []],
    [
      'KEDA is paused at zero',
      scaledObject({ minReplicaCount: 2 }, { 'autoscaling.keda.sh/paused-replicas': '0' }),
      [],
    ],
    [
      'KEDA is paused at two',
      scaledObject({ minReplicaCount: 2 }, { 'autoscaling.keda.sh/paused-replicas': '2' }),
      drift,
    ],
    ['a Rollout takes over', rollout('onsuccess'), []],
    ['a Rollout leaves the workload alone', rollout('never'), drift],
    ['a Rollout leaves it alone unless told', rollout(), drift],
  ])('%s', ([, by, expected]) => {
    expect(told(0, by, null)).toEqual(expected);
  });
});

describe('an autoscaler that cannot scale just now', () => {
  const heldUp = {
    desiredReplicas: 6,
    conditions: [{ type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale' }],
  };

  test('still explains what it set before', () => {
    expect(told(6, autoscaler({}, heldUp), 'kube-controller-manager')).toEqual([]);
  });

  test('explains nothing that a person set, or nobody owns', () => {
    expect(told(6, autoscaler({}, heldUp), 'kubectl')).toEqual(drift);
    expect(told(6, autoscaler({}, heldUp), null)).toEqual(drift);
  });
});

test("what scaling left without an owner is nobody's guess: neither admission nor a person", () => {
  const by = autoscaler({ minReplicas: 2 }, zero);
  const git = resources(JSON.stringify(declared()));
  const applied = {
    manager: 'argocd-controller',
    operation: 'Apply',
    apiVersion: 'apps/v1',
    fieldsV1: { 'f:spec': { 'f:selector': {} } },
  };
  const live = { ...declared(0), metadata: { name: 'web', namespace: 'shop', managedFields: [applied] } };
  const both = resources([live, by].map((each) => JSON.stringify(each)).join('\n---\n'));
  expect(judgeAll({ desired: git, live: both }).get('Deployment shop/web')?.differences).toEqual([
    expect.objectContaining({
      path: 'spec.replicas',
      severity: 'high',
      actor: expect.objectContaining({ class: 'unknown', manager: null }),
    }),
  ]);
});
