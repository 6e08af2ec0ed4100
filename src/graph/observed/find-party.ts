import type { DependencyGraph } from '../dependency-graph.ts';
import { outsideNode } from '../evidence/outside-node.ts';
import type { GraphNode } from '../graph-shapes.ts';
import { membersOf } from '../landscape/key-index.ts';
import { addressing, isPrivateAddress } from './address-book.ts';
import { isPublicEnding, resolveHost } from '../landscape/resolve-host.ts';
import type { ObservedCall, Party } from '../../resource/call/observed-call.ts';
import { atOnce, type Steps } from './steps.ts';

/** Where a party lives in the graph; `unseen` when no resource stands for it. */
export type Found = { readonly to: string; readonly unseen?: GraphNode };

/** Finds a party; undefined when nobody knows it. */
export type FindParty = (party: Party) => Found | undefined;

/**
 * Resolves parties to the same nodes that declared evidence uses. A namespace and a name are a Service or a workload; a pod's name is cut
 * back to its workload; a name alone counts when one node has it; anything with a public ending or an address is outside. Looks over all
 * nodes once; and over all resources when one of `calls` names an address.
 */
export function* findingParties(graph: DependencyGraph, calls: Iterable<ObservedCall>): Steps<FindParty> {
  const byName = yield* naming(graph);
  const exactly = exactFinder(byName);
  const addresses = hasAddress(calls) ? yield* addressing(graph.landscape, exactly) : new Map<string, string>();
  return finder(graph, exactly, () => addresses);
}

/** The same at one go, for parties of any kind. */
export function partyFinder(graph: DependencyGraph): FindParty {
  const exactly = exactFinder(atOnce(naming(graph)));
  let addresses: ReadonlyMap<string, string> | undefined;
  return finder(graph, exactly, () => (addresses ??= atOnce(addressing(graph.landscape, exactly))));
}

type FindExactly = (namespace: string | null, name: string) => string | undefined;

function exactFinder(byName: ReadonlyMap<string, string>): FindExactly {
  return (namespace, name) => {
    const known = byName.get(namespace === null ? `*/${name}` : `${namespace}/${name}`);
    return known === 'several' ? undefined : known;
  };
}

function hasAddress(calls: Iterable<ObservedCall>): boolean {
  for (const { from, to } of calls) if (isAddress(from.name) || isAddress(to.name)) return true;
  return false;
}

function finder(graph: DependencyGraph, exactly: FindExactly, addresses: () => ReadonlyMap<string, string>): FindParty {
  const view = { landscape: graph.landscape, asked: new Set<string>(), assumed: false };
  const find = ({ namespace, name, alias }: Party): Found | undefined => {
    const plain = name.toLowerCase();
    if (isAddress(plain)) {
      const known = addresses().get(plain);
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

/** Nodes between two pauses. */
const portion = 1_000;

/** `namespace/name` and, where only one node has the name, `*` for the namespace, of every workload and Service to its node. */
function* naming(graph: DependencyGraph): Steps<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const add = (key: string, node: string): void => {
    const known = names.get(key);
    names.set(key, known === undefined || known === node ? node : 'several');
  };
  let done = 0;
  for (const id of graph.nodes.nodes()) {
    if (++done % portion === 0) yield;
    // Others may have changed the graph in between.
    if (!graph.nodes.hasNode(id)) continue;
    const { role, namespace } = graph.nodes.getNodeAttributes(id);
    // A node that only its old traffic keeps is nobody.
    if (role === 'config' || namespace === null || !graph.landscape.residents.has(id)) continue;
    const own = new Set(
      [...membersOf(graph.landscape.residents, id)].map((key) => key.slice(key.lastIndexOf('/') + 1)),
    );
    for (const name of own.add(id.slice(id.lastIndexOf('/') + 1))) {
      add(`${namespace}/${name}`, id);
      add(`*/${name}`, id);
    }
  }
  return names;
}
