import {
  type Alias,
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { JsonValue } from '../../resource/json.ts';
import { EditRefused } from './refusal.ts';

/** One YAML document as text and as nodes with ranges into that text. */
export interface OpenDocument {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly root: Node;
  /** What the whole document says, once somebody has read it. */
  readonly memo: { tree?: JsonValue };
}

/** `strict` reading without any type resolution: what a scalar means is decided by `readPlainScalar`. */
export function openDocument(text: string): OpenDocument {
  const document = parseQuietly(text);
  const [error] = document.errors;
  if (error !== undefined) throw new EditRefused('not-parseable', error.message.split('\n')[0] ?? error.code);
  if (document.contents === null) throw new EditRefused('object-not-found', 'the document is empty');
  return { text, document, root: document.contents, memo: {} };
}

function parseQuietly(text: string): Document.Parsed {
  try {
    return parseDocument(text, {
      schema: 'failsafe',
      keepSourceTokens: true,
      merge: false,
      // Whether two keys are the same is Kubernetes' reading, not the library's: `readTree` tells.
      uniqueKeys: false,
      logLevel: 'error',
    });
  } catch (thrown) {
    throw new EditRefused('not-parseable', thrown instanceof Error ? thrown.message : 'nested too deep');
  }
}

/** First and last-plus-one index of a node's own text: anchors and tags before it are outside. */
export function rangeOf(node: Node): readonly [number, number] {
  if (!node.range) throw new EditRefused('not-exact', 'a node has no place in the source');
  return [node.range[0], node.range[1]];
}

/** Index after the last character of a node's content; trailing comments and blank lines are outside, except those a `|+` keeps. */
export function contentEnd(text: string, node: Node): number {
  const [start, end] = rangeOf(node);
  if ((isMap(node) || isSeq(node)) && !node.flow) {
    const last: unknown = node.items.at(-1);
    if (isPair(last)) return pairEnd(text, last);
    if (isNode(last)) return Math.max(contentEnd(text, last), dashEnd(node, node.items.length - 1));
  }
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) {
    const header = text.slice(start, lineEnd(text, start));
    if (/^[|>]\d?\+/.test(header)) return text.slice(start, end).replace(/\r?\n$/, '').length + start;
    return text.slice(start, end).trimEnd().length + start;
  }
  return end;
}

export function pairEnd(text: string, pair: Pair): number {
  const colon = colonEnd(pair);
  if (!isNode(pair.value) || isEmptyNode(pair.value)) return propertiesEnd(pair, colon);
  return Math.max(colon, contentEnd(text, pair.value));
}

/** Index after the `:` of a pair. */
export function colonEnd(pair: Pair): number {
  const colon = pair.srcToken?.sep?.find((token) => token.type === 'map-value-ind');
  if (colon === undefined) throw new EditRefused('unusual-key', 'a key has no colon of its own');
  return colon.offset + 1;
}

/** Index after the anchor or tag that stands before an (empty) value. */
function propertiesEnd(pair: Pair, colon: number): number {
  const properties = pair.srcToken?.sep?.filter((token) => token.type === 'anchor' || token.type === 'tag') ?? [];
  const last = properties.at(-1);
  return last === undefined ? colon : last.offset + last.source.length;
}

export function keyStart(pair: Pair): number {
  if (
    pair.srcToken?.start.some(
      (token) =>
        token.type !== 'space' &&
        token.type !== 'newline' &&
        token.type !== 'comment' &&
        token.type !== 'seq-item-ind' &&
        token.type !== 'comma',
    )
  ) {
    throw new EditRefused('unusual-key', 'a key is explicit, tagged or anchored');
  }
  if (!isScalar(pair.key)) throw new EditRefused('unusual-key', 'a key is not a scalar');
  return rangeOf(pair.key)[0];
}

/** Index of the dash of a block list's element. */
export function dashStart(list: YAMLSeq, index: number): number {
  const token =
    list.srcToken?.type === 'block-seq'
      ? list.srcToken.items[index]?.start.find((part) => part.type === 'seq-item-ind')
      : undefined;
  if (token === undefined) throw new EditRefused('not-exact', 'a list element has no dash');
  return token.offset;
}

function dashEnd(list: YAMLMap | YAMLSeq, index: number): number {
  return isSeq(list) && !list.flow ? dashStart(list, index) + 1 : 0;
}

export function isEmptyNode(node: Node): boolean {
  return (
    isScalar(node) &&
    node.type === 'PLAIN' &&
    node.range !== undefined &&
    node.range !== null &&
    node.range[0] === node.range[1]
  );
}

export function aliasTarget(alias: Alias, document: Document.Parsed): Node {
  const target = alias.resolve(document);
  if (target === undefined) throw new EditRefused('not-parseable', `alias *${alias.source} names no anchor`);
  return target;
}

export function isAnchorUsed(open: OpenDocument, anchor: string): boolean {
  let used = false;
  visit(open.document, {
    Alias: (_key, alias) => {
      used ||= alias.source === anchor;
    },
  });
  return used;
}

/** Refuses when an alias outside `node` needs an anchor inside it: it would be left without a target. */
export function refuseUsedInside(open: OpenDocument, node: Node): void {
  const inside = new Set<string>();
  visit(node, {
    Node: (_key, inner) => {
      const anchor = anchorOf(inner);
      if (anchor !== undefined) inside.add(anchor);
    },
  });
  if (inside.size === 0) return;
  const [start, end] = rangeOf(node);
  visit(open.document, {
    Alias: (_key, alias) => {
      const at = alias.range?.[0] ?? start;
      if (inside.has(alias.source) && (at < start || at >= end)) {
        throw new EditRefused('shared-anchor', `anchor &${alias.source} is used elsewhere`);
      }
    },
  });
}

export function anchorOf(node: Node | undefined): string | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Index of the line break that ends the line of `at` (of its `\r` when there is one), or the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end < 0) return text.length;
  return end > at && text[end - 1] === '\r' ? end - 1 : end;
}

/** Index of the first character of the next line, or the end of the text. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
