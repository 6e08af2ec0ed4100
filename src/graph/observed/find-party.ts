import type { DependencyGraph } from '../dependency-graph.ts';
import { outsideNode } from '../evidence/outside-node.ts';
import type { GraphNode } from '../graph-shapes.ts';
import { membersOf } from '../landscape/key-index.ts';
import { addressBook, isPrivateAddress } from './address-book.ts';
import { isPublicEnding, resolveHost } from '../landscape/resolve-host.ts';
import type { Party } from '../../resource/call/observed-call.ts';

/** Where a party lives in the graph; `unseen` when no resource stands for it. */
export type Found = { readonly to: string; readonly unseen?: GraphNode };

/**
 * Resolves parties to the same nodes that declared evidence uses. A namespace and a name are a Service or a workload; a pod's name is cut
 * back to its workload; a name alone counts when one node has it; anything with a public ending or an address is outside. Build one per
 * answer: it looks over all nodes once.
 */
export function partyFinder(graph: DependencyGraph): (party: Party) => Found | undefined {
  const byName = namesOf(graph);
  const exactly = (namespace: string | null, name: string): string | undefined => {
    const known = byName.get(namespace === null ? `*/${name}` : `${namespace}/${name}`);
    return known === 'several' ? undefined : known;
  };
  let addresses: ReadonlyMap<string, string> | undefined;
  const view = { landscape: graph.landscape, asked: new Set<string>(), assumed: false };
  const find = ({ namespace, name, alias }: Party): Found | undefined => {
    const plain = name.toLowerCase();
    if (isAddress(plain)) {
      addresses ??= addressBook(graph.landscape, exactly);
      const known = addresses.get(plain);
      if (known !== undefined) return { to: known };
      if (alias !== undefined) return find({ namespace: null, name: alias });
      if (isPrivateAddress(plain)) return undefined;
    }
    for (const candidate of shortenings(plain)) {
      const known = exactly(namespace, candidate);
      if (known !== undefined) return { to: known };
    }
    if (!/^[a-z0-9_.-]{1,253}$/.test(plain)) return undefined;
    const host = resolveHost(view, plain, namespace ?? graph.landscape.defaultNamespace);
    if (host.kind === 'node') return { to: host.node };
    const isOutside =
      host.kind === 'outside' && (/^[\d.]+$/.test(plain) || isPublicEnding(plain.slice(plain.lastIndexOf('.') + 1)));
    return isOutside ? outsideNode(plain) : undefined;
  };
  return find;
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || (name.includes(':') && /^[\da-f:.]+$/.test(name));
}

/** `web-5d8f9c7b6-x2x7q` may be a pod of `web`, `db-0` of `db`, `agent-4xk2p` of `agent`. */
function shortenings(name: string): string[] {
  const names = [name];
  const deployment = /^(.+)-[a-f0-9]{6,10}-[a-z0-9]{5}$/.exec(name)?.[1];
  const set = /^(.+)-\d{1,4}$/.exec(name)?.[1];
  const daemon = /^(.+)-[a-z0-9]{5}$/.exec(name)?.[1];
  for (const shorter of [deployment, set, daemon]) if (shorter !== undefined) names.push(shorter);
  return names;
}

/** `namespace/name` and, where only one node has the name, `*` for the namespace, of every workload and Service to its node. */
function namesOf(graph: DependencyGraph): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (key: string, node: string): void => {
    const known = names.get(key);
    names.set(key, known === undefined || known === node ? node : 'several');
  };
  graph.nodes.forEachNode((id, { role, namespace }) => {
    // A node that only its old traffic keeps is nobody.
    if (role === 'config' || namespace === null || !graph.landscape.residents.has(id)) return;
    const own = new Set(
      [...membersOf(graph.landscape.residents, id)].map((key) => key.slice(key.lastIndexOf('/') + 1)),
    );
    for (const name of own.add(id.slice(id.lastIndexOf('/') + 1))) {
      add(`${namespace}/${name}`, id);
      add(`*/${name}`, id);
    }
  });
  return names;
}
