import type { FieldPath } from '../../resource/field-path.ts';
import type { JsonValue } from '../../resource/json.ts';
import {
  absolutePath,
  cidr,
  cronSchedule,
  dnsLabel,
  environmentName,
  ingressHost,
  pathWithin,
  percentage,
  type TextForm,
} from './text-forms.ts';

/** What the API server refuses beyond the types of OpenAPI, by type and field. Source: `pkg/apis/<group>/validation` of Kubernetes 1.36. */
type Rule = (value: JsonValue) => string | undefined;

function between(low: number, high: number): Rule {
  return (value) =>
    typeof value === 'number' && (value < low || value > high) ? `must be between ${low} and ${high}` : undefined;
}

const fileMode: Rule = (value) =>
  typeof value === 'number' && (value < 0 || value > 0o777)
    ? 'must be a file mode between 0 and 0777 (octal), that is 511'
    : undefined;

/** A port name needs a letter: a number in quotes is neither a port nor a name. */
const portReference: Rule = (value) => {
  if (typeof value !== 'string') return between(1, 65_535)(value);
  if (value.length > 15 || !/^[a-z0-9-]+$/.test(value) || !/[a-z]/.test(value) || /^-|-$|--/.test(value)) {
    return /^\d+$/.test(value)
      ? 'a port number must not be quoted; a port name needs a letter'
      : 'must be a port name of at most 15 lower-case letters, digits and single hyphens';
  }
  return undefined;
};

const count = between(0, 2_147_483_647);
const atLeastOne = between(1, 2_147_483_647);

function text(form: TextForm): Rule {
  return (value) => (typeof value === 'string' ? form(value) : undefined);
}

const countOrPercentage: Rule = (value) => (typeof value === 'string' ? percentage(value) : count(value));

const portName: Rule = (value) => (typeof value === 'string' && value !== '' ? portReference(value) : undefined);

/** Several fields of one type that follow the same rule. */
function alike(type: string, fields: readonly string[], rule: Rule): [string, Rule][] {
  return fields.map((field) => [`${type}.${field}`, rule]);
}

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['core.v1.ConfigMapVolumeSource.defaultMode', fileMode],
  ['core.v1.SecretVolumeSource.defaultMode', fileMode],
  ['core.v1.ProjectedVolumeSource.defaultMode', fileMode],
  ['core.v1.DownwardAPIVolumeSource.defaultMode', fileMode],
  ['core.v1.KeyToPath.mode', fileMode],
  ['core.v1.DownwardAPIVolumeFile.mode', fileMode],
  ['core.v1.ServicePort.targetPort', portReference],
  ['core.v1.HTTPGetAction.port', portReference],
  ['core.v1.TCPSocketAction.port', portReference],
  ['core.v1.ServicePort.port', between(1, 65_535)],
  ['core.v1.ServicePort.nodePort', between(0, 65_535)],
  ['core.v1.ContainerPort.containerPort', between(1, 65_535)],
  ['core.v1.ContainerPort.hostPort', between(0, 65_535)],
  ['apps.v1.DeploymentSpec.replicas', count],
  ['apps.v1.StatefulSetSpec.replicas', count],
  ['apps.v1.ReplicaSetSpec.replicas', count],
  ['autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas', between(1, 2_147_483_647)],
  ['core.v1.ContainerPort.name', portName],
  ['networking.v1.NetworkPolicyPort.port', portReference],
  ['networking.v1.ServiceBackendPort.number', between(1, 65_535)],
  ['core.v1.Container.name', text(dnsLabel)],
  ['core.v1.Volume.name', text(dnsLabel)],
  ['core.v1.ServicePort.name', text(dnsLabel)],
  ['core.v1.EnvVar.name', text(environmentName)],
  ['core.v1.VolumeMount.subPath', text(pathWithin)],
  ['core.v1.PodSpec.activeDeadlineSeconds', atLeastOne],
  ['networking.v1.IPBlock.cidr', text(cidr)],
  ['networking.v1.IPBlock.except[]', text(cidr)],
  ['core.v1.ServiceSpec.loadBalancerSourceRanges[]', text((value) => cidr(value.trim()))],
  ['networking.v1.IngressRule.host', text((value) => (value === '' ? undefined : ingressHost(value)))],
  ['networking.v1.HTTPIngressPath.path', text(absolutePath)],
  ['batch.v1.CronJobSpec.schedule', text(cronSchedule)],
  ['autoscaling.v1.HorizontalPodAutoscalerSpec.maxReplicas', atLeastOne],
  ...alike('core.v1.Probe', ['timeoutSeconds', 'periodSeconds', 'initialDelaySeconds', 'failureThreshold'], count),
  ...alike('apps.v1.RollingUpdateDeployment', ['maxSurge', 'maxUnavailable'], countOrPercentage),
  ...alike('apps.v1.RollingUpdateDaemonSet', ['maxSurge', 'maxUnavailable'], countOrPercentage),
  ...alike('policy.v1.PodDisruptionBudgetSpec', ['minAvailable', 'maxUnavailable'], countOrPercentage),
  ...alike('apps.v1.DeploymentSpec', ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'], count),
  ...alike('batch.v1.JobSpec', ['parallelism', 'completions', 'backoffLimit', 'ttlSecondsAfterFinished'], count),
  ...alike('batch.v1.CronJobSpec', ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'], count),
]);

const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** A reason why the server refuses the value, or undefined. */
export function semanticProblem(value: JsonValue, owner: string, path: FieldPath): string | undefined {
  const rule = owner === '' ? undefined : rules.get(owner);
  if (rule !== undefined) return rule(value);
  if (typeof value === 'string' && isLabel(path) && !labelValue.test(value))
    return 'must be a label value: at most 63 letters, digits, dots, hyphens and underscores';
  return undefined;
}

function isLabel(path: FieldPath): boolean {
  const parent = path.at(-2);
  if (parent?.kind !== 'field' || parent.name !== 'labels') return false;
  const metadata = path.at(-3);
  return path.at(-1)?.kind === 'field' && metadata?.kind === 'field' && metadata.name === 'metadata';
}
