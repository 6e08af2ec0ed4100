import { arrayAt, type JsonObject, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { describeResourceId, groupOf, type ResourceId } from '../../resource/resource-id.ts';
import { explained, type Explain, type Explanation, heldByPerson, type Question } from './explanation.ts';

/** The field that a scale subresource writes: `spec.replicas`, or what the CRD names. */
export function scalePathOf(crd: JsonObject | null): string {
  for (const version of arrayAt(crd ?? undefined, 'spec', 'versions')) {
    const path = stringAt(version, 'subresources', 'scale', 'specReplicasPath');
    if (path !== undefined) return path.replace(/^\./, '');
  }
  return 'spec.replicas';
}

/** What may set the replicas of others, and how it names its target. Source: the API of each project. */
const scalers: readonly { group: string; kind: string; target: readonly string[] }[] = [
  { group: 'autoscaling', kind: 'HorizontalPodAutoscaler', target: ['spec', 'scaleTargetRef'] },
  { group: 'keda.sh', kind: 'ScaledObject', target: ['spec', 'scaleTargetRef'] },
  { group: 'flagger.app', kind: 'Canary', target: ['spec', 'targetRef'] },
  { group: 'argoproj.io', kind: 'Rollout', target: ['spec', 'workloadRef'] },
  { group: 'autoscaling.k8s.io', kind: 'MultidimPodAutoscaler', target: ['spec', 'scaleTargetRef'] },
];

/** Scaling is explained by a living scaler that targets this very object, unless a person has scaled it since. */
export function explainScale(scalePath: string): Explain {
  return (question) => {
    if (question.text !== scalePath || heldByPerson(question)) return null;
    for (const scaler of scalersOf(question)) {
      const explanation = byScaler(question, scaler);
      if (explanation !== null) return explanation;
    }
    return null;
  };
}

function* scalersOf(question: Question): Iterable<Resource> {
  for (const { group, kind, target } of scalers) {
    for (const scaler of question.index.ofKind(group, kind)) {
      if (targets(scaler, target, question.live.id)) yield scaler;
    }
  }
}

function targets(scaler: Resource, at: readonly string[], id: ResourceId): boolean {
  if (scaler.id.namespace !== id.namespace || stringAt(scaler.body, ...at, 'name') !== id.name) return false;
  const kind = stringAt(scaler.body, ...at, 'kind') ?? 'Deployment';
  const apiVersion = stringAt(scaler.body, ...at, 'apiVersion');
  return kind === id.kind && (apiVersion === undefined || groupOf(apiVersion) === id.group);
}

function byScaler(question: Question, scaler: Resource): Explanation | null {
  if (isStopped(scaler)) return null;
  const live = question.candidate.live;
  const controlled = question.suspects().some((suspect) => suspect.as.class === 'controller');
  const name = describeResourceId(scaler.id);
  if (controlled) return explained('controller', `${name} scales this object`);
  // Scaling to zero, and scaling what server-side apply left unowned, leaves no owner: then the scaler itself must agree.
  if (isHeldUp(scaler)) return null;
  if (live === 0) return reachesZero(scaler) ? explained('controller', `${name} scales this object`) : null;
  const agrees = [
    valueAt(scaler.body, 'status', 'desiredReplicas'),
    valueAt(scaler.body, 'status', 'currentReplicas'),
  ].includes(live ?? null);
  if (agrees) return explained('controller', `${name} scales this object`);
  return question.suspects().length === 0 && withinBounds(scaler, live)
    ? explained('controller', `${name} scales this object`, 'medium')
    : null;
}

/** An autoscaler stops at its minimum: that something stands at zero nevertheless is the work of somebody else. */
function reachesZero({ id, body }: Resource): boolean {
  switch (id.kind) {
    case 'ScaledObject':
      return (
        (valueAt(body, 'spec', 'minReplicaCount') ?? 0) === 0 ||
        valueAt(body, 'spec', 'idleReplicaCount') === 0 ||
        stringAt(body, 'metadata', 'annotations', 'autoscaling.keda.sh/paused-replicas') === '0'
      );
    case 'Rollout':
      return ['onsuccess', 'progressively'].includes(stringAt(body, 'spec', 'workloadRef', 'scaleDown') ?? 'never');
    case 'Canary':
      return true;
    default:
      return valueAt(body, 'spec', 'minReplicas') === 0;
  }
}

function isStopped(scaler: Resource): boolean {
  return (
    valueAt(scaler.body, 'metadata', 'deletionTimestamp') !== undefined ||
    valueAt(scaler.body, 'metadata', 'annotations', 'autoscaling.keda.sh/paused') === 'true'
  );
}

/** What it scaled to before stays its own; what nobody owns it cannot have set just now. */
function isHeldUp(scaler: Resource): boolean {
  return arrayAt(scaler.body, 'status', 'conditions').some(
    (condition) => stringAt(condition, 'type') === 'AbleToScale' && stringAt(condition, 'status') === 'False',
  );
}

function withinBounds(scaler: Resource, live: unknown): boolean {
  const [min, max] = [valueAt(scaler.body, 'spec', 'minReplicas') ?? 1, valueAt(scaler.body, 'spec', 'maxReplicas')];
  return typeof live === 'number' && typeof min === 'number' && typeof max === 'number' && live >= min && live <= max;
}
