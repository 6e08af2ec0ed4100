/**
 * What kwok plays on the plane: nodes become ready and keep their lease, pods run at once, pods of Jobs complete, deleted
 * pods go. A pod labelled `plane.mooring.dev/outcome: crash-loop` (or `image-pull`) never becomes ready, with the status a
 * kubelet would report.
 */
export function formatStages(): string {
  return [nodeReady, podReady, podComplete, podCrashLoop, podImagePull, podDelete]
    .map((stage) => JSON.stringify({ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', ...stage }, undefined, 2))
    .join('\n---\n');
}

const outcome = '.metadata.labels["plane.mooring.dev/outcome"]';
const notDeleted = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };

const podConditions = (ready: 'True' | 'False'): string => `
conditions:
{{ range (list "PodReadyToStartContainers" "Initialized") }}
- { type: {{ . }}, status: "True", lastTransitionTime: {{ Now | Quote }} }
{{ end }}
- { type: Ready, status: "${ready}", lastTransitionTime: {{ Now | Quote }} }
- { type: ContainersReady, status: "${ready}", lastTransitionTime: {{ Now | Quote }} }
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ Now | Quote }} }
{{ end }}`;

const podAddresses = `
{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
hostIPs: [ { ip: {{ . | Quote }} } ]
{{ end }}
{{ with PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ . | Quote }}
podIPs: [ { ip: {{ . | Quote }} } ]
{{ end }}`;

const containers = (field: string, list: string, state: string): string => `
${field}:
{{ range ${list} }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  containerID: {{ printf "kwok://%s" .name | Quote }}
  restartCount: 0
${state}
{{ end }}`;

const runningState = '  ready: true\n  started: true\n  state: { running: { startedAt: {{ Now | Quote }} } }';
const doneState =
  '  ready: false\n  started: false\n  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} } }';
const initState = `  ready: true
  {{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: { running: { startedAt: {{ Now | Quote }} } }
  {{ else }}
  started: false
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} } }
  {{ end }}`;
const waitingState = (reason: string): string =>
  `  ready: false\n  started: false\n  state: { waiting: { reason: ${reason}, message: "made so by the label plane.mooring.dev/outcome" } }`;

const nodeReady = {
  metadata: { name: 'node-ready' },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Node' },
    selector: {
      matchExpressions: [
        { key: '.status.conditions.[] | select( .type == "Ready" ) | .status', operator: 'NotIn', values: ['True'] },
      ],
    },
    next: {
      statusTemplate: `
phase: Running
conditions:
{{ range NodeConditions }}
- { type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }} }
{{ end }}
addresses:
- { type: Hostname, address: {{ .metadata.name | Quote }} }
{{ with NodeIP }}
- { type: InternalIP, address: {{ . | Quote }} }
{{ end }}
capacity: { cpu: "1000", memory: 1Ti, ephemeral-storage: 1Ti, pods: "100000" }
allocatable: { cpu: "1000", memory: 1Ti, ephemeral-storage: 1Ti, pods: "100000" }
nodeInfo: { architecture: amd64, operatingSystem: linux, bootID: "", machineID: "", systemUUID: "", osImage: kwok, kernelVersion: kwok, containerRuntimeVersion: "kwok://0", kubeletVersion: v1.36.3, kubeProxyVersion: "" }
`,
    },
  },
};

const podReady = {
  metadata: { name: 'pod-ready' },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Pod' },
    selector: {
      matchExpressions: [
        notDeleted,
        { key: outcome, operator: 'DoesNotExist' },
        { key: '.status.phase', operator: 'In', values: ['Pending'] },
      ],
    },
    next: {
      statusTemplate: `
phase: Running
startTime: {{ Now | Quote }}
${podConditions('True')}
${podAddresses}
${containers('containerStatuses', '.spec.containers', runningState)}
${containers('initContainerStatuses', '.spec.initContainers', initState)}
`,
    },
  },
};

const podComplete = {
  metadata: { name: 'pod-complete' },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Pod' },
    selector: {
      matchExpressions: [
        notDeleted,
        { key: '.status.phase', operator: 'In', values: ['Running'] },
        { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
      ],
    },
    next: {
      statusTemplate: `
phase: Succeeded
${podConditions('False')}
${containers('containerStatuses', '.spec.containers', doneState)}
`,
    },
  },
};

function stuckPod(name: string, reason: string) {
  return {
    metadata: { name: `pod-${name}` },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: {
        matchExpressions: [
          notDeleted,
          { key: outcome, operator: 'In', values: [name] },
          { key: '.status.startTime', operator: 'DoesNotExist' },
        ],
      },
      next: {
        statusTemplate: `
phase: ${name === 'image-pull' ? 'Pending' : 'Running'}
startTime: {{ Now | Quote }}
${podConditions('False')}
${podAddresses}
${containers('containerStatuses', '.spec.containers', waitingState(reason))}
`,
      },
    },
  };
}

const podCrashLoop = stuckPod('crash-loop', 'CrashLoopBackOff');
const podImagePull = stuckPod('image-pull', 'ImagePullBackOff');

const podDelete = {
  metadata: { name: 'pod-delete' },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Pod' },
    selector: { matchExpressions: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }] },
    next: { delete: true },
  },
};
