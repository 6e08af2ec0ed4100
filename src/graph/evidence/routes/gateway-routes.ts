import { arrayAt, type JsonValue, objectAt, stringAt } from '../../../resource/json.ts';
import { keyFor, type Landscape } from '../../landscape/landscape.ts';
import { placeOf, selected, type View } from '../../landscape/view.ts';
import { textMap } from '../../landscape/workload.ts';
import { type EvidenceOptions, type Found, nothing, ownNode, type Source } from '../evidence.ts';
import {
  addDependence,
  addRoute,
  backendTarget,
  clusterHostTarget,
  hostTarget,
  type Routing,
  routing,
  strengthsOf,
  weightAt,
  type WeightedTarget,
} from './route-targets.ts';

/** Kinds of routes of the Gateway API, with what they speak. */
export const routeKinds: ReadonlyMap<string, string | null> = new Map([
  ['HTTPRoute', 'http'],
  ['GRPCRoute', 'grpc'],
  ['TCPRoute', null],
  ['TLSRoute', null],
  ['UDPRoute', null],
]);

/** Gateway API: each parent of a route (a Gateway, or a Service in a mesh) leads to each backend; mirrors are soft. */
export function gatewayRoutes(source: Source, view: View, options: EvidenceOptions): Found {
  const { kind, group } = source.resource.id;
  const protocol = group === 'networking.istio.io' ? undefined : routeKinds.get(kind);
  if (protocol === undefined) return nothing;
  const at = routing(source, view, options);
  const parents = parentsOf(at).map(({ node }) => node);
  const rules = arrayAt(source.resource.body, 'spec', 'rules');
  const what = `${kind} ${source.resource.id.name}`;
  for (const parent of parents) addDependence(at, parent);
  for (const rule of rules) {
    const mirrors = arrayAt(rule, 'filters').flatMap((filter) => objectAt(filter, 'requestMirror', 'backendRef') ?? []);
    for (const from of parents) {
      for (const [to, strength] of strengthsOf(backends(at, arrayAt(rule, 'backendRefs'))))
        addRoute(at, { from, to, what, protocol, strength });
      for (const to of new Set(backends(at, mirrors).map(({ node }) => node)))
        addRoute(at, { from, to, what: `${what} mirrors`, protocol, strength: 'async' });
    }
  }
  return at.found;
}

/** Nodes that references of a rule lead to, with their weights. */
export function backends(at: Routing, references: readonly JsonValue[]): WeightedTarget[] {
  return references.flatMap((reference) => {
    const node = backendTarget(at, reference, at.source.namespace);
    return node === undefined ? [] : [{ node, weight: weightAt(reference) }];
  });
}

/** Nodes that a route hangs on: Gateways, or Services whose callers it concerns in a mesh. */
export function parentsOf(at: Routing): readonly { readonly node: string; readonly isService: boolean }[] {
  return arrayAt(at.source.resource.body, 'spec', 'parentRefs').flatMap((parent) => {
    const node = parentNode(at, parent);
    return node === undefined ? [] : [{ node, isService: stringAt(parent, 'kind') === 'Service' }];
  });
}

function parentNode(at: Routing, parent: JsonValue): string | undefined {
  const name = stringAt(parent, 'name');
  if (name === undefined) return undefined;
  const kind = stringAt(parent, 'kind') ?? 'Gateway';
  const group = stringAt(parent, 'group') ?? (kind === 'Service' ? '' : 'gateway.networking.k8s.io');
  const key = keyFor(group, kind, stringAt(parent, 'namespace') ?? at.source.namespace, name);
  return placeOf(at.view, key);
}

