import { describe, expect, it } from 'vitest';
import { judgeAll, judgeOne, paths, resources } from './pairs.ts';

/** A Deployment as Git declares it; `spec`, `pod` and `container` are YAML lines to add at their level. */
function deployment(parts: { metadata?: string; spec?: string; pod?: string; container?: string } = {}): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: boat
  namespace: shop
${indent(parts.metadata, 2)}
spec:
  selector: {matchLabels: {app: boat}}
${indent(parts.spec ?? 'replicas: 2', 2)}
  template:
    metadata: {labels: {app: boat}}
    spec:
${indent(parts.pod, 6)}
      containers:
        - name: hull
          image: yard/hull:1.0
${indent(parts.container, 10)}
`;
}

function indent(text: string | undefined, by: number): string {
  return (text ?? '')
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(by) + line))
    .join('\n');
}

const hull = 'spec.template.spec.containers[name=hull]';

interface Row {
  readonly what: string;
  readonly git?: Parameters<typeof deployment>[0];
  readonly live?: Parameters<typeof deployment>[0];
  readonly paths: readonly string[];
  readonly notes?: readonly string[];
}

const workloadRows: readonly Row[] = [
  { what: 'nothing differs', paths: [] },
  { what: 'a value that the server writes by default', live: { pod: 'dnsPolicy: ClusterFirst' }, paths: [] },
  { what: 'another value in its place', live: { pod: 'dnsPolicy: None' }, paths: ['+spec.template.spec.dnsPolicy'] },
  {
    what: 'the pull policy that follows from the tag',
    live: { container: 'imagePullPolicy: IfNotPresent' },
    paths: [],
  },
  {
    what: 'a pull policy that does not',
    live: { container: 'imagePullPolicy: Always' },
    paths: [`+${hull}.imagePullPolicy`],
  },
  {
    what: 'equal quantities',
    git: { container: 'resources: {limits: {cpu: 0.5, memory: 1024Mi}}' },
    live: { container: 'resources: {limits: {cpu: 500m, memory: 1Gi}}' },
    paths: [],
  },
  {
    what: 'unequal quantities',
    git: { container: 'resources: {limits: {memory: 1G}}' },
    live: { container: 'resources: {limits: {memory: 1Gi}}' },
    paths: [`~${hull}.resources.limits.memory`],
  },
  { what: 'an explicit false that the server drops', git: { pod: 'hostIPC: false' }, live: {}, paths: [] },
  {
    what: 'an explicit false whose absence means true',
    git: { pod: 'automountServiceAccountToken: false' },
    live: {},
    paths: ['-spec.template.spec.automountServiceAccountToken'],
  },
  {
    what: 'a zero that the server takes for nothing',
    git: { pod: 'dnsPolicy: ""', container: 'readinessProbe: {httpGet: {port: 80, path: ""}, periodSeconds: 0}' },
    live: { container: 'readinessProbe: {httpGet: {port: 80, path: /}, periodSeconds: 10}' },
    paths: [],
  },
  {
    what: 'a value beside a zero that the server takes for nothing',
    git: { pod: 'dnsPolicy: ""' },
    live: { pod: 'dnsPolicy: None' },
    paths: ['+spec.template.spec.dnsPolicy'],
  },
  { what: 'null beside absent', git: { container: 'env: null\nargs: []' }, live: {}, paths: [] },
  {
    what: 'an added element of a keyed list',
    git: { container: 'env: [{name: A, value: "1"}]' },
    live: { container: 'env: [{name: A, value: "1"}, {name: B, value: "2"}]' },
    paths: [`+${hull}.env[name=B]`],
  },
  {
    what: 'variables in another order',
    git: { container: 'env: [{name: A, value: "1"}, {name: B, value: "2"}]' },
    live: { container: 'env: [{name: B, value: "2"}, {name: A, value: "1"}]' },
    paths: [],
    notes: ['order-only'],
  },
  {
    what: 'a variable moved before the one it refers to',
    git: { container: 'env: [{name: A, value: "1"}, {name: B, value: "$(A)"}]' },
    live: { container: 'env: [{name: B, value: "$(A)"}, {name: A, value: "1"}]' },
    paths: [`~${hull}.env`],
  },
  {
    what: 'an escaped reference is none',
    git: { container: 'env: [{name: A, value: "1"}, {name: B, value: "x"}]' },
    live: { container: 'env: [{name: B, value: "x"}, {name: A, value: "1"}]' },
    paths: [],
  },
  {
    what: 'ports of one number and two protocols, swapped',
    git: { container: 'ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]' },
    live: { container: 'ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP}]' },
    paths: [],
  },
  {
    what: 'an argument inserted at the front',
    git: { container: 'args: [b, c]' },
    live: { container: 'args: [a, b, c]' },
    paths: [`+${hull}.args[0]`],
  },
  {
    what: 'an argument replaced',
    git: { container: 'args: [a, b, c]' },
    live: { container: 'args: [a, x, c]' },
    paths: [`~${hull}.args[1]`],
  },
  {
    what: 'arguments in another order',
    git: { container: 'args: [a, b]' },
    live: { container: 'args: [b, a]' },
    paths: [`~${hull}.args`],
  },
  {
    what: 'a container added with its defaults',
    live: { pod: 'initContainers: [{name: crane, image: "yard/crane:1", imagePullPolicy: IfNotPresent}]' },
    paths: ['+spec.template.spec.initContainers'],
  },
  {
    what: 'tolerations in another order',
    git: { pod: 'tolerations: [{key: a, operator: Exists}, {key: b, operator: Exists}]' },
    live: { pod: 'tolerations: [{key: b, operator: Exists}, {key: a, operator: Exists}]' },
    paths: [],
    notes: ['order-only'],
  },
  {
    what: 'init containers in another order',
    git: { pod: 'initContainers: [{name: a, image: "a:1"}, {name: b, image: "b:1"}]' },
    live: { pod: 'initContainers: [{name: b, image: "b:1"}, {name: a, image: "a:1"}]' },
    paths: ['~spec.template.spec.initContainers'],
  },
  {
    what: 'a field under a block that the server always prints',
    live: { pod: 'securityContext: {runAsNonRoot: true}' },
    paths: ['+spec.template.spec.securityContext.runAsNonRoot'],
  },
  {
    what: 'part of a default block changed',
    live: { spec: 'replicas: 2\nstrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 2, maxUnavailable: 25%}}' },
    paths: ['+spec.strategy.rollingUpdate.maxSurge'],
  },
  {
    what: 'a field that no schema knows, equal on both sides',
    git: { pod: 'futureField: {x: 1}' },
    live: { pod: 'futureField: {x: 1}' },
    paths: [],
  },
  {
    what: 'a field that no schema knows, changed',
    git: { pod: 'futureField: {x: 1}' },
    live: { pod: 'futureField: {x: 2}' },
    paths: ['~spec.template.spec.futureField.x'],
  },
  {
    what: 'a label among declared ones',
    git: { metadata: 'labels: {app: boat}' },
    live: { metadata: 'labels: {app: boat, crew: x}' },
    paths: ['+metadata.labels.crew'],
  },
  {
    what: 'a key with dots',
    git: { metadata: 'labels: {a.b/c: x}' },
    live: { metadata: 'labels: {a.b/c: y}' },
    paths: ['~metadata.labels."a.b/c"'],
  },
  {
    what: 'a key named __proto__',
    git: { metadata: 'annotations: {__proto__: x, z: z}' },
    live: { metadata: 'annotations: {__proto__: y, z: z}' },
    paths: ['~metadata.annotations.__proto__'],
  },
  {
    what: 'the revision that the controller keeps',
    live: { metadata: 'annotations: {deployment.kubernetes.io/revision: "4"}' },
    paths: [],
  },
  {
    what: 'a note beside it',
    live: { metadata: 'annotations: {deployment.kubernetes.io/revision: "4", note: x}' },
    paths: ['+metadata.annotations.note'],
  },
  {
    what: 'an integer beyond 2^53, equal',
    git: { pod: 'futureField: {big: 9007199254740993}' },
    live: { pod: 'futureField: {big: 9007199254740993}' },
    paths: [],
  },
  {
    what: 'an integer beyond 2^53, one apart',
    git: { pod: 'futureField: {big: 9007199254740993}' },
    live: { pod: 'futureField: {big: 9007199254740992}' },
    paths: ['~spec.template.spec.futureField.big'],
  },
];

describe('a Deployment', () => {
  it.each(workloadRows)('with $what', ({ git, live, paths: expected, notes }) => {
    const report = judgeOne(deployment(git), deployment(live ?? git));
    expect(paths(report)).toEqual(expected);
    if (notes !== undefined) expect(report.notes).toEqual(notes);
    if (expected.length === 0) expect(report.verdict).toBe('in-sync');
  });

  it('declared with a dropped block differs only where absence means something', () => {
    expect(paths(judgeOne(deployment({ pod: 'hostIPC: false', container: 'args: []' }), deployment()))).toEqual([]);
  });
});

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: buoys.harbour.test}
spec:
  group: harbour.test
  names: {kind: Buoy, plural: buoys}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                depth: {x-kubernetes-int-or-string: true, pattern: "^[0-9]+([KMGTPE]i|m)?$"}
                every: {type: string}
                count: {type: integer, default: 2}
                lamps: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object, properties: {name: {type: string}, lit: {type: boolean}}}}
                marks: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                steps: {type: array, items: {type: object, properties: {run: {type: string}}}}
                auto: {type: object, properties: {prune: {type: boolean}}}
                group: {type: object, properties: {auto: {type: object, properties: {on: {type: boolean}}}}}
`;

