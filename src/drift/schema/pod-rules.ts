import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { parseQuantity } from '../normalise/quantity.ts';

const runsForever = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const runsOnce = new Set(['Job', 'CronJob']);

/** What the API server refuses in a Pod or a template of Pods. `path` is where it stands, `kind` the object that holds it. */
export function* podProblems(pod: JsonObject | undefined, path: string, kind: string): Iterable<ReasonedPath> {
  if (pod === undefined) return;
  yield* volumeProblems(pod, path);
  yield* duplicates(arrayAt(pod, 'volumes'), 'name', (name) => `${path}.volumes[name=${name}]`);
  yield* containerNames(pod, path);
  const volumes = new Set(arrayAt(pod, 'volumes').map((volume) => stringAt(volume, 'name')));
  for (const list of ['initContainers', 'containers'] as const) {
    for (const container of arrayAt(pod, list)) {
      const at = `${path}.${list}[name=${stringAt(container, 'name') ?? ''}]`;
      yield* containerProblems(container, at, kind === 'StatefulSet' ? null : volumes);
    }
  }
  const policy = pod['restartPolicy'];
  if (runsOnce.has(kind) && policy !== 'Never' && policy !== 'OnFailure')
    yield { path: `${path}.restartPolicy`, reason: 'must be Never or OnFailure for a Job' };
  if (!runsForever.has(kind)) return;
  if (policy === 'Never' || policy === 'OnFailure')
    yield { path: `${path}.restartPolicy`, reason: `must be Always for a ${kind}` };
  if (pod['activeDeadlineSeconds'] !== undefined && pod['activeDeadlineSeconds'] !== null)
    yield { path: `${path}.activeDeadlineSeconds`, reason: `is not possible for a ${kind}` };
}

function* duplicates(list: readonly JsonValue[], key: string, at: (name: string) => string): Iterable<ReasonedPath> {
  const seen = new Set<string>();
  for (const element of list) {
    const name = stringAt(element, key);
    if (name === undefined) continue;
    if (seen.has(name)) yield { path: at(name), reason: `declared twice with the same ${key}` };
    seen.add(name);
  }
}

function* containerNames(pod: JsonObject, path: string): Iterable<ReasonedPath> {
  for (const list of ['containers', 'initContainers'] as const)
    yield* duplicates(arrayAt(pod, list), 'name', (name) => `${path}.${list}[name=${name}]`);
  const names = new Set(arrayAt(pod, 'containers').map((container) => stringAt(container, 'name')));
  for (const container of arrayAt(pod, 'initContainers')) {
    const name = stringAt(container, 'name');
    if (name !== undefined && names.has(name))
      yield { path: `${path}.initContainers[name=${name}]`, reason: 'has the name of another container' };
  }
}

/** In the order in which the server looks: it refuses every source after the first. */
const sources: readonly string[] =
  'emptyDir hostPath gitRepo gcePersistentDisk awsElasticBlockStore secret nfs iscsi glusterfs flocker persistentVolumeClaim rbd cephfs quobyte downwardAPI fc flexVolume azureFile configMap vsphereVolume photonPersistentDisk azureDisk portworxVolume scaleIO projected csi ephemeral image'.split(
    ' ',
  );

function* volumeProblems(pod: JsonObject, path: string): Iterable<ReasonedPath> {
  for (const volume of arrayAt(pod, 'volumes')) {
    const declared = sources.filter((source) => isJsonObject(valueAt(volume, source)));
    for (const source of declared.slice(1)) {
      const name = stringAt(volume, 'name') ?? '';
      yield { path: `${path}.volumes[name=${name}].${source}`, reason: `the volume is ${declared[0]} already` };
    }
  }
}

/** `volumes` is null where claim templates add names of their own. */
function* containerProblems(
  container: JsonValue,
  path: string,
  volumes: ReadonlySet<string | undefined> | null,
): Iterable<ReasonedPath> {
  if (valueAt(container, 'image') === undefined || valueAt(container, 'image') === '')
    yield { path: `${path}.image`, reason: 'required and not declared' };
  for (const mount of arrayAt(container, 'volumeMounts')) {
    const name = stringAt(mount, 'name');
    if (volumes === null || name === undefined || volumes.has(name)) continue;
    yield {
      path: `${path}.volumeMounts[mountPath=${stringAt(mount, 'mountPath') ?? ''}].name`,
      reason: 'names a volume that is not declared',
    };
  }
  yield* duplicates(arrayAt(container, 'volumeMounts'), 'mountPath', (at) => `${path}.volumeMounts[mountPath=${at}]`);
  yield* resourceProblems(container, path);
  yield* variableProblems(container, path);
  yield* probeProblems(container, path);
}

function* resourceProblems(container: JsonValue, path: string): Iterable<ReasonedPath> {
  const limits = objectAt(container, 'resources', 'limits') ?? {};
  const requests = objectAt(container, 'resources', 'requests') ?? {};
  for (const [where, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [resource, amount] of Object.entries(amounts)) {
      if ((parseQuantity(amount) ?? 0n) < 0n)
        yield { path: `${path}.resources.${where}.${resource}`, reason: 'must not be negative' };
    }
  }
  for (const [resource, request] of Object.entries(requests)) {
    const [wanted, most] = [parseQuantity(request), parseQuantity(limits[resource])];
    if (wanted !== undefined && most !== undefined && wanted > most)
      yield { path: `${path}.resources.requests.${resource}`, reason: 'must not exceed the limit' };
  }
}

function* variableProblems(container: JsonValue, path: string): Iterable<ReasonedPath> {
  for (const variable of arrayAt(container, 'env')) {
    const value = stringAt(variable, 'value');
    if (value === undefined || value === '' || !isJsonObject(valueAt(variable, 'valueFrom'))) continue;
    const name = stringAt(variable, 'name') ?? '';
    yield { path: `${path}.env[name=${name}].valueFrom`, reason: 'is not possible beside a value' };
  }
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

function* probeProblems(container: JsonValue, path: string): Iterable<ReasonedPath> {
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const declared = objectAt(container, probe);
    if (declared === undefined) continue;
    const used = handlers.filter((handler) => isJsonObject(declared[handler]));
    if (used.length === 0) yield { path: `${path}.${probe}`, reason: `needs one of ${handlers.join(', ')}` };
    for (const handler of used.slice(1))
      yield { path: `${path}.${probe}.${handler}`, reason: `the probe is ${used[0]} already` };
    const successes = declared['successThreshold'];
    if (probe !== 'readinessProbe' && typeof successes === 'number' && successes > 1)
      yield { path: `${path}.${probe}.successThreshold`, reason: 'must be 1' };
  }
}
