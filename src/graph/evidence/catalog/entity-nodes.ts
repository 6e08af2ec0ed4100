import { stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { GraphNode, NodeRole } from '../../graph-shapes.ts';
import { namespaceOf } from '../../landscape/landscape.ts';
import { onlyService, placeOf, resourceAt, selected, type View, withCatalogId } from '../../landscape/view.ts';

/** Where an entity of the catalogue is in the graph. */
export interface EntityNodes {
  readonly nodes: readonly string[];
  /** How it was found, and how far that is believed. */
  readonly confidence: number;
  /** A store or the like that no manifest declares: the entity itself is its node. */
  readonly unseen?: GraphNode;
  /** Why there is no node, when there is none. */
  readonly why: string;
}

const prefix = 'backstage.io/kubernetes-';
const mostNodes = 10;
const equality = /^\s*([A-Za-z0-9./_-]{1,317})\s*==?\s*([\w.-]{0,63})\s*$/;

/**
 * Nodes of an entity: what its annotations select, as the Kubernetes plugin of Backstage does, else the only Service of its name. A Resource
 * that is nowhere in the manifests is a node of its own.
 */
export function nodesOfEntity(view: View, key: string): EntityNodes | undefined {
  const entity = resourceAt(view, key);
  if (entity === undefined) return undefined;
  const annotation = (name: string): string | undefined =>
    stringAt(entity.body, 'metadata', 'annotations', `${prefix}${name}`)?.slice(0, 2000);
  const namespace = annotation('namespace');
  const selector = annotation('label-selector');
  if (selector !== undefined) return bySelector(view, selector, namespace);
  const id = annotation('id');
  const found = id === undefined ? onlyService(view, entity.id.name) : undefined;
  const keys = id === undefined ? [found ?? []].flat() : withCatalogId(view, id);
  const near = keys.filter((each) => namespace === undefined || isIn(view, each, namespace));
  const nodes = placesOf(view, near);
  const why = id === undefined ? 'no Service has its name alone' : `nothing carries the label ${prefix}id=${id}`;
  const unseen = nodes.length === 0 ? unseenOf(entity) : undefined;
  return { nodes, confidence: id === undefined ? 0.7 : 0.85, why, ...(unseen === undefined ? {} : { unseen }) };
}

function bySelector(view: View, selector: string, namespace: string | undefined): EntityNodes {
  const labels = new Map<string, string>();
  for (const part of selector.split(',')) {
    const [, name, value] = equality.exec(part) ?? [];
    if (name === undefined) return nowhere('of its label selector only equality is read');
    labels.set(name, value ?? '');
  }
  if (namespace === undefined) return nowhere(`its label selector needs the annotation ${prefix}namespace`);
  const nodes = placesOf(view, selected(view, namespace, labels));
  return { nodes, confidence: 0.85, why: 'its label selector finds no workload of these manifests' };
}

function nowhere(why: string): EntityNodes {
  return { nodes: [], confidence: 0, why };
}

function isIn(view: View, key: string, namespace: string): boolean {
  const resource = view.landscape.resources.get(key);
  return resource !== undefined && namespaceOf(view.landscape, resource.id) === namespace;
}

function placesOf(view: View, keys: readonly string[]): string[] {
  // What is there decides the role of the node, so its content is asked for as well as its place.
  const nodes = keys.flatMap((key) => (resourceAt(view, key) === undefined ? [] : (placeOf(view, key) ?? [])));
  return [...new Set(nodes)].toSorted().slice(0, mostNodes);
}

const types: readonly (readonly [RegExp, NodeRole])[] = [
  [/database|db|cache|store|bucket|s3|redis|postgres|mysql|mongo|search/i, 'store'],
  [/queue|topic|broker|kafka|rabbit|stream|bus/i, 'broker'],
];

function unseenOf({ id, body }: Resource): GraphNode | undefined {
  if (id.kind !== 'Resource') return undefined;
  const namespace = id.namespace === '' ? 'default' : id.namespace;
  const type = stringAt(body, 'spec', 'type')?.slice(0, 200) ?? '';
  const role = types.find(([words]) => words.test(type))?.[1] ?? 'external';
  const facts = { resources: [], owner: null, tier: null, exposed: false, replicas: null };
  return { id: `resource:${namespace}/${id.name}`, name: id.name, namespace: null, role, ...facts };
}