function buoy(spec: string): string {
  return `apiVersion: harbour.test/v1\nkind: Buoy\nmetadata: {name: b, namespace: shop}\nspec: ${spec}\n`;
}

describe('a custom resource is read by its structural schema', () => {
  it.each([
    ['a quantity by its pattern', '{depth: 12000m}', '{depth: "12"}', []],
    ['a default', '{}', '{count: 2}', []],
    ['another value than the default', '{}', '{count: 3}', ['+spec.count']],
    [
      'keyed elements, swapped and one changed',
      '{lamps: [{name: a, lit: true}, {name: b, lit: true}]}',
      '{lamps: [{name: b, lit: false}, {name: a, lit: true}]}',
      ['~spec.lamps[name=b].lit'],
    ],
    ['a set in another order', '{marks: [x, y]}', '{marks: [y, x]}', []],
    ['a member of a set added', '{marks: [x]}', '{marks: [x, z]}', ['+spec.marks[z]']],
    [
      'an entry inserted at the head of an unmarked list',
      '{steps: [{run: a}, {run: b}, {run: c}]}',
      '{steps: [{run: z}, {run: a}, {run: b}, {run: c}]}',
      ['+spec.steps[0]'],
    ],
    [
      'an entry removed from its middle',
      '{steps: [{run: a}, {run: b}, {run: c}]}',
      '{steps: [{run: a}, {run: c}]}',
      ['-spec.steps[1]'],
    ],
    ['a duration as Go prints it', '{every: 90m}', '{every: 1h30m0s}', []],
    ['a duration that only looks alike', '{every: 60s}', '{every: 1m}', ['~spec.every']],
    ['a switch turned off by its absence', '{auto: {}}', '{}', ['-spec.auto']],
    ['an empty grouping', '{group: {}}', '{}', []],
    ['an explicit false, kept by custom resources', '{auto: {prune: false}}', '{auto: {}}', ['-spec.auto.prune']],
  ])('%s', (_what, git, live, expected) => {
    const reports = judgeAll({ desired: resources(buoy(git)), live: resources(`${definition}---\n${buoy(live)}`) });
    expect(paths(reports.get('Buoy shop/b'))).toEqual(expected);
  });

  it('which drops what it does not know', () => {
    const reports = judgeAll({
      desired: resources(buoy('{gone: 1}')),
      live: resources(`${definition}---\n${buoy('{}')}`),
    });
    expect(reports.get('Buoy shop/b')).toMatchObject({
      verdict: 'invalid',
      invalid: [{ path: 'spec.gone' }],
      notes: ['pruned'],
    });
  });
});

