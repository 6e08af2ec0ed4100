import { isMap, isNode, isPair, isSeq } from 'yaml';
import { opensItsLine } from './insert-entry.ts';
import type { Place } from './node-at.ts';
import {
  anchorOf,
  colonEnd,
  contentEnd,
  dashStart,
  keyStart,
  lineEnd,
  lineStart,
  nextLine,
  type OpenDocument,
  pairEnd,
  rangeOf,
  refuseUsedInside,
} from './open-document.ts';
import { EditRefused } from './refusal.ts';
import type { Splice } from './splice.ts';

/** Removes a member or an element with its own lines. A collection that loses its last one becomes `{}` or `[]`. */
export function removeEntry(open: OpenDocument, place: Place, holder: Place): Splice {
  const { parent, node } = place;
  if (place.merged) throw new EditRefused('merged-key', 'the field comes from a merge key');
  if (parent === undefined) throw new EditRefused('path-not-found', 'the object as a whole is not a field');
  if (node !== undefined) refuseUsedInside(open, node);
  if (parent.flow === true) return removeFlow(open, place);
  if (parent.items.length === 1) return emptyCollection(open, holder, isMap(parent) ? '{}' : '[]');
  const start = entryStart(place);
  const end = place.pair === undefined ? itemEnd(open, place) : pairEnd(open.text, place.pair);
  if (opensItsLine(open.text, start)) return removeLines(open.text, start, end);
  return removeAfterDash(open, place, start, end);
}

function entryStart(place: Place): number {
  if (place.pair !== undefined) return keyStart(place.pair);
  if (isSeq(place.parent)) return dashStart(place.parent, place.index);
  throw new EditRefused('not-exact', 'the entry has no key and no dash');
}

function itemEnd(open: OpenDocument, place: Place): number {
  const dash = isSeq(place.parent) ? dashStart(place.parent, place.index) + 1 : 0;
  return Math.max(dash, place.node === undefined ? 0 : contentEnd(open.text, place.node));
}

function removeLines(text: string, start: number, end: number): Splice {
  const from = lineStart(text, start);
  const to = nextLine(text, end);
  if (to < text.length || text.endsWith('\n') || from === 0) return { start: from, end: to, text: '' };
  return { start: lineEnd(text, from - 1), end: to, text: '' };
}

/** The first member of a list element shares the dash's line: the next member takes its place there. */
function removeAfterDash(open: OpenDocument, place: Place, start: number, end: number): Splice {
  const next: unknown = place.parent?.items[place.index + 1];
  const nextStart = isPair(next)
    ? keyStart(next)
    : isSeq(place.parent)
      ? dashStart(place.parent, place.index + 1)
      : undefined;
  if (nextStart === undefined) throw new EditRefused('shared-line', 'the field shares its line with its list element');
  const between = open.text.slice(lineEnd(open.text, end), nextStart);
  if (between.includes('#')) throw new EditRefused('shared-line', 'a comment stands between the field and the next');
  return { start, end: nextStart, text: '' };
}

function emptyCollection(open: OpenDocument, holder: Place, text: string): Splice {
  const { node } = holder;
  if (node === undefined || holder.parent === undefined)
    throw new EditRefused('shared-line', 'the object would be empty');
  const end = contentEnd(open.text, node);
  if (anchorOf(node) !== undefined) throw new EditRefused('shared-anchor', 'the emptied collection has an anchor');
  if (holder.pair !== undefined) return { start: colonEnd(holder.pair), end, text: ` ${text}` };
  if (isSeq(holder.parent)) return { start: dashStart(holder.parent, holder.index) + 1, end, text: ` ${text}` };
  return { start: rangeOf(node)[0], end, text };
}

function removeFlow(open: OpenDocument, place: Place): Splice {
  const items: readonly unknown[] = place.parent?.items ?? [];
  const [start, end] = flowRange(open, items[place.index]);
  if (place.index > 0) {
    const [, previousEnd] = flowRange(open, items[place.index - 1]);
    return checked(open, previousEnd, end, start);
  }
  if (items.length === 1) return { start, end: afterTrailingComma(open.text, end), text: '' };
  const [nextStart] = flowRange(open, items[1]);
  return checked(open, start, nextStart, end);
}

function checked(open: OpenDocument, start: number, end: number, inner: number): Splice {
  const gap = start < inner && inner < end ? open.text.slice(Math.min(start, inner), end) : '';
  const comment = /(^|\s)#/.test(open.text.slice(start, inner)) || /(^|\s)#/.test(gap.slice(inner - start));
  if (comment) throw new EditRefused('shared-line', 'a comment stands between the entry and its neighbour');
  return { start, end, text: '' };
}

function afterTrailingComma(text: string, end: number): number {
  const comma = /^\s*,/.exec(text.slice(end, end + 200));
  return end + (comma?.[0].length ?? 0);
}

function flowRange(open: OpenDocument, entry: unknown): readonly [number, number] {
  if (isPair(entry)) {
    const start = keyStart(entry);
    const end =
      entry.srcToken?.sep === undefined && isNode(entry.key) ? rangeOf(entry.key)[1] : pairEnd(open.text, entry);
    return [start, end];
  }
  if (!isNode(entry)) throw new EditRefused('not-exact', 'an entry has no place in the source');
  if (anchorOf(entry) !== undefined) throw new EditRefused('shared-anchor', 'an element has an anchor');
  return rangeOf(entry);
}
