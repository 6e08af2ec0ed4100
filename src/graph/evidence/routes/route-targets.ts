import { type JsonValue, stringAt, valueAt } from '../../../resource/json.ts';
import type { Strength } from '../../graph-shapes.ts';
import { resolveHost } from '../../landscape/resolve-host.ts';
import { placeOf, placeOfService, serviceAt, type View } from '../../landscape/view.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { evidenceOf, type EvidenceOptions, findingAt, type Found, type Source } from '../evidence.ts';

/** Where routing objects of one kind put their claims: everything a reader of routes needs at hand. */
export interface Routing {
  readonly source: Source;
  readonly view: View;
  readonly options: EvidenceOptions;
  readonly found: Found;
}

export function routing(source: Source, view: View, options: EvidenceOptions): Routing {
  return { source, view, options, found: { claims: [], findings: [] } };
}

interface RouteStep {
  readonly from: string;
  readonly to: string;
  readonly what: string;
  readonly protocol: string | null;
  readonly strength?: Strength;
}

/** Adds a route edge; a route from a node to itself says nothing. */
export function addRoute(at: Routing, { from, to, what, protocol, strength = 'hard' }: RouteStep): void {
  if (from === to) return;
  const evidence = evidenceOf('declared', what, { resource: at.source.resource, options: at.options });
  at.found.claims.push({ from, to, layer: 'route', protocol, strength, confidence: 0.98, evidence });
}

/** What a routing object shapes depends on that object: a wrong edit misleads every request. */
export function addDependence(at: Routing, from: string): void {
  const to = at.view.landscape.places.get(at.source.key);
  if (to === undefined || to === from) return;
  const { kind, name } = at.source.resource.id;
  const evidence = evidenceOf('declared', `${kind} ${name} shapes it`, {
    resource: at.source.resource,
    options: at.options,
  });
  at.found.claims.push({ from, to, layer: 'config', protocol: null, strength: 'unknown', confidence: 0.9, evidence });
}

export function addFinding(at: Routing, what: string, why: string): void {
  const evidence = evidenceOf('declared', what, { resource: at.source.resource, options: at.options });
  at.found.findings.push(findingAt(evidence, at.view.landscape.places.get(at.source.key) ?? at.source.key, why));
}

/** The node of a Service that a route names, or undefined with a finding. */
export function serviceTarget(at: Routing, namespace: string, name: string): string | undefined {
  const service = serviceAt(at.view, namespace, name);
  const node = service === undefined ? undefined : placeOfService(at.view, service);
  if (node === undefined)
    addFinding(at, `routes to Service ${name}`, `no Service ${name} in namespace ${namespace} of these manifests`);
  return node;
}

/** The node a host of a mesh route leads to; undefined for hosts that no manifest declares. */
export function hostTarget(at: Routing, host: string, namespace: string): string | undefined {
  const target = resolveHost(at.view, host.toLowerCase(), namespace);
  return target.kind === 'node' ? target.node : undefined;
}

/** The same; a cluster name that no manifest declares, though they know its namespace, is a finding. */
export function clusterHostTarget(at: Routing, host: string, what: string): string | undefined {
  const target = resolveHost(at.view, host.toLowerCase(), at.source.namespace);
  if (target.kind === 'node') return target.node;
  if (target.kind === 'missing') {
    const where = `no Service ${target.name} in namespace ${target.namespace} of these manifests`;
    addFinding(at, `${what} ${host}`, where);
  }
  return undefined;
}

/** Whether most of a route's traffic goes there: without a minor one of several backends most requests still have an answer. */
export function strengthsOf(entries: readonly WeightedTarget[]): ReadonlyMap<string, Strength> {
  const isWeighted = entries.some(({ weight }) => weight !== null);
  const weights = new Map<string, number>();
  let sum = 0;
  for (const { node, weight } of entries) {
    const own = Math.max(0, isWeighted ? (weight ?? 1) : 1);
    sum += own;
    weights.set(node, (weights.get(node) ?? 0) + own);
  }
  return new Map([...weights].map(([node, own]) => [node, sum === 0 || own > sum / 2 ? 'hard' : 'soft']));
}

/** `weight` is null where a route says none. */
export interface WeightedTarget {
  readonly node: string;
  readonly weight: number | null;
}

export function weightAt(entry: JsonValue): number | null {
  const weight = valueAt(entry, 'weight');
  return typeof weight === 'number' && Number.isFinite(weight) ? weight : null;
}

/** A backend reference `{kind, name, namespace}` to a Service (the default kind), or to a TraefikService that spreads over several. */
export function backendTarget(at: Routing, reference: JsonValue, namespace: string): string | undefined {
  const name = stringAt(reference, 'name');
  const kind = stringAt(reference, 'kind') ?? 'Service';
  if (name === undefined || isInternalService(name)) return undefined;
  const within = stringAt(reference, 'namespace') ?? namespace;
  if (kind === 'Service') return serviceTarget(at, within, name);
  if (kind !== 'TraefikService') return undefined;
  const node = placeOf(at.view, keyFor(at.source.resource.id.group, kind, within, name));
  if (node === undefined)
    addFinding(
      at,
      `routes to TraefikService ${name}`,
      `no TraefikService ${name} in namespace ${within} of these manifests`,
    );
  return node;
}

/** `api@internal` of Traefik is its own dashboard. */
function isInternalService(name: string): boolean {
  return name.includes('@');
}