describe('what can never be accepted is found without a server', () => {
  it.each([
    ['a number where text belongs', { container: 'env: [{name: A, value: 1}]' }, `${hull}.env[name=A].value`],
    [
      'a mode beyond octal 0777',
      { pod: 'volumes: [{name: v, configMap: {name: c, defaultMode: 644}}]' },
      'spec.template.spec.volumes[name=v].configMap.defaultMode',
    ],
    ['an unknown choice', { container: 'imagePullPolicy: always' }, `${hull}.imagePullPolicy`],
    ['no quantity', { container: 'resources: {limits: {cpu: 1 core}}' }, `${hull}.resources.limits.cpu`],
    [
      'a volume that is not declared',
      { container: 'volumeMounts: [{name: v, mountPath: /v}]' },
      `${hull}.volumeMounts[mountPath=/v].name`,
    ],
    [
      'a request above its limit',
      { container: 'resources: {limits: {cpu: 1}, requests: {cpu: 2}}' },
      `${hull}.resources.requests.cpu`,
    ],
  ])('%s', (_what, git, path) => {
    expect(judgeOne(deployment(git), deployment()).invalid.map((entry) => entry.path)).toEqual([path]);
  });
});

const secret = (data: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\n${data}\n`;

describe('a Secret', () => {
  it('A27: is equal in another order and with Base64 that is broken into lines', () => {
    const long = Buffer.from('canary'.repeat(20)).toString('base64');
    const folded = long.replace(/.{60}/g, '$&\\n');
    const report = judgeOne(secret(`data: {b: "${folded}", a: eA==}`), secret(`data: {a: eA==, b: ${long}}`));
    expect([report.verdict, report.invalid]).toEqual(['in-sync', []]);
  });

  it('A27: is equal in plain and in Base64', () => {
    expect(judgeOne(secret('stringData: {pw: canary}'), secret('data: {pw: Y2FuYXJ5}')).verdict).toBe('in-sync');
  });

  it('that differs shows neither value', () => {
    const report = judgeOne(secret('stringData: {pw: canary-one}'), secret('data: {pw: Y2FuYXJ5LXR3bw==}'));
    expect(paths(report)).toEqual(['~data.pw']);
    expect(JSON.stringify(report)).not.toMatch(/canary|Y2Fu/);
  });

  it('A28: whose value in Git is the mask itself is still unequal', () => {
    expect(paths(judgeOne(secret('stringData: {pw: "•••• (short)"}'), secret('data: {pw: Y2FuYXJ5}')))).toEqual([
      '~data.pw',
    ]);
  });

  it('read without its data is undetermined there, and judged elsewhere', () => {
    const gap = {
      what: 'data of secrets',
      why: 'read metadata-only',
      remedy: '',
      scope: { group: '', kind: 'Secret' },
      partial: true,
    };
    const live = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop, labels: {a: b}}\n';
    const report = judgeOne(secret('data: {pw: eA==}'), live, { liveGaps: [gap] });
    expect(paths(report)).toEqual(['+metadata.labels']);
    expect(report.undetermined).toMatchObject([{ path: 'data' }]);
  });
});

describe('what could not be read', () => {
  const forbidden = { what: 'deployments', why: 'forbidden', remedy: '', scope: { group: 'apps', kind: 'Deployment' } };

  it('is undetermined, not missing', () => {
    const [report] = judgeAll({ desired: resources(deployment()), live: [], liveGaps: [forbidden] }).values();
    expect(report).toMatchObject({ verdict: 'undetermined', drift: null });
  });

  it('is undetermined even while an old copy is held', () => {
    const old = deployment({ spec: 'replicas: 9' });
    const [report] = judgeAll({
      desired: resources(deployment()),
      live: resources(old),
      liveGaps: [forbidden],
    }).values();
    expect(report).toMatchObject({ verdict: 'undetermined', differences: [] });
  });

  it('in Git hides no extra object as one', () => {
    const broken = { what: 'web.yaml', why: 'not YAML', remedy: '', scope: {} };
    const other = deployment().replace('name: boat', 'name: other');
    const reports = judgeAll({
      desired: resources(deployment()),
      live: resources(`${deployment()}---\n${other}`),
      desiredGaps: [broken],
    });
    expect([...reports.keys()]).toEqual(['Deployment shop/boat']);
  });
});

describe('rules of the team', () => {
  const rule = {
    path: 'spec.replicas',
    kind: 'Deployment',
    reason: 'scaled by hand in summer',
    owner: 'crew',
    expires: '2026-12-31T00:00:00Z',
  };
  const scaled = deployment({ spec: 'replicas: 5' });

  it('hide a difference and say for whom and how long', () => {
    const report = judgeOne(deployment(), scaled, { rules: [rule] });
    expect(report.verdict).toBe('in-sync');
    expect(report.suppressions).toContainEqual(
      expect.objectContaining({ path: 'spec.replicas', class: 'rule', reason: expect.stringContaining('crew') }),
    );
  });

  it('hide nothing once they have expired, and say so', () => {
    const report = judgeOne(deployment(), scaled, { rules: [{ ...rule, expires: '2026-11-24T00:00:00Z' }] });
    expect(report.differences[0]).toMatchObject({ path: 'spec.replicas', notes: ['rule-expired'] });
  });

  it('for one manager do not cover another', () => {
    expect(paths(judgeOne(deployment(), scaled, { rules: [{ ...rule, namespace: 'other' }] }))).toEqual([
      '~spec.replicas',
    ]);
  });
});

describe('a live object that Git does not declare', () => {
  const names = (live: string): readonly string[] =>
    [...judgeAll({ desired: resources(deployment()), live: resources(`${deployment()}---\n${live}`) })]
      .filter(([, { drift }]) => drift === 'extra')
      .map(([name]) => name);

  it.each([
    [
      'of a kind and namespace that Git owns',
      deployment().replace('name: boat', 'name: other'),
      ['Deployment shop/other'],
    ],
    [
      'in another namespace',
      deployment().replace('name: boat', 'name: other').replace('namespace: shop', 'namespace: else'),
      [],
    ],
    ['of another kind', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: shop}\n', []],
    [
      'owned by another object',
      deployment({ metadata: 'ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: o, uid: u}]' }).replace(
        'name: boat',
        'name: other',
      ),
      [],
    ],
  ])('%s', (_what, live, expected) => {
    expect(names(live)).toEqual(expected);
  });
});

describe('Git that moved on', () => {
  it('leaves a field pending while live equals an earlier revision', () => {
    const report = judgeOne(deployment({ spec: 'replicas: 3' }), deployment({ spec: 'replicas: 2' }), {
      earlier: deployment({ spec: 'replicas: 2' }),
    });
    expect(report).toMatchObject({ verdict: 'pending', pending: [{ path: 'spec.replicas' }] });
  });

  it('does not excuse a value that no revision had', () => {
    const report = judgeOne(deployment({ spec: 'replicas: 3' }), deployment({ spec: 'replicas: 9' }), {
      earlier: deployment({ spec: 'replicas: 2' }),
    });
    expect(paths(report)).toEqual(['~spec.replicas']);
  });
});
