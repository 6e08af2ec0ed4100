/** A manifest that the API server refuses at `path`, and the nearest one that it takes: `good` in place of `bad`. */
export interface Refused {
  readonly what: string;
  readonly manifest: string;
  readonly bad: string;
  readonly good: string;
  readonly path: string;
}

type Row = readonly [what: string, bad: string, good: string, path: string];

/** `$` is where a row differs. */
function rowsOf(manifest: string, rows: readonly Row[]): readonly Refused[] {
  return rows.map(([what, bad, good, path]) => ({ what, manifest, bad, good, path }));
}

const pod = (container: string, more = ''): string => `apiVersion: v1
kind: Pod
metadata: {name: refused}
spec: {containers: [{name: web, image: "a:1"${container}}]${more}}
`;
const workload = (kind: string, spec: string, podSpec = ''): string => `apiVersion: apps/v1
kind: ${kind}
metadata: {name: refused}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: "a:1"}]${podSpec}}}${spec}}
`;
const service = (spec: string): string => `apiVersion: v1
kind: Service
metadata: {name: refused}
spec: {selector: {a: b}, ${spec}}
`;
const policy = (spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: refused}
spec: {podSelector: {}, ${spec}}
`;
const ingress = (rule: string): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: refused}
spec: {rules: [${rule}]}
`;
const web = '{service: {name: web, port: {number: 80}}}';
const jobPod = 'template: {spec: {restartPolicy: Never, containers: [{name: web, image: "a:1"}]}}';
const job = (spec: string): string => `apiVersion: batch/v1
kind: Job
metadata: {name: refused}
spec: {${spec}, ${jobPod}}
`;
const cronJob = (name: string, schedule: string): string => `apiVersion: batch/v1
kind: CronJob
metadata: {name: ${name}}
spec: {schedule: ${schedule}, jobTemplate: {spec: {${jobPod}}}}
`;
const named = (kind: string, name: string, rest: string): string => `apiVersion: v1
kind: ${kind}
metadata: {name: ${name}}
${rest}
`;
const role = (rule: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: refused}
rules: [{${rule}}]
`;
const binding = (kind: string, roleRef: string, subject: string): string => `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: {name: refused}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${roleRef}, name: r}
subjects: [{${subject}}]
`;
const budget = (spec: string): string => `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: refused}
spec: {selector: {matchLabels: {a: b}}, ${spec}}
`;
const scaler = (spec: string): string => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: refused}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, ${spec}}
`;
const claim = (spec: string): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: refused}
spec: {${spec}}
`;
const C = 'spec.containers[name=web]';
const volumes = ', volumes: [{name: v, emptyDir: {}}, {name: $, emptyDir: {}}]';

export const refusedManifests: readonly Refused[] = [
  ...rowsOf(pod(', $'), [
    [
      'a request below zero',
      'resources: {requests: {cpu: "-1"}}',
      'resources: {requests: {cpu: "1"}}',
      `${C}.resources.requests.cpu`,
    ],
    [
      'a request above the limit',
      'resources: {requests: {cpu: 2}, limits: {cpu: 1}}',
      'resources: {requests: {cpu: 1}, limits: {cpu: 1}}',
      `${C}.resources.requests.cpu`,
    ],
    [
      'a value and where it comes from',
      'env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      'env: [{name: A, value: "", valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      `${C}.env[name=A].valueFrom`,
    ],
    [
      'an equals sign in a variable',
      'env: [{name: "A=B", value: x}]',
      'env: [{name: "A B.c-d", value: x}]',
      `${C}.env[name=A=B].name`,
    ],
    [
      'a probe of two sorts',
      'livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}',
      'livenessProbe: {tcpSocket: {port: 1}}',
      `${C}.livenessProbe.tcpSocket`,
    ],
    [
      'a probe of no sort',
      'readinessProbe: {periodSeconds: 5}',
      'readinessProbe: {periodSeconds: 5, exec: {command: [a]}}',
      `${C}.readinessProbe`,
    ],
    [
      'a liveness that needs two successes',
      'livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}',
      'readinessProbe: {tcpSocket: {port: 1}, successThreshold: 2}',
      `${C}.livenessProbe.successThreshold`,
    ],
    [
      'a probe with a delay below zero',
      'livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: -1}',
      'livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 0}',
      `${C}.livenessProbe.initialDelaySeconds`,
    ],
    [
      'a long port name',
      'ports: [{name: http-metrics-web, containerPort: 1}]',
      'ports: [{name: http-metrics-we, containerPort: 1}]',
      `${C}.ports[containerPort=1,protocol=TCP].name`,
    ],
    [
      'a port name in capitals',
      'ports: [{name: HTTP, containerPort: 1}]',
      'ports: [{name: http, containerPort: 1}]',
      `${C}.ports[containerPort=1,protocol=TCP].name`,
    ],
    [
      'a mount of nothing',
      'volumeMounts: [{name: v, mountPath: /x}]',
      'volumeMounts: []',
      `${C}.volumeMounts[mountPath=/x].name`,
    ],
  ]),
  ...rowsOf(pod('', volumes), [
    ['two volumes of one name', 'v', 'w', 'spec.volumes[name=v]'],
    ['a volume name in capitals', 'Data', 'data', 'spec.volumes[name=Data].name'],
  ]),
  ...rowsOf(
    pod(', volumeMounts: [{name: v, mountPath: /x}, {name: v, mountPath: $}]', ', volumes: [{name: v, emptyDir: {}}]'),
    [['two mounts at one path', '/x', '/y', `${C}.volumeMounts[mountPath=/x]`]],
  ),
  ...rowsOf(pod(', volumeMounts: [{name: v, mountPath: /x, subPath: $}]', ', volumes: [{name: v, emptyDir: {}}]'), [
    ['a way out of the volume', 'a/../../b', 'a/..b', `${C}.volumeMounts[mountPath=/x].subPath`],
    ['an absolute path within a volume', '/a', 'a', `${C}.volumeMounts[mountPath=/x].subPath`],
  ]),
  ...rowsOf(pod('', ', volumes: [{name: v, $}]'), [
    [
      'a volume of two sources',
      'emptyDir: {}, configMap: {name: c}',
      'configMap: {name: c}',
      'spec.volumes[name=v].configMap',
    ],
    [
      'a volume of two sources, in the order of the server',
      'configMap: {name: c}, secret: {secretName: s}',
      'secret: {secretName: s}',
      'spec.volumes[name=v].configMap',
    ],
  ]),
  ...rowsOf(pod('}, {name: $, image: "b:1"'), [
    ['two containers of one name', 'web', 'other', C],
    ['a container name with an underscore', 'my_web', 'my-web', 'spec.containers[name=my_web].name'],
  ]),
  ...rowsOf(pod('', ', initContainers: [{name: $, image: "b:1"}]'), [
    ['an init container named like another', 'web', 'other', 'spec.initContainers[name=web]'],
  ]),
  ...rowsOf(pod('', ', $'), [
    ['a deadline of nothing', 'activeDeadlineSeconds: 0', 'activeDeadlineSeconds: 1', 'spec.activeDeadlineSeconds'],
  ]),
  ...rowsOf(workload('Deployment', '', ', $'), [
    [
      'a Deployment that runs once',
      'restartPolicy: Never',
      'restartPolicy: Always',
      'spec.template.spec.restartPolicy',
    ],
    [
      'a Deployment with an end',
      'activeDeadlineSeconds: 5',
      'terminationGracePeriodSeconds: 5',
      'spec.template.spec.activeDeadlineSeconds',
    ],
  ]),
  ...rowsOf(workload('Deployment', ', $'), [
    [
      'Recreate that rolls',
      'strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}',
      'strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}',
      'spec.strategy.rollingUpdate',
    ],
    [
      'an update that cannot move',
      'strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}',
      'strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1%}}',
      'spec.strategy.rollingUpdate.maxUnavailable',
    ],
    [
      'a percentage without its sign',
      'strategy: {rollingUpdate: {maxSurge: "25"}}',
      'strategy: {rollingUpdate: {maxSurge: "25%"}}',
      'spec.strategy.rollingUpdate.maxSurge',
    ],
    [
      'a deadline before it may be ready',
      'minReadySeconds: 60, progressDeadlineSeconds: 60',
      'minReadySeconds: 60, progressDeadlineSeconds: 61',
      'spec.progressDeadlineSeconds',
    ],
  ]),
  ...rowsOf(workload('DaemonSet', ', updateStrategy: {rollingUpdate: {$}}'), [
    [
      'a DaemonSet that cannot move',
      'maxUnavailable: 0',
      'maxUnavailable: 1',
      'spec.updateStrategy.rollingUpdate.maxUnavailable',
    ],
  ]),
  ...rowsOf(workload('StatefulSet', '').replace('{matchLabels: {a: b}}', '$'), [
    ['a selector of nothing', '{}', '{matchLabels: {a: b}}', 'spec.selector'],
    ['a selector of something else', '{matchLabels: {a: c}}', '{matchLabels: {a: b}}', 'spec.selector'],
  ]),
  ...rowsOf(service('$'), [
    ['a Service without ports', 'type: ClusterIP', 'clusterIP: None', 'spec.ports'],
    [
      'a node port of a ClusterIP',
      'ports: [{port: 80, nodePort: 30999}]',
      'ports: [{port: 80, nodePort: 0}]',
      'spec.ports[port=80,protocol=TCP].nodePort',
    ],
    [
      'ranges without a balancer',
      'ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.0/8]',
      'type: LoadBalancer, ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.0/8]',
      'spec.loadBalancerSourceRanges',
    ],
    [
      'a range that is none',
      'type: LoadBalancer, ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.0]',
      'type: LoadBalancer, ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.0/8]',
      'spec.loadBalancerSourceRanges[0]',
    ],
    [
      'a name that nobody gave',
      'type: ExternalName',
      'type: ExternalName, externalName: a.example',
      'spec.externalName',
    ],
    [
      'two ports without names',
      'ports: [{port: 80, name: a}, {port: 81}, {port: 82}]',
      'ports: [{port: 80, name: a}, {port: 81, name: b}, {port: 82, name: c}]',
      'spec.ports[port=82,protocol=TCP].name',
    ],
    [
      'a port name with an underscore',
      'ports: [{port: 80, name: a_b}]',
      'ports: [{port: 80, name: a-b}]',
      'spec.ports[port=80,protocol=TCP].name',
    ],
  ]),
  ...rowsOf(named('Service', '$', 'spec: {ports: [{port: 80}]}'), [
    ['a Service with a dot', 'web.a', 'web-a', 'metadata.name'],
  ]),
  ...rowsOf(named('ConfigMap', '$', 'data: {a: b}'), [
    ['a name in capitals', 'Web', 'web.a', 'metadata.name'],
    ['a name with an underscore', 'a_b', 'a-b', 'metadata.name'],
  ]),
  ...rowsOf(named('ConfigMap', 'refused', 'data: {"$": x}'), [
    ['a key with a slash', 'a/b', 'a.b', 'data.a/b'],
    ['a key with a space', 'a b', 'a-b', 'data."a b"'],
    ['a key of two dots', '..a', '.a', 'data."..a"'],
  ]),
  ...rowsOf(named('Secret', 'refused', 'stringData: {"$": x}'), [
    ['a key of a Secret with a colon', 'a:b', 'a_b', 'stringData.a:b'],
  ]),
  ...rowsOf(policy('ingress: [{$}]'), [
    [
      'a range without a length',
      'from: [{ipBlock: {cidr: 10.0.0.0}}]',
      'from: [{ipBlock: {cidr: 10.0.0.0/8}}]',
      'spec.ingress[0].from[0].ipBlock.cidr',
    ],
    [
      'a length beyond the address',
      'from: [{ipBlock: {cidr: 10.0.0.0/33}}]',
      'from: [{ipBlock: {cidr: "fd00::/33"}}]',
      'spec.ingress[0].from[0].ipBlock.cidr',
    ],
    [
      'an exception that is no range',
      'from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.256/32]}}]',
      'from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.255/32]}}]',
      'spec.ingress[0].from[0].ipBlock.except[0]',
    ],
    [
      'an end before the port',
      'ports: [{port: 90, endPort: 80}]',
      'ports: [{port: 80, endPort: 80}]',
      'spec.ingress[0].ports[0].endPort',
    ],
    [
      'an end of a named port',
      'ports: [{port: http, endPort: 80}]',
      'ports: [{port: http}]',
      'spec.ingress[0].ports[0].endPort',
    ],
    [
      'a port name in capitals that a policy names',
      'ports: [{port: HTTP}]',
      'ports: [{port: http}]',
      'spec.ingress[0].ports[0].port',
    ],
  ]),
  ...rowsOf(ingress(`{host: $, http: {paths: [{path: /, pathType: Prefix, backend: ${web}}]}}`), [
    ['a host with a port', '"a.example:80"', 'a.example', 'spec.rules[0].host'],
    ['an address for a host', '10.0.0.1', '10.0.0.1.example', 'spec.rules[0].host'],
    ['a wildcard in the middle', 'a.*.example', '"*.a.example"', 'spec.rules[0].host'],
  ]),
  ...rowsOf(ingress(`{http: {paths: [{path: $, pathType: ImplementationSpecific, backend: ${web}}]}}`), [
    ['a path without a slash', 'api', '/api', 'spec.rules[0].http.paths[0].path'],
  ]),
  ...rowsOf(job('$'), [
    [
      'an index without an end',
      'completionMode: Indexed, parallelism: 2',
      'completionMode: Indexed, parallelism: 2, completions: 1',
      'spec.completions',
    ],
    [
      'a limit for each index without one',
      'backoffLimitPerIndex: 1',
      'completionMode: Indexed, completions: 1, backoffLimitPerIndex: 1',
      'spec.backoffLimitPerIndex',
    ],
    ['fewer than no pods', 'parallelism: -1', 'parallelism: 0', 'spec.parallelism'],
    ['fewer than no retries', 'backoffLimit: -1', 'backoffLimit: 0', 'spec.backoffLimit'],
  ]),
  ...rowsOf(cronJob('refused', '"$"'), [
    ['four fields', '* * * *', '* * * * *', 'spec.schedule'],
    ['six fields', '0 * * * * *', '0,30 */2 1-15/3 jan-mar mon,wed-fri', 'spec.schedule'],
    ['the sixtieth minute', '60 * * * *', '59 23 31 12 6', 'spec.schedule'],
    ['a Sunday at the end', '0 0 * * 7', '0 0 ? * sun', 'spec.schedule'],
    ['an unknown word', '@sometimes', '@every 1h30m', 'spec.schedule'],
    ['a zone in the schedule', 'TZ=UTC 0 0 * * *', '@midnight', 'spec.schedule'],
    ['a step of nothing', '*/0 * * * *', '*/61 * * * *', 'spec.schedule'],
    ['a range backwards', '0 5-3 * * *', '0 3-5 * * *', 'spec.schedule'],
  ]),
  ...rowsOf(cronJob('$', '"@daily"'), [
    ['a name without room for its Jobs', 'a'.repeat(53), 'a'.repeat(52), 'metadata.name'],
  ]),
  ...rowsOf(role('$'), [
    [
      'a rule without verbs',
      'apiGroups: [""], resources: [pods]',
      'apiGroups: [""], resources: [pods], verbs: [get]',
      'rules[0].verbs',
    ],
    [
      'a rule without groups',
      'resources: [pods], verbs: [get]',
      'apiGroups: [""], resources: [pods], verbs: [get]',
      'rules[0].apiGroups',
    ],
    [
      'a rule about nothing',
      'apiGroups: [""], verbs: [get]',
      'apiGroups: [""], resources: [pods], verbs: [get]',
      'rules[0].resources',
    ],
    [
      'a URL in a namespace',
      'nonResourceURLs: [/x], verbs: [get]',
      'apiGroups: [""], resources: [pods], verbs: [get]',
      'rules[0].nonResourceURLs',
    ],
  ]),
  ...rowsOf(binding('ClusterRoleBinding', 'ClusterRole', '$'), [
    [
      'a service account of nowhere',
      'kind: ServiceAccount, name: a',
      'kind: ServiceAccount, name: a, namespace: b',
      'subjects[0].namespace',
    ],
  ]),
  ...rowsOf(binding('RoleBinding', '$', 'kind: Group, name: a'), [
    ['a binding of something else', 'Widget', 'ClusterRole', 'roleRef.kind'],
  ]),
  ...rowsOf(budget('$'), [
    ['a budget of both sorts', 'minAvailable: 1, maxUnavailable: 1', 'maxUnavailable: 1', 'spec.maxUnavailable'],
    ['a budget in words', 'minAvailable: half', 'minAvailable: 50%', 'spec.minAvailable'],
    ['a budget below zero', 'minAvailable: -1', 'minAvailable: 0', 'spec.minAvailable'],
  ]),
  ...rowsOf(scaler('$'), [
    ['a maximum of nothing', 'maxReplicas: 0', 'maxReplicas: 1', 'spec.maxReplicas'],
    [
      'a minimum above the maximum',
      'minReplicas: 3, maxReplicas: 2',
      'minReplicas: 2, maxReplicas: 2',
      'spec.maxReplicas',
    ],
  ]),
  ...rowsOf(claim('$'), [
    [
      'a claim without a mode',
      'resources: {requests: {storage: 1Gi}}',
      'accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}',
      'spec.accessModes',
    ],
    [
      'a claim of no size',
      'accessModes: [ReadWriteOnce]',
      'accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}',
      'spec.resources.requests.storage',
    ],
  ]),
];
