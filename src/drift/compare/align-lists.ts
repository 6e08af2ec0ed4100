import type { JsonArray, JsonValue } from '../../resource/json.ts';
import { sharedIdentity } from './list-meaning.ts';

/** Positions of one element in both lists; null on the side that lacks it. */
export interface Pair {
  readonly desired: number | null;
  readonly live: number | null;
}

export interface Alignment {
  readonly pairs: readonly Pair[];
  /** The same elements in another order. */
  readonly reordered: boolean;
  /** Too large to align by likeness: elements were paired by equality and position only. */
  readonly overBudget: boolean;
}

/** 0 when two elements mean the same, else the number of paths in which they differ. */
export type Distance = (desired: JsonValue, live: JsonValue) => number;

const maxPairs = 4_096;

/** Aligns lists whose order matters, so that one insertion is one difference. */
export function alignOrdered(desired: JsonArray, live: JsonArray, distance: Distance): Alignment {
  const start = commonPrefix(desired, live, distance);
  const end = commonSuffix(desired, live, start, distance);
  const pairs: Pair[] = [];
  for (let i = 0; i < start; i++) pairs.push({ desired: i, live: i });
  const middle = { desired: range(start, desired.length - end), live: range(start, live.length - end) };
  const overBudget = middle.desired.length * middle.live.length > maxPairs;
  const aligned = overBudget ? alignByText(desired, live, middle) : alignByCost(desired, live, middle, distance);
  for (const pair of aligned.pairs) pairs.push(pair);
  for (let i = end; i > 0; i--) pairs.push({ desired: desired.length - i, live: live.length - i });
  return { pairs, reordered: aligned.reordered, overBudget };
}

function commonPrefix(desired: JsonArray, live: JsonArray, distance: Distance): number {
  const limit = Math.min(desired.length, live.length);
  let i = 0;
  while (i < limit && distanceAt(desired, live, [i, i], distance) === 0) i++;
  return i;
}

function commonSuffix(desired: JsonArray, live: JsonArray, start: number, distance: Distance): number {
  const limit = Math.min(desired.length, live.length) - start;
  let i = 0;
  while (i < limit && distanceAt(desired, live, [desired.length - 1 - i, live.length - 1 - i], distance) === 0) i++;
  return i;
}

function distanceAt(desired: JsonArray, live: JsonArray, at: readonly [number, number], distance: Distance): number {
  const [a, b] = [desired[at[0]], live[at[1]]];
  return a === undefined || b === undefined ? Number.POSITIVE_INFINITY : distance(a, b);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_unused, index) => from + index);
}

interface Middle {
  readonly desired: readonly number[];
  readonly live: readonly number[];
}

/** Edit distance over the middle parts. Replacing an element is a little cheaper than removing one and adding another. */
function alignByCost(
  desired: JsonArray,
  live: JsonArray,
  middle: Middle,
  distance: Distance,
): { pairs: Pair[]; reordered: boolean } {
  const [rows, columns] = [middle.desired.length, middle.live.length];
  const near = (row: number, column: number): number =>
    distanceAt(desired, live, [middle.desired[row] ?? -1, middle.live[column] ?? -1], distance);
  const distances = middle.desired.map((_d, row) => middle.live.map((_l, column) => near(row, column)));
  if (rows === columns && isPermutation(distances)) return { pairs: [], reordered: true };
  const cost: number[][] = Array.from({ length: rows + 1 }, (_unused, row) =>
    Array.from({ length: columns + 1 }, (_none, column) => (row === 0 ? column : column === 0 ? row : 0)),
  );
  const replace = (row: number, column: number): number => {
    const apart = distances[row]?.[column] ?? 1;
    if (apart === 0) return 0;
    const [a, b] = [desired[middle.desired[row] ?? -1], live[middle.live[column] ?? -1]];
    const alike = a !== undefined && b !== undefined ? sharedIdentity(a, b) : 0;
    return alike > 0 ? 1 + Math.min(apart, 9) / 20 : 1.5 + Math.min(apart, 9) / 20;
  };
  for (let row = 1; row <= rows; row++) {
    for (let column = 1; column <= columns; column++) {
      set(
        cost,
        row,
        column,
        Math.min(
          at(cost, row - 1, column - 1) + replace(row - 1, column - 1),
          at(cost, row - 1, column) + 1,
          at(cost, row, column - 1) + 1,
        ),
      );
    }
  }
  return { pairs: trace(cost, middle, replace), reordered: false };
}

function at(table: readonly number[][], row: number, column: number): number {
  return table[row]?.[column] ?? Number.POSITIVE_INFINITY;
}

function set(table: number[][], row: number, column: number, value: number): void {
  const line = table[row];
  if (line !== undefined) line[column] = value;
}

function trace(cost: readonly number[][], middle: Middle, replace: (row: number, column: number) => number): Pair[] {
  const pairs: Pair[] = [];
  let [row, column] = [middle.desired.length, middle.live.length];
  while (row > 0 || column > 0) {
    const here = at(cost, row, column);
    if (row > 0 && column > 0 && Math.abs(here - at(cost, row - 1, column - 1) - replace(row - 1, column - 1)) < 1e-9) {
      row--;
      column--;
      pairs.push({ desired: middle.desired[row] ?? null, live: middle.live[column] ?? null });
    } else if (row > 0 && Math.abs(here - at(cost, row - 1, column) - 1) < 1e-9) {
      row--;
      pairs.push({ desired: middle.desired[row] ?? null, live: null });
    } else {
      column--;
      pairs.push({ desired: null, live: middle.live[column] ?? null });
    }
  }
  return pairs.reverse();
}

