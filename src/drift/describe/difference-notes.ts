import type { JsonObject } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { classOfManager } from '../attribute/manager-catalogue.ts';
import type { Candidate } from '../compare/candidate.ts';
import type { Actor } from '../drift-report.ts';
import { parseQuantity } from '../normalise/quantity.ts';

/** Fields that the server refuses to change in place: repairing means deleting and creating again. */
const immutable: Readonly<Record<string, RegExp>> = {
  Deployment: /^spec\.selector/,
  DaemonSet: /^spec\.selector/,
  StatefulSet: /^spec\.(?:selector|serviceName|podManagementPolicy|volumeClaimTemplates)/,
  ReplicaSet: /^spec\.selector/,
  Job: /^spec\.(?:selector|template|completionMode|podFailurePolicy|manualSelector)/,
  Service: /^spec\.clusterIPs?$/,
  PersistentVolumeClaim: /^spec\.(?!resources)/,
  StorageClass: /^(?:provisioner|parameters|reclaimPolicy|volumeBindingMode)/,
  PriorityClass: /^value$/,
  RoleBinding: /^roleRef/,
  ClusterRoleBinding: /^roleRef/,
  CustomResourceDefinition: /^spec\.(?:group|scope|names\.(?:plural|kind))/,
  IngressClass: /^spec\.controller$/,
};

export interface NoteContext {
  readonly text: string;
  readonly candidate: Candidate;
  readonly actor: Actor;
  readonly live: Resource;
  readonly desired: JsonObject;
  readonly originFile: string | null;
  readonly scalePath: string;
}

/** What a reader must know about one difference beyond its values. */
export function notesOf(context: NoteContext): readonly string[] {
  const notes = [...context.candidate.notes];
  for (const [note, applies] of noteTable) if (applies(context)) notes.push(note);
  return notes;
}

const noteTable: readonly (readonly [string, (context: NoteContext) => boolean])[] = [
  ['immutable', ({ live, text }) => immutable[live.id.kind]?.test(text) ?? false],
  ['needs-recreate', needsRecreate],
  ['codify-only', growsClaim],
  ['owner-gone', scalerGone],
  ['suspicious-manager', ({ actor }) => actor.class === 'suspicious'],
  [
    'engine-applied-other-source',
    ({ actor, candidate }) => actor.class === 'gitops' && actor.operation === 'Apply' && candidate.change !== 'removed',
  ],
  ['stale-default', isStaleDefault],
  [
    'helm-does-not-upgrade-crds',
    ({ live, originFile }) => live.id.kind === 'CustomResourceDefinition' && /(?:^|\/)crds\//.test(originFile ?? ''),
  ],
];

function needsRecreate({ live, text }: NoteContext): boolean {
  if (live.id.kind !== 'ConfigMap' && live.id.kind !== 'Secret') return false;
  return live.body['immutable'] === true && /^(?:data|binaryData)/.test(text);
}

/** A claim can grow and never shrink: only Git can follow. */
function growsClaim({ live, text, candidate }: NoteContext): boolean {
  if (live.id.kind !== 'PersistentVolumeClaim' || text !== 'spec.resources.requests.storage') return false;
  const [before, after] = [parseQuantity(candidate.desired), parseQuantity(candidate.live)];
  return before !== undefined && after !== undefined && after > before;
}

/** A controller scaled it, and nothing that scales it exists any more. */
function scalerGone({ text, scalePath, actor }: NoteContext): boolean {
  return (
    text === scalePath &&
    actor.class === 'controller' &&
    actor.manager !== null &&
    classOfManager(actor.manager, actor.subresource).class === 'controller'
  );
}

/** The schema has a default, the object keeps another value, and nobody claims to have set it. */
function isStaleDefault({ candidate, actor }: NoteContext): boolean {
  return candidate.change === 'added' && candidate.hasDefault === true && actor.manager === null;
}
