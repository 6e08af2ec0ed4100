import { arrayAt, isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt } from '../../resource/json.ts';
import type { GraphNode, Strength } from '../graph-shapes.ts';
import { keyFor } from '../landscape/landscape.ts';
import { placeOf, placeOfService, serviceAt, type View } from '../landscape/view.ts';
import { evidenceOf, type EvidenceOptions, type Found, nothing, type SharedClaim, type Source } from './evidence.ts';

/** An object of the cluster that another one needs. */
interface Need {
  readonly key: string;
  readonly what: string;
  readonly path: string;
  readonly strength: Strength;
}

/**
 * What objects of the cluster need of each other: claims their class and volume, routes their class, accounts their rights, admission
 * the Service it asks, workloads the pool of nodes they are bound to.
 */
export function clusterReferences(source: Source, view: View, options: EvidenceOptions): Found {
  const { body, id } = source.resource;
  const place = { source, view, options };
  const needs = (needsByKind.get(id.kind) ?? needsOfWorkload)(body, source);
  const pools = poolsOf(view.landscape.workloads.get(source.key)?.pod);
  const isWebhook = id.kind.endsWith('WebhookConfiguration');
  const isBinding = id.kind.endsWith('RoleBinding');
  // Most objects need none of these, and what is not asked need not be remembered as asked.
  if (needs.length === 0 && pools.size === 0 && !isWebhook && !isBinding) return nothing;
  const from = placeOf(view, source.key);
  if (from === undefined) return nothing;
  const claims = [
    ...needs.flatMap((need) => claimsOf(from, need, place)),
    ...poolClaims(from, pools, place),
    ...(isWebhook ? webhookClaims(from, place) : []),
    ...(isBinding ? rightsClaims(from, place) : []),
  ];
  return claims.length === 0 ? nothing : { claims, findings: [] };
}

interface Place {
  readonly source: Source;
  readonly view: View;
  readonly options: EvidenceOptions;
}

function claimsOf(from: string, { key, what, path, strength }: Need, place: Place): SharedClaim[] {
  const to = placeOf(place.view, key);
  return to === undefined || to === from ? [] : [configClaim({ from, to, strength }, what, path, place)];
}

function configClaim(
  ends: Pick<SharedClaim, 'from' | 'to' | 'strength'>,
  what: string,
  path: string,
  { source, options }: Place,
): SharedClaim {
  const evidence = evidenceOf('declared', what, { resource: source.resource, path, options });
  return { ...ends, layer: 'config', protocol: null, confidence: 0.99, evidence };
}

type NeedsReader = (body: JsonObject, source: Source) => readonly Need[];

function named(name: string | undefined, need: Omit<Need, 'key'>, group: string, kind: string): readonly Need[] {
  return name === undefined || name === '' ? [] : [{ ...need, key: keyFor(group, kind, '', name) }];
}

/** A class is needed when a volume is made; one that exists lives on without it. */
function needsOfClaim(claim: JsonValue, path: string): readonly Need[] {
  const storage = stringAt(claim, 'spec', 'storageClassName');
  const volume = stringAt(claim, 'spec', 'volumeName');
  return [
    ...named(
      storage,
      { what: `makes volumes of class ${storage ?? ''}`, path: `${path}spec.storageClassName`, strength: 'soft' },
      'storage.k8s.io',
      'StorageClass',
    ),
    ...named(
      volume,
      { what: `is bound to volume ${volume ?? ''}`, path: `${path}spec.volumeName`, strength: 'hard' },
      '',
      'PersistentVolume',
    ),
  ];
}

const needsByKind: ReadonlyMap<string, NeedsReader> = new Map<string, NeedsReader>([
  ['PersistentVolumeClaim', (body) => needsOfClaim(body, '')],
  [
    'PersistentVolume',
    (body) =>
      named(
        stringAt(body, 'spec', 'storageClassName'),
        { what: 'belongs to its storage class', path: 'spec.storageClassName', strength: 'soft' },
        'storage.k8s.io',
        'StorageClass',
      ),
  ],
  [
    'Ingress',
    (body) =>
      named(
        stringAt(body, 'spec', 'ingressClassName') ??
          stringAt(body, 'metadata', 'annotations', 'kubernetes.io/ingress.class'),
        { what: 'is served by its ingress class', path: 'spec.ingressClassName', strength: 'hard' },
        'networking.k8s.io',
        'IngressClass',
      ),
  ],
  [
    'Gateway',
    (body) =>
      named(
        stringAt(body, 'spec', 'gatewayClassName'),
        { what: 'is served by its gateway class', path: 'spec.gatewayClassName', strength: 'hard' },
        'gateway.networking.k8s.io',
        'GatewayClass',
      ),
  ],
]);

function needsOfWorkload(body: JsonObject): readonly Need[] {
  return arrayAt(body, 'spec', 'volumeClaimTemplates').flatMap((template, index) =>
    needsOfClaim(template, `spec.volumeClaimTemplates[${index}].`),
  );
}

