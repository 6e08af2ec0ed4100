import type { LiveEdit } from './live-edit.ts';

/** A hand edit of the public scoreboard, on an object of its own, and the finding that it must lead to. */
export interface EditRow {
  readonly row: string;
  readonly what: string;
  readonly edit: LiveEdit;
  readonly finding: string;
}

const environment = 'spec.template.spec.containers[name=crane].env';
const addLabel = 's/^  labels:$/&\\n    extra: "yes"/';
const addItem = 's/^data:$/&\\n  extra: "yes"/';
const changeDefault = 's/^  revisionHistoryLimit: 10$/  revisionHistoryLimit: 11/';
const saved = ['--save-config'];

/** The fifteen manual edits in the order of gitops-examples/what-the-diff. */
export const editRows: readonly EditRow[] = [
  {
    row: 'replicas',
    what: 'edit the number of replicas',
    edit: { kind: 'deployment', sed: '0,/^  replicas: 1$/s//  replicas: 3/' },
    finding: '~spec.replicas',
  },
  {
    row: 'label-added',
    what: 'add a label',
    edit: { kind: 'deployment', sed: addLabel },
    finding: '+metadata.labels.extra',
  },
  {
    row: 'label-added-saved',
    what: 'add a label (--save-config)',
    edit: { kind: 'deployment', sed: addLabel, flags: saved },
    finding: '+metadata.labels.extra',
  },
  {
    row: 'label-added-engine',
    what: 'add a label (--field-manager=argocd-controller)',
    edit: { kind: 'deployment', sed: addLabel, flags: ['--field-manager=argocd-controller'] },
    finding: '+metadata.labels.extra',
  },
  {
    row: 'label-deleted',
    what: 'delete a label',
    edit: { kind: 'deployment', sed: '/^    tier: quay$/d' },
    finding: '-metadata.labels.tier',
  },
  {
    row: 'label-changed',
    what: 'change a label',
    edit: { kind: 'deployment', sed: 's/^    tier: quay$/    tier: deck/' },
    finding: '~metadata.labels.tier',
  },
  {
    row: 'item-added',
    what: 'add an item to a ConfigMap',
    edit: { kind: 'configmap', sed: addItem },
    finding: '+data.extra',
  },
  {
    row: 'item-added-saved',
    what: 'add an item to a ConfigMap (--save-config)',
    edit: { kind: 'configmap', sed: addItem, flags: saved },
    finding: '+data.extra',
  },
  {
    row: 'item-changed',
    what: 'change an item of a ConfigMap',
    edit: { kind: 'configmap', sed: 's/^  port: "8080"$/  port: "9090"/' },
    finding: '~data.port',
  },
  {
    row: 'env-added',
    what: 'add an env variable',
    edit: { kind: 'deployment', sed: 's/^          value: day$/&\\n        - name: EXTRA\\n          value: "yes"/' },
    finding: `+${environment}[name=EXTRA]`,
  },
  {
    row: 'env-changed',
    what: 'change an env variable',
    edit: { kind: 'deployment', sed: 's/^          value: north$/          value: south/' },
    finding: `~${environment}[name=BERTH].value`,
  },
  {
    row: 'env-deleted',
    what: 'delete an env variable',
    edit: { kind: 'deployment', sed: '/^        - name: SHIFT$/,+1d' },
    finding: `-${environment}[name=SHIFT]`,
  },
  {
    row: 'default-changed',
    what: 'change a defaulted value (revisionHistoryLimit to 11)',
    edit: { kind: 'deployment', sed: changeDefault },
    finding: '+spec.revisionHistoryLimit',
  },
  {
    row: 'default-changed-saved',
    what: 'change a defaulted value (--save-config)',
    edit: { kind: 'deployment', sed: changeDefault, flags: saved },
    finding: '+spec.revisionHistoryLimit',
  },
  {
    row: 'paused',
    what: 'add paused',
    edit: { kind: 'deployment', sed: 's/^  revisionHistoryLimit: 10$/  paused: true\\n&/' },
    finding: '+spec.paused',
  },
];

/** A change in Git of the public scoreboard: what was applied, what Git says afterwards, and the finding that it must lead to. */
export interface GitRow {
  readonly row: string;
  readonly what: string;
  readonly before?: (manifest: string) => string;
  readonly after: (manifest: string) => string;
  /** None where silence is right; `invalid …` when Git can never be accepted. */
  readonly findings: readonly string[];
}

/** The ten changes in Git in the order of gitops-examples/what-the-diff. */
export const gitRows: readonly GitRow[] = [
  {
    row: 'replicas',
    what: 'change replicas',
    after: (text) => text.replace('replicas: 1', 'replicas: 2'),
    findings: ['~spec.replicas'],
  },
  {
    row: 'item-removed',
    what: 'remove an item from a ConfigMap',
    after: withoutLines(/^ {2}port:/),
    findings: ['+data.port'],
  },
  { row: 'label-removed', what: 'remove a label', after: withoutLines(/tier:/), findings: ['+metadata.labels.tier'] },
  {
    row: 'annotation-removed',
    what: 'remove an annotation',
    after: withoutLines(/pager:/),
    findings: ['+metadata.annotations."example.test/pager"'],
  },
  {
    row: 'annotations-removed',
    what: 'remove the annotation block',
    after: withoutLines(/annotations:|pager:|owner:/),
    // A controller keeps an annotation of its own there, so the block itself is not the deviation.
    findings: ['+metadata.annotations."example.test/owner"', '+metadata.annotations."example.test/pager"'],
  },
  {
    row: 'affinity-added',
    what: 'add affinity',
    before: withoutAffinity,
    after: (text) => text,
    findings: ['-spec.template.spec.affinity'],
  },
  {
    row: 'affinity-removed',
    what: 'remove affinity',
    after: withoutAffinity,
    findings: ['+spec.template.spec.affinity'],
  },
  {
    row: 'default-declared',
    what: 'declare revisionHistoryLimit with its default',
    after: (text) => text.replace('replicas: 1', 'replicas: 1\n  revisionHistoryLimit: 10'),
    findings: [],
  },
  {
    row: 'limit-declared',
    what: 'declare revisionHistoryLimit: 11',
    after: (text) => text.replace('replicas: 1', 'replicas: 1\n  revisionHistoryLimit: 11'),
    findings: ['~spec.revisionHistoryLimit'],
  },
  {
    row: 'misspelt',
    what: 'misspell revisionHistoryLmt: 10',
    after: (text) => text.replace('replicas: 1', 'replicas: 1\n  revisionHistoryLmt: 10'),
    findings: ['invalid spec.revisionHistoryLmt'],
  },
];

function withoutLines(pattern: RegExp): (text: string) => string {
  return (text) =>
    text
      .split('\n')
      .filter((line) => !pattern.test(line))
      .join('\n');
}

function withoutAffinity(text: string): string {
  return text.replace(/ {6}affinity:[\s\S]*?(?= {6}containers:)/, '');
}
