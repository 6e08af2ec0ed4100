import { arrayAt, stringAt } from '../../../resource/json.ts';
import type { Strength } from '../../graph-shapes.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { resolveHost } from '../../landscape/resolve-host.ts';
import { placeOf, resourceAt, selected, type View } from '../../landscape/view.ts';
import {
  evidenceOf,
  type EvidenceOptions,
  type Found,
  nothing,
  ownNode,
  type SharedClaim,
  type Source,
} from '../evidence.ts';
import { outsideNode } from '../outside-node.ts';

/**
 * What a Service that is a node of its own leads to: each of several workloads it selects, the host of an ExternalName, the addresses of
 * hand-written Endpoints. A Service with one workload shares that workload's node and leads nowhere else.
 */
export function serviceRoutes(source: Source, view: View, options: EvidenceOptions): Found {
  const service = view.landscape.services.get(source.key);
  if (service === undefined) return nothing;
  const from = ownNode(source, view);
  const route = (
    what: string,
    target: Pick<SharedClaim, 'to' | 'unseen'>,
    strength: Strength = 'hard',
  ): SharedClaim => {
    const evidence = evidenceOf('declared', what, { resource: source.resource, options });
    return { from, ...target, layer: 'route', protocol: null, strength, confidence: 0.99, evidence };
  };
  selected(view, source.namespace, service.selector);
  const members = [...(view.landscape.members.get(source.key) ?? [])].toSorted();
  // One of several can fail and the Service goes on with the others.
  const strength = members.length > 1 ? 'soft' : 'hard';
  const claims = members
    .flatMap((key) => placeOf(view, key) ?? [])
    .filter((to) => to !== from)
    .map((to) => route(`Service ${service.name} selects it`, { to }, strength));
  if (service.externalName !== null) {
    const target = resolveHost(view, service.externalName, source.namespace);
    const to = target.kind === 'node' ? { to: target.node } : outsideNode(service.externalName);
    if (to.to !== from) claims.push(route(`ExternalName ${service.externalName}`, to));
  }
  if (service.selector.size === 0) {
    for (const address of writtenAddresses(source, view))
      claims.push(route(`Endpoints address ${address}`, outsideNode(address)));
  }
  return { claims, findings: [] };
}

/** Addresses in the Endpoints object of the same name. */
function writtenAddresses({ resource, namespace }: Source, view: View): string[] {
  const endpoints = resourceAt(view, keyFor('', 'Endpoints', namespace, resource.id.name))?.body;
  return arrayAt(endpoints, 'subsets').flatMap((subset) =>
    arrayAt(subset, 'addresses').flatMap((address) => {
      const host = stringAt(address, 'hostname') ?? stringAt(address, 'ip');
      return host === undefined ? [] : [host.toLowerCase()];
    }),
  );
}
