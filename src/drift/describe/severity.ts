import { isJsonArray, isJsonObject, type JsonValue } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { ResourceId } from '../../resource/resource-id.ts';
import type { Candidate } from '../compare/candidate.ts';
import type { Severity } from '../drift-report.ts';

interface Case {
  readonly candidate: Candidate;
  readonly text: string;
  readonly id: ResourceId;
  readonly live: Resource;
}

interface Row {
  readonly severity: Severity;
  readonly when: (of: Case) => boolean;
}

const rbacKinds = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);
const webhookKinds = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

/** Policies of meshes, networks and admission controllers, by kind: Git wrote them to keep something out. */
const guardKinds = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'AuthorizationPolicy',
  'ServerAuthorization',
  'PeerAuthentication',
  'RequestAuthentication',
  'MeshTLSAuthentication',
  'ClusterPolicy',
]);

/** First match wins. What widens access or removes a guard comes first, what only decorates comes last. */
const rows: readonly Row[] = [
  { severity: 'critical', when: widensRights },
  { severity: 'critical', when: movesRepository },
  { severity: 'critical', when: ({ text, candidate }) => grantsPrivilege(text, candidate.live) },
  { severity: 'high', when: ({ id }) => rbacKinds.has(id.kind) },
  { severity: 'high', when: ({ id, text }) => webhookKinds.has(id.kind) && !text.startsWith('metadata.') },
  { severity: 'high', when: ({ id, text }) => guardKinds.has(id.kind) && text.startsWith('spec') },
  {
    severity: 'high',
    when: ({ id, text, candidate }) => id.kind === 'Service' && text === 'spec.type' && candidate.live !== 'ClusterIP',
  },
  {
    severity: 'high',
    when: ({ text }) => /securityContext|serviceAccountName|automountServiceAccountToken/.test(text),
  },
  { severity: 'high', when: ({ id, text }) => id.kind === 'Secret' && text.startsWith('data') },
  { severity: 'high', when: ({ text, candidate }) => text === 'spec.replicas' && candidate.live === 0 },
  {
    severity: 'high',
    when: ({ text, candidate }) => /^spec\.(?:suspend|paused)$/.test(text) && candidate.live === true,
  },
  {
    severity: 'high',
    when: ({ text, candidate }) =>
      /\.(?:initContainers|containers|ephemeralContainers)(?:\[name=[^\]]+\])?$/.test(text) &&
      candidate.change !== 'changed',
  },
  { severity: 'high', when: ({ id, text }) => id.kind === 'Ingress' && /^spec\.tls|whitelist|allowlist/.test(text) },
  { severity: 'high', when: ({ text }) => text.startsWith('spec.selector') },
  { severity: 'info', when: ({ text, candidate }) => /restartedAt"?$/.test(text) || isRestart(text, candidate.live) },
  { severity: 'info', when: ({ text, candidate }) => text === 'spec.replicas' && grows(candidate) },
  { severity: 'low', when: ({ text }) => /^metadata\.|\.metadata\.(?:labels|annotations)/.test(text) },
  {
    severity: 'low',
    when: ({ text }) => /revisionHistoryLimit|progressDeadlineSeconds|minReadySeconds|HistoryLimit/.test(text),
  },
];

export function severityOf(candidate: Candidate, text: string, live: Resource): Severity {
  const of = { candidate, text, id: live.id, live };
  return rows.find((row) => row.when(of))?.severity ?? 'medium';
}

/** A whole object that is missing or too many. */
export function severityOfObject(id: ResourceId, drift: 'missing' | 'extra'): Severity {
  if (rbacKinds.has(id.kind)) return drift === 'extra' ? 'critical' : 'high';
  if (guardKinds.has(id.kind) || webhookKinds.has(id.kind) || id.kind === 'PodDisruptionBudget') return 'high';
  if (drift === 'extra') return 'low';
  return [
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Service',
    'Ingress',
    'Secret',
    'ConfigMap',
    'PersistentVolumeClaim',
    'CustomResourceDefinition',
    'Namespace',
  ].includes(id.kind)
    ? 'high'
    : 'medium';
}

function widensRights({ id, candidate }: Case): boolean {
  if (!rbacKinds.has(id.kind)) return false;
  return (
    candidate.change === 'added' ||
    (candidate.change === 'changed' && hasStar(candidate.live) && !hasStar(candidate.desired))
  );
}

const privileges = new Set(['privileged', 'allowPrivilegeEscalation', 'hostNetwork', 'hostPID', 'hostIPC']);

/** A switch that gives a Pod power over its node, set by itself or inside a block that somebody added. */
function grantsPrivilege(text: string, live: JsonValue | undefined): boolean {
  if (live === true) return privileges.has(text.slice(text.lastIndexOf('.') + 1));
  return isJsonObject(live) && Object.entries(live).some(([key, value]) => grantsPrivilege(`.${key}`, value));
}

function hasStar(value: JsonValue | undefined): boolean {
  if (value === '*') return true;
  if (isJsonArray(value)) return value.some(hasStar);
  return isJsonObject(value) && Object.values(value).some(hasStar);
}

/** Another tag is a version; another repository is another program. */
function movesRepository({ text, candidate }: Case): boolean {
  if (!text.endsWith('.image') || candidate.change !== 'changed') return false;
  return (
    typeof candidate.desired === 'string' &&
    typeof candidate.live === 'string' &&
    repositoryOf(candidate.desired) !== repositoryOf(candidate.live)
  );
}

function repositoryOf(image: string): string {
  const bare = image.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
  const slash = bare.indexOf('/');
  const host = bare.slice(0, Math.max(slash, 0));
  const explicit = /[.:]|^localhost$/.test(host)
    ? bare
    : bare.includes('/')
      ? `docker.io/${bare}`
      : `docker.io/library/${bare}`;
  return explicit.replace(/^index\.docker\.io\//, 'docker.io/');
}

/** A template without annotations gets its first one from a restart. */
function isRestart(text: string, live: JsonValue | undefined): boolean {
  return (
    text === 'spec.template.metadata.annotations' &&
    isJsonObject(live) &&
    Object.keys(live).every((key) => key.endsWith('restartedAt'))
  );
}

function grows(candidate: Candidate): boolean {
  return (
    typeof candidate.desired === 'number' && typeof candidate.live === 'number' && candidate.live > candidate.desired
  );
}
