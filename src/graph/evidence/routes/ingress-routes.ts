import { arrayAt, objectAt, stringAt } from '../../../resource/json.ts';
import { type EvidenceOptions, type Found, nothing, ownNode, type Source } from '../evidence.ts';
import { addRoute, backendTarget, type Routing, routing, serviceTarget } from './route-targets.ts';
import type { View } from '../../landscape/view.ts';

/** Services behind an Ingress, a Traefik IngressRoute or TraefikService, a Contour HTTPProxy or an OpenShift Route. */
export function ingressRoutes(source: Source, view: View, options: EvidenceOptions): Found {
  const names = namesOf(source);
  if (names === undefined) return nothing;
  const at = routing(source, view, options);
  const from = ownNode(source, view);
  for (const name of names.services) add(at, from, serviceTarget(at, source.namespace, name));
  for (const reference of names.references) add(at, from, backendTarget(at, reference, source.namespace));
  for (const reference of names.mirrors ?? []) add(at, from, backendTarget(at, reference, source.namespace), 'async');
  return at.found;
}

function add(at: Routing, from: string, to: string | undefined, strength: 'hard' | 'async' = 'hard'): void {
  const { kind, name } = at.source.resource.id;
  const what = `${kind} ${name}${strength === 'async' ? ' mirrors' : ''}`;
  if (to !== undefined) addRoute(at, { from, to, what, protocol: /(?:TCP|UDP)$/.test(kind) ? null : 'http', strength });
}

type References = readonly Parameters<typeof backendTarget>[1][];
type Backends = {
  readonly services: ReadonlySet<string>;
  readonly references: References;
  /** They get a copy of the traffic, and nobody waits for them. */
  readonly mirrors?: References;
};

function namesOf({ resource }: Source): Backends | undefined {
  const { kind, group } = resource.id;
  const spec = objectAt(resource.body, 'spec');
  if (kind === 'Ingress') {
    const backends = [
      objectAt(spec, 'defaultBackend'),
      objectAt(spec, 'backend'),
      ...arrayAt(spec, 'rules').flatMap((rule) =>
        arrayAt(rule, 'http', 'paths').map((path) => objectAt(path, 'backend')),
      ),
    ];
    const names = backends.flatMap(
      (backend) => stringAt(backend, 'service', 'name') ?? stringAt(backend, 'serviceName') ?? [],
    );
    return { services: new Set(names), references: [] };
  }
  if (kind === 'IngressRoute' || kind === 'IngressRouteTCP' || kind === 'IngressRouteUDP') {
    return { services: new Set(), references: arrayAt(spec, 'routes').flatMap((route) => arrayAt(route, 'services')) };
  }
  if (kind === 'TraefikService') {
    const mirroring = objectAt(spec, 'mirroring');
    const mirrored = mirroring === undefined ? [] : [mirroring];
    const spread = [...arrayAt(spec, 'weighted', 'services'), ...arrayAt(spec, 'highestRandomWeight', 'services')];
    return { services: new Set(), references: [...spread, ...mirrored], mirrors: arrayAt(mirroring, 'mirrors') };
  }
  if (kind === 'HTTPProxy') {
    const routes = [
      ...arrayAt(spec, 'routes'),
      ...(objectAt(spec, 'tcpproxy') === undefined ? [] : [objectAt(spec, 'tcpproxy')]),
    ];
    return { services: new Set(), references: routes.flatMap((route) => arrayAt(route, 'services')) };
  }
  if (kind === 'Route' && group === 'route.openshift.io') {
    const to = [objectAt(spec, 'to'), ...arrayAt(spec, 'alternateBackends')];
    return { services: new Set(to.flatMap((backend) => stringAt(backend, 'name') ?? [])), references: [] };
  }
  return undefined;
}