/** Istio: a VirtualService leads from its gateways (or, in the mesh, from the hosts it speaks for) to its destinations. */
export function istioRoutes(source: Source, view: View, options: EvidenceOptions): Found {
  const { kind, group } = source.resource.id;
  if (group !== 'networking.istio.io') return nothing;
  const at = routing(source, view, options);
  if (kind === 'VirtualService') virtualService(at);
  if (kind === 'DestinationRule') {
    const host = stringAt(source.resource.body, 'spec', 'host');
    const from = host === undefined ? undefined : hostTarget(at, host, source.namespace);
    if (from !== undefined) addDependence(at, from);
  }
  if (kind === 'Gateway') gatewayPods(at);
  return at.found;
}

/** Whom a VirtualService concerns: its gateways, and in the mesh the hosts that it speaks for. */
export function istioParents(at: Routing): { readonly gateways: readonly string[]; readonly hosts: readonly string[] } {
  const spec = objectAt(at.source.resource.body, 'spec');
  const gateways = arrayAt(spec, 'gateways').filter((name) => typeof name === 'string');
  const hosts = arrayAt(spec, 'hosts').filter((host) => typeof host === 'string');
  const inMesh = gateways.length === 0 || gateways.includes('mesh');
  return {
    gateways: gateways.flatMap((name) => gatewayNode(at, name) ?? []),
    hosts: inMesh ? hosts.flatMap((host) => hostTarget(at, host, at.source.namespace) ?? []) : [],
  };
}

function virtualService(at: Routing): void {
  const { body, id } = at.source.resource;
  const spec = objectAt(body, 'spec');
  const { gateways, hosts } = istioParents(at);
  const parents = new Set([...gateways, ...hosts]);
  for (const parent of parents) addDependence(at, parent);
  for (const [list, protocol] of [
    ['http', 'http'],
    ['tcp', null],
    ['tls', null],
  ] as const) {
    for (const rule of arrayAt(spec, list)) {
      const targets = arrayAt(rule, 'route').flatMap((entry) => {
        const node = destination(at, entry);
        return node === undefined ? [] : [{ node, weight: weightAt(entry) }];
      });
      const mirrors = [objectAt(rule, 'mirror'), ...arrayAt(rule, 'mirrors')].flatMap(
        (entry) => destination(at, entry) ?? [],
      );
      const what = `VirtualService ${id.name}`;
      for (const from of parents) {
        for (const [to, strength] of strengthsOf(targets)) addRoute(at, { from, to, what, protocol, strength });
        for (const to of new Set(mirrors))
          addRoute(at, { from, to, what: `${what} mirrors`, protocol, strength: 'async' });
      }
    }
  }
}

function destination(at: Routing, entry: JsonValue | undefined): string | undefined {
  const host = stringAt(entry, 'destination', 'host') ?? stringAt(entry, 'host');
  return host === undefined ? undefined : clusterHostTarget(at, host, 'routes to host');
}

function gatewayNode(at: Routing, name: string): string | undefined {
  if (name === 'mesh') return undefined;
  const [first = '', second] = name.split('/');
  const key = keyFor(
    'networking.istio.io',
    'Gateway',
    second === undefined ? at.source.namespace : first,
    second ?? first,
  );
  return placeOf(at.view, key);
}

/** The pods that carry out a Gateway: they must live for it to answer. Istio looks for them in every namespace. */
function gatewayPods(at: Routing): void {
  const selector = textMap(objectAt(at.source.resource.body, 'spec', 'selector'));
  if (selector.size === 0) return;
  const from = ownNode(at.source, at.view);
  for (const namespace of namespacesWith(at.view.landscape, at.source.namespace)) {
    for (const key of selected(at.view, namespace, selector)) {
      const to = placeOf(at.view, key);
      if (to !== undefined)
        addRoute(at, { from, to, what: `Gateway ${at.source.resource.id.name} runs in it`, protocol: null });
    }
  }
}

/** Gateways live beside their pods or in the mesh's own namespaces; looking everywhere would make every pod a reason to look again. */
function namespacesWith(landscape: Landscape, own: string): string[] {
  return [...new Set([own, 'istio-system', 'istio-ingress', 'istio-gateways'])].filter(
    (name) => landscape.namespaces.has(name) || name === own,
  );
}
