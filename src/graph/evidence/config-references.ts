import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import type { Strength } from '../graph-shapes.ts';
import { keyFor } from '../landscape/landscape.ts';
import { placeOf, type View } from '../landscape/view.ts';
import type { Workload } from '../landscape/workload.ts';
import {
  evidenceOf,
  type EvidenceOptions,
  findingAt,
  type Found,
  nothing,
  ownNode,
  type SharedClaim,
  type Source,
} from './evidence.ts';
import { volumeSources } from './settings/mounted-documents.ts';

/** A configuration object that a workload needs. `strength` is soft when the reference is marked optional. */
interface Reference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly what: string;
  readonly path: string;
  readonly strength: Strength;
  /** When the workload sees a change of the object; absent for what is no content. */
  readonly sees?: 'live' | 'restart';
}

/**
 * The configuration objects that a workload cannot run without, or reads: ConfigMaps and Secrets by env, envFrom, volume and pull
 * secret, ServiceAccount, claims, priority and runtime classes. Names only; no value is read here.
 */
export function configReferences(source: Source, view: View, options: EvidenceOptions): Found {
  const workload = view.landscape.workloads.get(source.key);
  if (workload === undefined) return nothing;
  const from = ownNode(source, view);
  const found: Found = { claims: [], findings: [] };
  const seen = new Set<string>();
  for (const reference of [...podReferences(workload), ...containerReferences(workload)]) {
    const isClusterWide = reference.kind === 'PriorityClass' || reference.kind === 'RuntimeClass';
    const key = keyFor(reference.group, reference.kind, isClusterWide ? '' : source.namespace, reference.name);
    const once = `${key} ${reference.sees ?? ''}`;
    if (seen.has(once)) continue;
    seen.add(once);
    const claim = claimOf(reference, { key, from, source, view, options });
    if (claim !== undefined) found.claims.push(claim);
    else if (isExpected(reference)) found.findings.push(findingOf(reference, from, source, options));
  }
  return found;
}

interface Place {
  readonly key: string;
  readonly from: string;
  readonly source: Source;
  readonly view: View;
  readonly options: EvidenceOptions;
}

function claimOf(reference: Reference, { key, from, source, view, options }: Place): SharedClaim | undefined {
  const to = placeOf(view, key);
  if (to === undefined) return undefined;
  const { what, path, sees } = reference;
  const evidence = evidenceOf('declared', what, { resource: source.resource, path, options, sees });
  return { from, to, layer: 'config', protocol: null, strength: reference.strength, confidence: 0.99, evidence };
}

/** Secrets, accounts and claims often come from elsewhere; a ConfigMap that the manifests do not hold is a fault more often than not. */
function isExpected({ kind, strength }: Reference): boolean {
  return kind === 'ConfigMap' && strength === 'hard';
}

/** ConfigMaps that Kubernetes itself or a common mesh puts into every namespace. */
const givenConfigMaps: ReadonlySet<string> = new Set([
  'kube-root-ca.crt',
  'istio-ca-root-cert',
  'openshift-service-ca.crt',
]);

function findingOf(
  reference: Reference,
  from: string,
  source: Source,
  options: EvidenceOptions,
): Found['findings'][number] {
  const { what, path, name } = reference;
  const evidence = evidenceOf('declared', what, { resource: source.resource, path, options });
  return findingAt(evidence, from, `no ConfigMap ${name} in namespace ${source.namespace} of these manifests`);
}

function podReferences({ pod, containers }: Workload): Reference[] {
  const mounts = containers.flatMap(({ body }) => arrayAt(body, 'volumeMounts'));
  const base = containers[0]?.path.replace(/\.(?:initContainers|containers)\[.*$/, '') ?? 'spec';
  const named = (kind: string, group: string, field: string): Reference[] => {
    const name = stringAt(pod, field);
    return name === undefined
      ? []
      : [{ group, kind, name, what: `${field} ${name}`, path: `${base}.${field}`, strength: 'hard' }];
  };
  return [
    ...named('ServiceAccount', '', 'serviceAccountName'),
    ...named('PriorityClass', 'scheduling.k8s.io', 'priorityClassName'),
    ...named('RuntimeClass', 'node.k8s.io', 'runtimeClassName'),
    ...arrayAt(pod, 'volumes')
      .filter(isJsonObject)
      .flatMap((volume) => volumeReferences(volume, base, mounts)),
    ...arrayAt(pod, 'imagePullSecrets').flatMap((entry) =>
      reference('Secret', entry, 'image pull secret', `${base}.imagePullSecrets`),
    ),
  ];
}

/** A mounted volume follows its object, except where a single file was mounted by `subPath`: that one is fixed until the next start. */
function volumeReferences(volume: JsonObject, base: string, mounts: readonly JsonValue[]): Reference[] {
  const own = mounts.filter((mount) => stringAt(mount, 'name') === stringAt(volume, 'name'));
  const sees = own.length > 0 && own.every((mount) => valueAt(mount, 'subPath') !== undefined) ? 'restart' : 'live';
  const path = `${base}.volumes[name=${stringAt(volume, 'name') ?? ''}]`;
  const claimName = stringAt(volume, 'persistentVolumeClaim', 'claimName');
  const isOptional = ['configMap', 'secret'].some((field) => valueAt(volume, field, 'optional') === true);
  const mounted = volumeSources(volume)
    .filter(({ name }) => !givenConfigMaps.has(name))
    .map(({ kind, name }): Reference => {
      return {
        group: '',
        kind,
        name,
        what: `mounts ${kind} ${name}`,
        path,
        strength: isOptional ? 'soft' : 'hard',
        sees,
      };
    });
  if (claimName === undefined) return mounted;
  return [
    ...mounted,
    {
      group: '',
      kind: 'PersistentVolumeClaim',
      name: claimName,
      what: `mounts claim ${claimName}`,
      path,
      strength: 'hard',
    },
  ];
}

function containerReferences({ containers }: Workload): Reference[] {
  return containers.flatMap(({ body, path }) => [
    ...arrayAt(body, 'envFrom').flatMap((entry) => [
      ...reference('ConfigMap', objectAt(entry, 'configMapRef'), 'env from', `${path}.envFrom`),
      ...reference('Secret', objectAt(entry, 'secretRef'), 'env from', `${path}.envFrom`),
    ]),
    ...arrayAt(body, 'env').flatMap((entry) => {
      const at = `${path}.env[name=${stringAt(entry, 'name') ?? ''}]`;
      const what = `env ${stringAt(entry, 'name') ?? ''} from`;
      return [
        ...reference('ConfigMap', objectAt(entry, 'valueFrom', 'configMapKeyRef'), what, at),
        ...reference('Secret', objectAt(entry, 'valueFrom', 'secretKeyRef'), what, at),
      ];
    }),
  ]);
}

function reference(kind: string, body: JsonValue | undefined, what: string, path: string): Reference[] {
  const name = stringAt(body, 'name');
  if (name === undefined || name === '') return [];
  const strength = valueAt(body, 'optional') === true ? 'soft' : 'hard';
  const sees = path.includes('imagePullSecrets') ? {} : ({ sees: 'restart' } as const);
  return [{ group: '', kind, name, what: `${what} ${kind} ${name}`, path, strength, ...sees }];
}
