import { arrayAt, type JsonObject, stringAt, valueAt } from '../../resource/json.ts';
import type { Steps } from './steps.ts';
import type { Landscape } from '../landscape/landscape.ts';

/** Resources between two pauses. */
const portion = 2_000;

/**
 * Nodes by the addresses that they have now: cluster addresses of Services, addresses of pods. An address that several have (pods of the
 * host's network) belongs to none.
 */
export function* addressing(
  { resources, places }: Landscape,
  workloadNamed: (namespace: string, name: string) => string | undefined,
): Steps<ReadonlyMap<string, string>> {
  const book = new Map<string, string | null>();
  const add = (address: string | undefined, node: string | undefined): void => {
    if (address === undefined || address === '' || address === 'None' || node === undefined) return;
    book.set(address, book.has(address) && book.get(address) !== node ? null : node);
  };
  let done = 0;
  for (const [key, { id, body }] of resources) {
    if (++done % portion === 0) yield;
    if (id.group !== '') continue;
    if (id.kind === 'Service') {
      const node = places.get(key);
      add(stringAt(body, 'spec', 'clusterIP'), node);
      for (const address of arrayAt(body, 'spec', 'clusterIPs'))
        add(typeof address === 'string' ? address : undefined, node);
    } else if (id.kind === 'Pod') {
      const ended = /^(Succeeded|Failed)$/.test(stringAt(body, 'status', 'phase') ?? '');
      if (ended || valueAt(body, 'spec', 'hostNetwork') === true) continue;
      const own = stringAt(body, 'status', 'podIP');
      // With the host's network it is the address of the node.
      if (own === stringAt(body, 'status', 'hostIP')) continue;
      const node = places.get(key) ?? makerOf(body, (name) => workloadNamed(id.namespace, name));
      add(own, node);
      for (const entry of arrayAt(body, 'status', 'podIPs')) add(stringAt(entry, 'ip'), node);
    }
  }
  return new Map([...book].flatMap(([address, node]) => (node === null ? [] : [[address, node]])));
}

/** A pod of a controller is no node; the controller, or the Deployment over it, is. */
function makerOf(pod: JsonObject, named: (name: string) => string | undefined): string | undefined {
  const owner = arrayAt(pod, 'metadata', 'ownerReferences').find((each) => valueAt(each, 'controller') === true);
  const name = stringAt(owner, 'name');
  if (name === undefined) return undefined;
  const deployment = stringAt(owner, 'kind') === 'ReplicaSet' ? /^(.+)-[a-z0-9]{1,10}$/.exec(name)?.[1] : undefined;
  return named(name) ?? (deployment === undefined ? undefined : named(deployment));
}

/** An address that nobody outside has: whoever it was is not known any more. */
export function isPrivateAddress(name: string): boolean {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$|^(::1|f[cd]|fe[89ab])/i.test(
    name,
  );
}
