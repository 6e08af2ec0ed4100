import { describe, expect, test } from 'vitest';
import { judgeAll, judgeOne, paths, resources } from '../pairs.ts';

const widget = {
  apiVersion: 'tools.example.org/v1',
  kind: 'Widget',
  metadata: { name: 'w', namespace: 'shop' },
  spec: { size: 3 },
};

interface Write {
  readonly manager: string;
  readonly operation?: 'Apply' | 'Update';
  readonly metadata?: object;
  readonly spec?: object;
  readonly owns: object;
}

/** The widget as Git declares it and as it is after one more client wrote to it. */
function after({ manager, operation = 'Update', metadata, spec, owns }: Write) {
  const live = {
    ...widget,
    metadata: {
      ...widget.metadata,
      ...metadata,
      managedFields: [
        {
          manager: 'argocd-controller',
          operation: 'Apply',
          apiVersion: widget.apiVersion,
          fieldsV1: { 'f:spec': { 'f:size': {} } },
        },
        { manager, operation, apiVersion: widget.apiVersion, fieldsV1: owns },
      ],
    },
    spec: { ...widget.spec, ...spec },
  };
  return judgeOne(JSON.stringify(widget), JSON.stringify(live));
}

const finalizer = (manager: string) => ({
  manager,
  metadata: { finalizers: ['example.org/cleanup'] },
  owns: { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"example.org/cleanup"': {} } } },
});

const annotation = (manager: string, key: string) => ({
  manager,
  metadata: { annotations: { [key]: 'x' } },
  owns: { 'f:metadata': { 'f:annotations': { [`f:${key}`]: {} } } },
});

const colour = (manager: string) => ({ manager, spec: { colour: 'red' }, owns: { 'f:spec': { 'f:colour': {} } } });

describe('a finalizer', () => {
  test.for(['widget-operator', 'helm-controller', 'manager', 'gizmo', 'tools.example.org/claims'])(
    'of the program %s is its own affair',
    (manager) => {
      const report = after(finalizer(manager));
      expect(paths(report)).toEqual([]);
      expect(report.suppressions.map((each) => each.class)).toEqual(['controller']);
    },
  );

  test.for(['kubectl-edit', 'kubectl-patch', 'kubectl-client-side-apply', 'Mozilla', 'helm', 'Terraform', 'unknown'])(
    'that %s has set is drift',
    (manager) => expect(paths(after(finalizer(manager)))).toEqual(['+metadata.finalizers']),
  );
});

describe('an annotation', () => {
  test.for([
    ['gizmo-server', 'gizmo.io/backup'],
    ['gizmo', 'example.org/gizmo-lock'],
    ['Gizmo', 'gizmo.io/backup'],
  ] as const)('of %s under the key %s carries its name and is its own', ([manager, key]) => {
    expect(paths(after(annotation(manager, key)))).toEqual([]);
  });

  test.for([
    ['gizmo-server', 'example.org/backup'],
    ['gizmo-server', 'gizmo'],
    ['web-server', 'server.example.org/x'],
    ['kubectl-gizmo', 'gizmo.io/backup'],
    ['python-requests', 'python.io/backup'],
  ] as const)('of %s under the key %s is drift', ([manager, key]) => {
    expect(paths(after(annotation(manager, key)))).toHaveLength(1);
  });
});

describe('a field that Git leaves open', () => {
  test.for([
    ['widget-operator', 'medium'],
    ['controller', 'medium'],
    ['apiextensions.example.org/composite', 'medium'],
    ['cert-manager-certificates-trigger', 'high'],
    ['csi-resizer', 'high'],
    ['Reloader', 'high'],
    ['manager', 'low'],
  ] as const)('may be filled in by %s, which is %s evidence', ([manager, confidence]) => {
    const report = after(colour(manager));
    expect(paths(report)).toEqual([]);
    expect(report.suppressions.map((each) => each.confidence)).toEqual([confidence]);
  });

  test.for([
    ['kubectl-gizmo', 'human'],
    ['kubectl-debug', 'human'],
    ['kubectl-argo-rollouts', 'human'],
    ['main', 'unknown'],
    ['gizmo', 'human-or-ci'],
    ['helm', 'ci'],
    ['flux', 'gitops'],
  ] as const)('is drift when %s has set it, class %s', ([manager, who]) => {
    const [difference] = after(colour(manager)).differences;
    expect(difference).toMatchObject({ path: 'spec.colour', change: 'added', actor: { manager, class: who } });
  });
});

describe('an object that Git does not declare', () => {
  const extra = (kind: string, apiVersion: string, managers: readonly string[]) => ({
    apiVersion,
    kind,
    metadata: {
      name: 'other',
      namespace: 'shop',
      managedFields: managers.map((manager) => ({
        manager,
        operation: 'Update',
        apiVersion,
        fieldsV1: { 'f:data': {} },
      })),
    },
  });
  const judged = (kind: string, apiVersion: string, managers: readonly string[]) => {
    const mine = { apiVersion, kind, metadata: { name: 'mine', namespace: 'shop' } };
    const live = [mine, extra(kind, apiVersion, managers)].map((each) => JSON.stringify(each)).join('\n---\n');
    return judgeAll({ desired: resources(JSON.stringify(mine)), live: resources(live) }).get(`${kind} shop/other`)
      ?.drift;
  };

  test.for(['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'Service'])(
    'is no extra %s when only controllers wrote it',
    (kind) => {
      expect(judged(kind, 'v1', ['widget-operator', 'manager'])).toBeUndefined();
    },
  );

  test.for(['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'Service'])(
    'is an extra %s when a person wrote to it too',
    (kind) => {
      expect(judged(kind, 'v1', ['widget-operator', 'kubectl-edit'])).toBe('extra');
      expect(judged(kind, 'v1', [])).toBe('extra');
    },
  );

  test('is an extra RoleBinding whoever made it: a name proves nothing about rights', () => {
    expect(judged('RoleBinding', 'rbac.authorization.k8s.io/v1', ['widget-operator'])).toBe('extra');
  });
});

describe('an Application of Argo CD', () => {
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'a', namespace: 'shop' },
    spec: { project: 'p' },
  };
  const judged = (more: object, metadata: object = {}) =>
    paths(
      judgeOne(
        JSON.stringify(application),
        JSON.stringify({
          ...application,
          ...more,
          metadata: {
            ...application.metadata,
            ...metadata,
            managedFields: [
              {
                manager: 'kubectl-annotate',
                operation: 'Update',
                apiVersion: application.apiVersion,
                fieldsV1: { 'f:metadata': { 'f:annotations': {} }, 'f:operation': {}, 'f:info': {} },
              },
            ],
          },
        }),
      ),
    );

  test('may be about to sync, or asked to look again by whom it pleases', () => {
    expect(judged({ operation: { sync: { revision: 'x' } } })).toEqual([]);
    expect(judged({}, { annotations: { 'argocd.argoproj.io/refresh': 'normal' } })).toEqual([]);
    expect(judged({}, { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } })).toEqual([]);
  });

  test('may hold nothing else that Git does not declare', () => {
    expect(judged({ info: [{ name: 'x' }] })).toEqual(['+info']);
    expect(judged({}, { annotations: { 'argocd.argoproj.io/sync-wave': '1' } })).toEqual(['+metadata.annotations']);
  });
});