/** Whoever runs as an account needs the rights that it is given; whether it uses them is not known. */
function rightsClaims(binding: string, place: Place): SharedClaim[] {
  const { source, view } = place;
  const { body } = source.resource;
  const role = objectAt(body, 'roleRef');
  const [kind = '', name = ''] = [stringAt(role, 'kind'), stringAt(role, 'name')];
  const roleKey = keyFor('rbac.authorization.k8s.io', kind, kind === 'Role' ? source.namespace : '', name);
  const accounts = arrayAt(body, 'subjects').flatMap((subject) => {
    if (stringAt(subject, 'kind') !== 'ServiceAccount') return [];
    const namespace = stringAt(subject, 'namespace') ?? source.namespace;
    return placeOf(view, keyFor('', 'ServiceAccount', namespace, stringAt(subject, 'name') ?? '')) ?? [];
  });
  return [
    ...claimsOf(binding, { key: roleKey, what: `grants ${kind} ${name}`, path: 'roleRef', strength: 'hard' }, place),
    ...accounts.map((from) =>
      configClaim({ from, to: binding, strength: 'unknown' }, `has the rights of ${name} by it`, 'subjects', place),
    ),
  ];
}

/** While the Service of a webhook is away, the writes that it is asked about stop, or pass unseen. */
function webhookClaims(from: string, place: Place): SharedClaim[] {
  const { source, view } = place;
  return arrayAt(source.resource.body, 'webhooks').flatMap((webhook, index) => {
    const service = objectAt(webhook, 'clientConfig', 'service');
    const found = serviceAt(view, stringAt(service, 'namespace') ?? '', stringAt(service, 'name') ?? '');
    const to = found === undefined ? undefined : placeOfService(view, found);
    if (to === undefined) return [];
    const stops = stringAt(webhook, 'failurePolicy') !== 'Ignore';
    const what = `asks it before ${writesOf(webhook)}; while it is away they ${stops ? 'are refused' : 'pass unasked'}`;
    return [configClaim({ from, to, strength: stops ? 'hard' : 'soft' }, what, `webhooks[${index}]`, place)];
  });
}

const mostWrites = 5;

function writesOf(webhook: JsonValue): string {
  const rules = arrayAt(webhook, 'rules');
  const words = (key: string): readonly string[] => [
    ...new Set(rules.flatMap((rule) => arrayAt(rule, key).filter((each) => typeof each === 'string'))),
  ];
  const [operations, resources] = [words('operations'), words('resources')];
  const shown = resources.slice(0, mostWrites).join(', ');
  return `${operations.join(' and ')} of ${shown}${resources.length > mostWrites ? ' and more' : ''}`;
}

/** Labels by which the public clouds, their tools and people name pools of nodes. */
const poolLabels: ReadonlySet<string> = new Set([
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'karpenter.sh/nodepool',
  'karpenter.sh/provisioner-name',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'doks.digitalocean.com/node-pool',
  'k8s.scaleway.com/pool-name',
  'lke.linode.com/pool-id',
  'ibm-cloud.kubernetes.io/worker-pool-name',
  'pool.oci.oraclecloud.com/name',
  'node-pool',
  'nodepool',
  'node.kubernetes.io/pool',
]);

function poolClaims(from: string, pools: ReadonlySet<string>, place: Place): SharedClaim[] {
  return [...pools].map((pool) => {
    const unseen: GraphNode = {
      id: `nodepool/${pool}`,
      name: pool,
      namespace: null,
      role: 'config',
      resources: [],
      owner: null,
      tier: null,
      exposed: false,
      replicas: null,
    };
    // One of several pools may be lost without harm.
    const strength = pools.size === 1 ? 'hard' : 'soft';
    const what = `runs on nodes of the pool ${pool}${pools.size === 1 ? ' only' : ' or others'}`;
    return { ...configClaim({ from, to: unseen.id, strength }, what, 'spec', place), unseen };
  });
}

function poolsOf(pod: JsonObject | undefined): ReadonlySet<string> {
  const pools = new Set<string>();
  if (pod === undefined) return pools;
  const selector = objectAt(pod, 'nodeSelector') ?? {};
  for (const [label, value] of Object.entries(selector))
    if (poolLabels.has(label) && typeof value === 'string') pools.add(value);
  if (pools.size > 0) return pools;
  const required = objectAt(pod, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = arrayAt(required, 'nodeSelectorTerms').map(poolsOfTerm);
  // Terms are alternatives: one that names no pool allows them all.
  if (terms.some((found) => found.length === 0)) return pools;
  return new Set(terms.flat());
}

function poolsOfTerm(term: JsonValue): readonly string[] {
  return arrayAt(term, 'matchExpressions')
    .filter(isJsonObject)
    .filter((each) => poolLabels.has(stringAt(each, 'key') ?? '') && stringAt(each, 'operator') === 'In')
    .flatMap((each) => arrayAt(each, 'values').filter((value) => typeof value === 'string'));
}
