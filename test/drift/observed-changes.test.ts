import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/resource/resource.ts';
import { now, resources, session, withValue } from './pairs.ts';

const desired = resources(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "web:1", env: [{name: A, value: "1"}, {name: B, value: "2"}]}
`);

const [declared] = desired;
if (declared === undefined) throw new Error('no fixture');
const base = withValue(declared, ['metadata', 'uid'], 'u-1');
const key = 'apps/Deployment/shop/web';

/** A version of the object, with one entry of managedFields a line: manager, time, fields. */
function version(
  resource: Resource,
  entries: readonly (readonly [string, string, Record<string, unknown>])[],
): Resource {
  return withValue(
    resource,
    ['metadata', 'managedFields'],
    entries.map(([manager, time, fieldsV1]) =>
      JSON.parse(
        JSON.stringify({ manager, time, operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1 }),
      ),
    ),
  );
}

const applier = ['helm', '2026-11-25T10:00:00Z', { 'f:spec': { 'f:replicas': {} } }] as const;
const env = ['spec', 'template', 'spec', 'containers', 0, 'env'];

function watched(): ReturnType<typeof session> {
  const opened = session({ desired, live: [version(base, [applier])] });
  opened.setDesired([{ source: 'git', revision: null, resources: desired, gaps: [], unstable: [], readAt: now }]);
  return opened;
}

describe('an actor seen at work', () => {
  it('gets the removal of a field that left no owner', () => {
    const opened = watched();
    const after = version(withValue(base, [...env, 1], undefined), [
      applier,
      ['kubectl-patch', '2026-11-25T12:00:00Z', { 'f:metadata': {} }],
    ]);
    opened.updateLive([after], [], '2026-11-25T12:00:01Z');
    const [difference] = opened.judge(key, now)?.differences ?? [];
    expect(difference).toMatchObject({
      path: 'spec.template.spec.containers[name=web].env[name=B]',
      change: 'removed',
      actor: { class: 'human', manager: 'kubectl-patch', at: '2026-11-25T12:00:01Z', confidence: 'medium' },
    });
  });

  it('gives each of two changes in one second to its own manager', () => {
    const opened = watched();
    const scaled = version(withValue(base, ['spec', 'replicas'], 5), [
      ['kubectl-edit', '2026-11-25T12:00:00Z', { 'f:spec': { 'f:replicas': {} } }],
    ]);
    const labelled = version(withValue(scaled, ['metadata', 'labels', 'team'], 'x'), [
      ['kubectl-edit', '2026-11-25T12:00:00Z', { 'f:spec': { 'f:replicas': {} } }],
      ['dashboard', '2026-11-25T12:00:00Z', { 'f:metadata': { 'f:labels': { 'f:team': {} } } }],
    ]);
    opened.updateLive([scaled], [], '2026-11-25T12:00:01Z');
    opened.updateLive([labelled], [], '2026-11-25T12:00:01Z');
    const managers = new Map(opened.judge(key, now)?.differences.map(({ path, actor }) => [path, actor.manager]));
    expect(managers).toEqual(
      new Map([
        ['spec.replicas', 'kubectl-edit'],
        ['metadata.labels.team', 'dashboard'],
      ]),
    );
  });

  it('has a lower confidence and only bounds after a gap in the watch', () => {
    const opened = watched();
    const scaled = version(withValue(base, ['spec', 'replicas'], 5), [
      ['kubectl-edit', '2026-11-25T12:00:00Z', { 'f:spec': { 'f:replicas': {} } }],
    ]);
    opened.setLive({ source: 'live', resources: [scaled], gaps: [], openApi: [], readAt: '2026-11-25T13:00:00Z' });
    const [difference] = opened.judge(key, now)?.differences ?? [];
    expect(difference?.actor).toMatchObject({
      at: null,
      notBefore: now,
      notAfter: '2026-11-25T13:00:00Z',
      confidence: 'medium',
    });
  });

  it('is told with its opponent when two managers change a field in turn', () => {
    const opened = watched();
    for (let round = 0; round < 6; round++) {
      const manager = round % 2 === 0 ? 'kubectl-edit' : 'argocd-controller';
      const time = `2026-11-25T11:59:5${round}Z`;
      opened.updateLive(
        [
          version(withValue(base, ['spec', 'replicas'], 4 + (round % 2)), [
            [manager, time, { 'f:spec': { 'f:replicas': {} } }],
          ]),
        ],
        [],
        time,
      );
    }
    expect(opened.judge(key, now)?.differences[0]?.notes).toEqual(
      expect.arrayContaining(['fight', 'fighters: kubectl-edit, argocd-controller']),
    );
  });
});

describe('an object seen to vanish', () => {
  it('is missing since the moment it was seen to, by nobody in particular', () => {
    const opened = watched();
    opened.updateLive([], [declared.id], '2026-11-25T12:00:01Z');
    expect(opened.judge(key, now)).toMatchObject({
      drift: 'missing',
      actor: { class: 'unknown', at: '2026-11-25T12:00:01Z' },
    });
  });

  it('and to come back under another uid is noted as recreated', () => {
    const opened = watched();
    opened.updateLive([version(withValue(base, ['metadata', 'uid'], 'u-2'), [applier])], [], '2026-11-25T12:00:01Z');
    expect(opened.judge(key, now)).toMatchObject({ verdict: 'in-sync', notes: ['recreated'] });
  });
});
