import type { GraphNode } from '../graph-shapes.ts';

const blank = { role: 'external', resources: [], owner: null, tier: null, exposed: false, replicas: null } as const;

/** The node of a public name or an address outside the cluster. */
export function outsideNode(host: string): { readonly to: string; readonly unseen: GraphNode } {
  const id = `external:${host}`;
  return { to: id, unseen: { ...blank, id, name: host, namespace: null } };
}

/** The node of a cluster name that no manifest declares. */
export function unseenNode(namespace: string, name: string): { readonly to: string; readonly unseen: GraphNode } {
  const id = `${namespace}/${name}`;
  return { to: id, unseen: { ...blank, id, name, namespace } };
}
