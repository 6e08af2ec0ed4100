import { arrayAt, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import { textMap } from './workload.ts';

export interface ServicePort {
  readonly name: string | null;
  readonly port: number;
  readonly target: number | string | null;
  readonly appProtocol: string | null;
}

/** What the graph needs of a Service. */
export interface Service {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly selector: ReadonlyMap<string, string>;
  readonly ports: readonly ServicePort[];
  readonly externalName: string | null;
  readonly headless: boolean;
  /** Reachable from outside the cluster. */
  readonly exposed: boolean;
}

/** The Service a resource is, or undefined. */
export function readService(resource: Resource, namespace: string): Service | undefined {
  if (resource.id.kind !== 'Service' || resource.id.group !== '') return undefined;
  const spec = objectAt(resource.body, 'spec');
  const type = stringAt(spec, 'type');
  return {
    resource,
    namespace,
    name: resource.id.name,
    selector: textMap(objectAt(spec, 'selector')),
    ports: arrayAt(spec, 'ports').flatMap((entry) => {
      const port = valueAt(entry, 'port');
      const target = valueAt(entry, 'targetPort');
      if (typeof port !== 'number') return [];
      return [
        {
          name: stringAt(entry, 'name') ?? null,
          port,
          target: typeof target === 'number' || typeof target === 'string' ? target : null,
          appProtocol: stringAt(entry, 'appProtocol') ?? null,
        },
      ];
    }),
    externalName: type === 'ExternalName' ? (stringAt(spec, 'externalName')?.toLowerCase() ?? null) : null,
    headless: stringAt(spec, 'clusterIP') === 'None',
    exposed: type === 'LoadBalancer' || type === 'NodePort',
  };
}
