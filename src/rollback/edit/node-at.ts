import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isAnchorUsed, isEmptyNode, type OpenDocument } from './open-document.ts';
import { isMergeKey, readKey } from './read-tree.ts';
import { EditRefused } from './refusal.ts';
import type { Step } from './tree-path.ts';

/** A value in the source together with what holds it. `pair` is undefined for list elements and for the root. */
export interface Place {
  /** Undefined when the source has nothing after the colon or dash. */
  readonly node: Node | undefined;
  readonly parent: YAMLMap | YAMLSeq | undefined;
  readonly pair: Pair | undefined;
  /** Position in `parent.items`. */
  readonly index: number;
  /** The place comes from a merge key: it can be overridden here, not edited. */
  readonly merged: boolean;
  readonly flow: boolean;
}

/** Goes to a place without ever leaving the object: what other users of an anchor would feel is refused. */
export function nodeAt(open: OpenDocument, root: Node, steps: readonly Step[]): Place {
  let place: Place = { node: root, parent: undefined, pair: undefined, index: 0, merged: false, flow: false };
  for (const step of steps) place = stepInto(open, place, step);
  return place;
}

function stepInto(open: OpenDocument, from: Place, step: Step): Place {
  const { node } = from;
  if (from.merged || isAlias(node))
    throw new EditRefused('shared-anchor', `${String(step)} lies behind an alias that other places share`);
  refuseSharedAnchor(open, node, step);
  if (isMap(node) && typeof step === 'string') {
    const index = node.items.findIndex((pair) => !isMergeKey(pair.key) && readKey(pair.key) === step);
    const pair = node.items[index];
    const flow = from.flow || node.flow === true;
    if (pair === undefined) return { node: undefined, parent: node, pair: undefined, index: -1, merged: true, flow };
    return { node: filled(pair.value), parent: node, pair, index, merged: false, flow };
  }
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    if (!isNode(item)) throw new EditRefused('unusual-key', 'a list element is a lone pair');
    return {
      node: filled(item),
      parent: node,
      pair: undefined,
      index: step,
      merged: false,
      flow: from.flow || node.flow === true,
    };
  }
  throw new EditRefused('path-not-found', `${String(step)} is not in the file`);
}

function refuseSharedAnchor(open: OpenDocument, node: Node | undefined, step: Step): void {
  if (node === undefined || isAlias(node) || !(isMap(node) || isSeq(node) || isScalar(node))) return;
  if (node.anchor !== undefined && isAnchorUsed(open, node.anchor)) {
    throw new EditRefused('shared-anchor', `${String(step)} belongs to anchor &${node.anchor}, which other places use`);
  }
}

export function refuseUsedAnchor(open: OpenDocument, node: Node | undefined): void {
  refuseSharedAnchor(open, node, 'the value');
}

function filled(value: unknown): Node | undefined {
  return isNode(value) && !isEmptyNode(value) ? value : undefined;
}
