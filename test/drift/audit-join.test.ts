import { describe, expect, test } from 'vitest';
import { AuditedWriters, isAbout, readAuditEvents } from '../../src/drift/attribute/audit-join.ts';
import type { Actor, ResourceReport } from '../../src/drift/drift-report.ts';

const id = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };

const actor: Actor = {
  manager: 'kubectl-edit',
  class: 'human-or-ci',
  operation: 'Update',
  subresource: null,
  at: null,
  notBefore: null,
  notAfter: '2026-11-25T10:00:00Z',
  confidence: 'medium',
  why: 'owned by kubectl-edit',
};

function reportBy(by: Actor): ResourceReport {
  return {
    apiVersion: 'apps/v1',
    kind: id.kind,
    namespace: id.namespace,
    name: id.name,
    verdict: 'drifted',
    drift: 'changed',
    differences: [
      {
        path: 'spec.replicas',
        change: 'changed',
        desired: 2,
        live: 3,
        severity: 'medium',
        actor: by,
        origin: null,
        notes: [],
      },
    ],
    suppressions: [],
    pending: [],
    invalid: [],
    undetermined: [],
    notes: [],
  };
}

interface EventOptions {
  readonly user?: string;
  readonly at?: string;
  readonly more?: object;
}

function event({ user = 'alice', at = '2026-11-25T10:00:00.400000Z', more = {} }: EventOptions = {}): object {
  return {
    stage: 'ResponseComplete',
    verb: 'patch',
    requestURI: '/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=kubectl-edit',
    user: { username: user },
    userAgent: 'kubectl/v1.36.0 (linux/amd64)',
    objectRef: { apiGroup: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    responseStatus: { code: 200 },
    stageTimestamp: at,
    ...more,
  };
}

function listOf(events: readonly unknown[]): unknown {
  return { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: events };
}

function signedBy(events: readonly object[], by: Actor = actor): Actor | undefined {
  const writers = new AuditedWriters();
  writers.learn(readAuditEvents(listOf(events)) ?? []);
  return writers.sign(reportBy(by), id).differences[0]?.actor;
}

test('a write within seconds of the change gives the actor its name', () => {
  const signed = signedBy([event()]);
  expect(signed).toMatchObject({ user: 'alice', class: 'human', confidence: 'high', manager: 'kubectl-edit' });
  expect(signed?.why).toBe('owned by kubectl-edit; the audit log names alice (kubectl/v1.36.0 (linux/amd64))');
});

test.each<[string, string, Actor['class']]>([
  ['an account of the namespace ci', 'system:serviceaccount:ci:deployer', 'ci'],
  ['any other account', 'system:serviceaccount:shop:operator', 'controller'],
  ['a person', 'bob@example.org', 'human'],
])('%s is classed as what it is', (_who, user, expected) => {
  expect(signedBy([event({ user })])?.class).toBe(expected);
});

test.each<[string, readonly object[]]>([
  ['minutes away', [event({ at: '2026-11-25T10:03:00Z' })]],
  ['of another object', [event({ more: { objectRef: { apiGroup: 'apps', resource: 'deployments', name: 'web' } } })]],
  ['of the status alone', [event({ more: { objectRef: { ...deploymentReference(), subresource: 'status' } } })]],
  ['that was refused', [event({ more: { responseStatus: { code: 403 } } })]],
  ['that was a trial', [event({ more: { requestURI: '/x?dryRun=All' } })]],
  ['that has only begun', [event({ more: { stage: 'RequestReceived' } })]],
  ['that deleted', [event({ more: { verb: 'delete' } })]],
  ['beside that of somebody else', [event(), event({ user: 'bob' })]],
])('a write %s names nobody', (_which, events) => {
  expect(signedBy(events)).toEqual(actor);
});

function deploymentReference(): object {
  return { apiGroup: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' };
}

test('the program decides between two who wrote at once', () => {
  const other = event({ user: 'system:serviceaccount:shop:robot', more: { userAgent: 'robot/1' } });
  expect(signedBy([other, event()])?.user).toBe('alice');
});

describe('what is kept', () => {
  test('is an hour at most', () => {
    expect(signedBy([event(), event({ at: '2026-11-25T11:30:00Z' })])).toEqual(actor);
  });

  test('is ten thousand writes at most', () => {
    const others = Array.from({ length: 10_000 }, (_, index) =>
      event({ more: { objectRef: { ...deploymentReference(), name: `other-${index}` } } }),
    );
    expect(signedBy([event(), ...others])).toEqual(actor);
  });
});

test.each([undefined, null, 'text', 7, [], {}, { kind: 'EventList' }, { ...Object(listOf([])), items: {} }])(
  '%j is no list of events',
  (value) => {
    expect(readAuditEvents(value)).toBeUndefined();
  },
);

test('events that make no sense are left out, and the others are read', () => {
  const odd = [null, 1, {}, { ...event(), user: 'alice' }, { ...event(), stageTimestamp: 'soon' }];
  expect(readAuditEvents(listOf([...odd, event()]))).toHaveLength(1);
});

test.each([
  ['networkpolicies', 'NetworkPolicy'],
  ['ingresses', 'Ingress'],
  ['endpoints', 'Endpoints'],
])('%s are of kind %s', (resource, kind) => {
  const [entry] = readAuditEvents(listOf([event()])) ?? [];
  expect(entry !== undefined && isAbout({ ...entry, resource }, { ...id, kind })).toBe(true);
});
