import type { GraphDocument, GraphEdge, GraphNode } from './graph-shapes.ts';
import { visibleText } from './plain-text.ts';

/** Nodes and edges a drawing shows: configuration objects would hide everything else. */
function drawn({ nodes, edges }: GraphDocument): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const shown = nodes.filter(({ role }) => role !== 'config');
  const ids = new Set(shown.map(({ id }) => id));
  return {
    nodes: shown,
    edges: edges.filter(({ from, to, layer }) => layer !== 'config' && ids.has(from) && ids.has(to)),
  };
}

const shapes: Readonly<Record<GraphNode['role'], string>> = {
  workload: 'box',
  job: 'cds',
  gateway: 'house',
  store: 'cylinder',
  broker: 'parallelogram',
  external: 'ellipse',
  monitoring: 'note',
  config: 'tab',
};

/** Graphviz. Edge styles: solid hard or unknown, dashed soft, dotted asynchronous or telemetry. */
export function writeDot(document: GraphDocument): string {
  const { nodes, edges } = drawn(document);
  const quote = (text: string): string => `"${visibleText(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return [
    'digraph mooring {',
    '  rankdir=LR;',
    ...nodes.map(({ id, name, role }) => `  ${quote(id)} [label=${quote(name)}, shape=${shapes[role]}];`),
    ...edges.map(
      (edge) => `  ${quote(edge.from)} -> ${quote(edge.to)} [label=${quote(label(edge))}, style=${style(edge)}];`,
    ),
    '}',
    '',
  ].join('\n');
}

/** Mermaid flowchart; nodes are numbered, because Mermaid reads many words in ids as keywords. */
export function writeMermaid(document: GraphDocument): string {
  const { nodes, edges } = drawn(document);
  const numbers = new Map(nodes.map(({ id }, at) => [id, `n${at}`]));
  const quote = (text: string): string =>
    `"${visibleText(text).replaceAll(/[&<>"#`\\]/g, (sign) => `#${sign.codePointAt(0)};`)}"`;
  const brackets = (role: GraphNode['role']): readonly [string, string] => {
    if (role === 'store') return ['[(', ')]'];
    if (role === 'broker') return ['[/', '/]'];
    return role === 'external' ? ['([', '])'] : ['[', ']'];
  };
  return [
    'flowchart LR',
    ...nodes.map(({ id, name, role }) => `  ${numbers.get(id)}${brackets(role)[0]}${quote(name)}${brackets(role)[1]}`),
    ...edges.map((edge) => {
      const arrow = style(edge) === 'solid' ? '-->' : '-.->';
      return `  ${numbers.get(edge.from)} ${arrow}|${quote(label(edge))}| ${numbers.get(edge.to)}`;
    }),
    '',
  ].join('\n');
}

const nodeKeys = ['name', 'namespace', 'role', 'owner', 'tier'] as const;
const edgeKeys = ['layer', 'protocol', 'strength', 'confidence'] as const;

/** GraphML with every node and edge, configuration included: it is read by programs. */
export function writeGraphml({ nodes, edges }: GraphDocument): string {
  const escape = (text: string): string =>
    visibleText(text).replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
  const datum = (key: string, value: string | number | null): string =>
    value === null ? '' : `<data key="${key}">${escape(String(value))}</data>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...nodeKeys.map((key) => `  <key id="${key}" for="node" attr.name="${key}" attr.type="string"/>`),
    ...edgeKeys.map(
      (key) =>
        `  <key id="${key}" for="edge" attr.name="${key}" attr.type="${key === 'confidence' ? 'double' : 'string'}"/>`,
    ),
    '  <graph edgedefault="directed">',
    ...nodes.map(
      (node) => `    <node id="${escape(node.id)}">${nodeKeys.map((key) => datum(key, node[key])).join('')}</node>`,
    ),
    ...edges.map((edge) => {
      const data = edgeKeys.map((key) => datum(key, edge[key])).join('');
      return `    <edge source="${escape(edge.from)}" target="${escape(edge.to)}">${data}</edge>`;
    }),
    '  </graph>',
    '</graphml>',
    '',
  ].join('\n');
}

function label({ layer, protocol }: GraphEdge): string {
  return protocol ?? layer;
}

function style({ strength, layer, evidence }: GraphEdge): string {
  const isPermit = evidence.every(({ kind }) => kind === 'permitted');
  if (layer === 'operations' || strength === 'async' || isPermit) return 'dotted';
  return strength === 'soft' ? 'dashed' : 'solid';
}
