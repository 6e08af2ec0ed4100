import type { GraphNode, NodeImage, NodeRole } from '../graph-shapes.ts';
import { stringAt } from '../../resource/json.ts';
import { parseResourceId } from '../../resource/resource-id.ts';
import type { Landscape } from './landscape.ts';
import { tierOf } from './criticality.ts';
import { operatorKindOf, roleOfKind } from './node-kinds.ts';
import { membersOf } from './key-index.ts';
import type { Workload } from './workload.ts';
import { plainText } from '../plain-text.ts';

/** What others need to know of a node to judge a reference to it. */
export interface NodeFacts {
  readonly role: NodeRole;
  /** What a store or broker speaks; null for the rest. */
  readonly protocol: string | null;
  /** Ports of its containers. */
  readonly ports: readonly number[];
}

/**
 * Facts of a node. Who asks for a node by way of a Service or a place is told when they change: looking up the Service includes what
 * stands behind it.
 */
export function factsOf(landscape: Landscape, node: string): NodeFacts {
  for (const key of membersOf(landscape.residents, node)) {
    const workload = landscape.workloads.get(key);
    if (workload !== undefined) return { ...workload.guess, ports: workload.ports.map(({ port }) => port) };
  }
  for (const key of membersOf(landscape.residents, node)) {
    const service = landscape.services.get(key);
    const resource = landscape.resources.get(key);
    if (service !== undefined) return behindService(landscape, key);
    if (resource !== undefined) {
      return {
        role: roleOfKind(resource.id) ?? 'config',
        protocol: operatorKindOf(resource.id)?.protocol ?? null,
        ports: [],
      };
    }
  }
  return { role: 'external', protocol: null, ports: [] };
}

/** A Service with several workloads plays the role of the first of them; one with none in the manifests is somebody else's. */
function behindService(landscape: Landscape, key: string): NodeFacts {
  const first = [...(landscape.members.get(key) ?? [])].toSorted()[0];
  const workload = first === undefined ? undefined : landscape.workloads.get(first);
  if (workload !== undefined) return { ...workload.guess, ports: workload.ports.map(({ port }) => port) };
  const service = landscape.services.get(key);
  const isElsewhere = service?.externalName !== null || service.selector.size === 0;
  return { role: isElsewhere ? 'external' : 'workload', protocol: null, ports: [] };
}

/** The node as CONTRACTS 2 prints it. */
export function nodeOf(landscape: Landscape, id: string): GraphNode {
  const residents = [...membersOf(landscape.residents, id)].toSorted();
  const workloads = residents.flatMap((key) => landscape.workloads.get(key) ?? []);
  const services = residents.flatMap((key) => landscape.services.get(key) ?? []);
  const annotation = (name: string): string | null => {
    for (const key of residents) {
      const found = stringAt(landscape.resources.get(key)?.body, 'metadata', 'annotations', `mooring.dev/${name}`);
      if (found !== undefined) return plainText(found);
    }
    return null;
  };
  const { role } = factsOf(landscape, id);
  const images = workloads.flatMap(imagesOf).slice(0, mostImages);
  const namespace = parseResourceId(residents[0] ?? '')?.namespace ?? '';
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    namespace: namespace === '' ? null : namespace,
    role,
    resources: residents,
    owner: annotation('owner'),
    tier: tierOf(annotation, workloads),
    exposed: role === 'gateway' || services.some(({ exposed }) => exposed),
    replicas: workloads.length === 0 ? null : workloads.reduce((sum, { replicas }) => sum + (replicas ?? 1), 0),
    ...(images.length === 0 ? {} : { images }),
  };
}

const mostImages = 10;

function imagesOf({ containers }: Workload): NodeImage[] {
  return containers.flatMap(({ reference, image }) =>
    image === null ? [] : [{ reference, digest: image.digest, ...image.labels }],
  );
}