/** Whether each row can be given a column of its own at distance 0. */
function isPermutation(distances: readonly (readonly number[])[]): boolean {
  if (distances.length < 2) return false;
  const taken = new Set<number>();
  for (const row of distances) {
    const column = row.findIndex((value, index) => value === 0 && !taken.has(index));
    if (column < 0) return false;
    taken.add(column);
  }
  return true;
}

/** Alignment of long lists by equal texts: most of them stay where they are, and what lies between is paired by position. */
function alignByText(desired: JsonArray, live: JsonArray, middle: Middle): { pairs: Pair[]; reordered: boolean } {
  const met = equalTexts(desired, live, middle);
  const isPermutation = met.length === middle.desired.length && met.length === middle.live.length;
  if (isPermutation && met.length > 1) return { pairs: [], reordered: true };
  return { pairs: fillBetween(longestInOrder(met), middle), reordered: false };
}

type Meeting = readonly [desired: number, live: number];

/** Each element with its equal on the other side, the first with the first where there are several; in the desired order. */
function equalTexts(desired: JsonArray, live: JsonArray, middle: Middle): readonly Meeting[] {
  const waiting = new Map<string, number[]>();
  for (const index of middle.live.toReversed()) {
    const text = textOf(live[index]);
    const list = waiting.get(text);
    if (list === undefined) waiting.set(text, [index]);
    else list.push(index);
  }
  return middle.desired.flatMap((index): Meeting[] => {
    const found = waiting.get(textOf(desired[index]))?.pop();
    return found === undefined ? [] : [[index, found]];
  });
}

/** The most meetings that are in order on both sides (patience sorting, n log n): one that moved far must not displace the rest. */
function longestInOrder(met: readonly Meeting[]): readonly Meeting[] {
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  const liveOf = (at: number | undefined): number => (at === undefined ? -1 : (met[at]?.[1] ?? -1));
  met.forEach(([, position], at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const half = (low + high) >> 1;
      if (liveOf(ends[half]) < position) low = half + 1;
      else high = half;
    }
    before[at] = ends[low - 1];
    ends[low] = at;
  });
  const kept: Meeting[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) {
    const meeting = met[at];
    if (meeting !== undefined) kept.push(meeting);
  }
  return kept.reverse();
}

function textOf(value: JsonValue | undefined): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member)) ?? '';
}

function fillBetween(anchors: readonly (readonly [number, number])[], middle: Middle): Pair[] {
  const pairs: Pair[] = [];
  let [d, l] = [middle.desired[0] ?? 0, middle.live[0] ?? 0];
  const ends: readonly (readonly [number, number])[] = [
    ...anchors,
    [(middle.desired.at(-1) ?? -1) + 1, (middle.live.at(-1) ?? -1) + 1],
  ];
  ends.forEach(([desiredEnd, liveEnd], index) => {
    while (d < desiredEnd || l < liveEnd)
      pairs.push({ desired: d < desiredEnd ? d++ : null, live: l < liveEnd ? l++ : null });
    if (index < anchors.length) pairs.push({ desired: d++, live: l++ });
  });
  return pairs;
}

/** Pairs elements of lists whose order carries no meaning: equal ones first, then the most alike of what is left. */
export function alignUnordered(desired: JsonArray, live: JsonArray, distance: Distance): Alignment {
  const overBudget = desired.length * live.length > maxPairs;
  const apart: Distance = overBudget ? (a, b) => (textOf(a) === textOf(b) ? 0 : 1) : distance;
  const freeLive = new Set(live.keys());
  const left: number[] = [];
  const pairs: Pair[] = [];
  desired.forEach((element, index) => {
    const candidates = freeLive.has(index) ? [index, ...freeLive] : [...freeLive];
    const found = candidates.find((position) => distanceAt([element], live, [0, position], apart) === 0);
    if (found === undefined) return left.push(index);
    freeLive.delete(found);
    return pairs.push({ desired: index, live: found });
  });
  for (const index of left) {
    const nearest = mostAlike(desired[index], live, freeLive, apart);
    if (nearest !== undefined) freeLive.delete(nearest);
    pairs.push({ desired: index, live: nearest ?? null });
  }
  const reordered = isOutOfOrder(pairs);
  for (const index of freeLive) pairs.push({ desired: null, live: index });
  return { pairs, reordered, overBudget };
}

/** Elements that changed and moved are out of order as well as those that only moved. */
function isOutOfOrder(pairs: readonly Pair[]): boolean {
  const positions: number[] = [];
  for (const { desired, live } of pairs) if (desired !== null && live !== null) positions[desired] = live;
  const met = positions.filter((position) => position !== undefined);
  return met.some((position, index) => position < (met[index - 1] ?? -1));
}

function mostAlike(
  element: JsonValue | undefined,
  live: JsonArray,
  free: ReadonlySet<number>,
  distance: Distance,
): number | undefined {
  let best: { index: number; score: number } | undefined;
  for (const index of free) {
    const other = live[index];
    if (element === undefined || other === undefined) continue;
    const score = sharedIdentity(element, other) * 100 - distance(element, other);
    if (best === undefined || score > best.score) best = { index, score };
  }
  return best?.index;
}
