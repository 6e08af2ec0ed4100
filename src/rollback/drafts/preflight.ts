import type { ResourceReport } from '../../drift/drift-report.ts';
import type { PreflightCheck, Repair } from '../repair-plan.ts';
import { parseQuantity } from '../../drift/normalise/quantity.ts';
import type { JsonValue } from '../../resource/json.ts';

/** One field that the repair changes, as it is live and as it will be. `undefined` means absent. */
export interface TargetChange {
  readonly path: string;
  readonly live: JsonValue | undefined;
  readonly target: JsonValue | undefined;
  /** As Git says now; only a revert changes that and the cluster. */
  readonly git?: JsonValue | undefined;
}

export interface PreflightInput {
  readonly repair: Repair;
  readonly report: ResourceReport;
  readonly changes: readonly TargetChange[];
}

const immutable: Readonly<Record<string, RegExp>> = {
  Deployment: /^spec\.selector\b/,
  DaemonSet: /^spec\.selector\b/,
  ReplicaSet: /^spec\.selector\b/,
  StatefulSet: /^spec\.(selector|serviceName|podManagementPolicy|volumeClaimTemplates)\b/,
  Job: /^spec\.(selector|template|completionMode)\b/,
  Service: /^spec\.(clusterIPs?|ipFamilies\[0\])/,
  PersistentVolumeClaim: /^spec\.(?!resources\b)/,
  PersistentVolume: /^spec\.(?!capacity|persistentVolumeReclaimPolicy|claimRef|mountOptions)/,
  PriorityClass: /^(value|preemptionPolicy)$/,
  StorageClass: /^(provisioner|parameters|reclaimPolicy|volumeBindingMode)\b/,
  RoleBinding: /^roleRef\b/,
  ClusterRoleBinding: /^roleRef\b/,
};

const prunable = new Set([
  'Namespace',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'CustomResourceDefinition',
  'Secret',
]);

/** Everything that makes a repair a one-way door or a fight. Each check is listed, also the ones that pass. */
export function preflight(input: PreflightInput): readonly PreflightCheck[] {
  return [immutables(input), claims(input), autoscaler(input), definitions(input), pruning(input), sideEffects(input)];
}

function immutables({ repair, report, changes }: PreflightInput): PreflightCheck {
  const check = 'immutable-fields';
  if (repair === 'adopt') return { check, result: 'pass', why: 'the cluster holds the value already' };
  const pattern = immutable[report.kind];
  const hit = changes.find(({ path }) => pattern?.test(path) === true);
  if (hit === undefined) return { check, result: 'pass', why: 'no field that can only be set at creation' };
  return {
    check,
    result: 'fail',
    why: `${hit.path} of a ${report.kind} cannot change; the object would have to be deleted and made again`,
  };
}

function claims({ repair, report, changes }: PreflightInput): PreflightCheck {
  const check = 'volume-size';
  if (repair === 'adopt') return { check, result: 'pass', why: 'the cluster holds the size already' };
  const shrinks = changes.some(({ path, live, target }) => {
    if (!/resources\.requests\.storage$|^spec\.capacity\.storage$/.test(path)) return false;
    const [from, to] = [parseQuantity(live), parseQuantity(target)];
    return from !== undefined && (to === undefined || to < from);
  });
  const concerned = /^(PersistentVolume(Claim)?|StatefulSet)$/.test(report.kind);
  if (shrinks && concerned) return { check, result: 'fail', why: 'a volume cannot be made smaller' };
  return { check, result: 'pass', why: 'no volume gets smaller' };
}

function autoscaler({ report, changes }: PreflightInput): PreflightCheck {
  const check = 'autoscaler';
  const touches = changes.some(({ path }) => path === 'spec.replicas');
  const held = report.suppressions.find(({ path, class: kind }) => path === 'spec.replicas' && kind === 'controller');
  if (!touches) return { check, result: 'pass', why: 'the number of replicas is not touched' };
  if (held !== undefined)
    return { check, result: 'fail', why: `the number of replicas belongs to an autoscaler: ${held.reason}` };
  return { check, result: 'pass', why: 'no autoscaler holds the number of replicas' };
}

function definitions({ repair, report, changes }: PreflightInput): PreflightCheck {
  const check = 'custom-resource-definitions';
  const drops =
    report.kind === 'CustomResourceDefinition' &&
    repair !== 'adopt' &&
    changes.some(({ path, target }) => /^spec\.versions\b/.test(path) && target === undefined);
  if (!drops) return { check, result: 'pass', why: 'no version of a custom resource is removed' };
  return {
    check,
    result: 'fail',
    why: 'a version of a custom resource would be removed while objects may be stored in it',
  };
}

function pruning({ repair, report }: PreflightInput): PreflightCheck {
  const check = 'pruning';
  const deletes =
    (report.drift === 'extra' && repair === 'restore') || (report.drift === 'missing' && repair === 'adopt');
  if (!deletes) return { check, result: 'pass', why: 'nothing is deleted' };
  if (prunable.has(report.kind))
    return { check, result: 'fail', why: `deleting a ${report.kind} takes data or other objects with it` };
  return { check, result: 'warn', why: `the ${report.kind} is deleted from the cluster or from Git` };
}

function sideEffects({ report, repair }: PreflightInput): PreflightCheck {
  const check = 'side-effects';
  if (/^(Job|CronJob)$/.test(report.kind) && repair !== 'adopt')
    return { check, result: 'warn', why: 'a job may run again' };
  return {
    check,
    result: 'pass',
    why: 'no job or hook runs because of it; migrations of data cannot be seen from here',
  };
}
