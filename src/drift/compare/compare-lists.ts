import type { Segment } from '../../resource/field-path.ts';
import { isJsonObject, type JsonArray, type JsonScalar, type JsonValue } from '../../resource/json.ts';
import { isScalar } from '../normalise/scalars.ts';
import type { ListNode } from '../schema/type-node.ts';
import { itemType } from '../schema/type-node.ts';
import { alignOrdered, alignUnordered, type Pair } from './align-lists.ts';
import type { Comparer, Place } from './comparer.ts';
import { environmentOrderMatters, isOrderedKeyed, isUnordered } from './list-meaning.ts';

/** Compares two lists by what the type says of them: elements by key, by value, or aligned by position. */
export function compareLists(comparer: Comparer, desired: JsonArray, live: JsonArray, at: Place): void {
  const { type } = at;
  if (type.kind === 'list' && type.listType === 'map' && isKeyed(desired, type) && isKeyed(live, type)) {
    return compareKeyed(comparer, desired, live, { type, owner: at.owner });
  }
  if (type.kind === 'list' && type.listType === 'set' && desired.every(isScalar) && live.every(isScalar)) {
    compareSets(comparer, desired, live, at);
    return;
  }
  if (isUnordered(at.owner) && desired.every(isScalar) && live.every(isScalar)) {
    if (compareSets(comparer, desired, live, at)) comparer.result.notes.add('order-only');
    return;
  }
  compareAtomic(comparer, desired, live, at);
}

function isKeyed(list: JsonArray, type: ListNode): boolean {
  return list.every((element) => isJsonObject(element) && keysOf(element, type) !== undefined);
}

/** The key of an element, with the defaults of its key fields filled in; undefined when it has none at all. */
function keysOf(element: JsonValue, type: ListNode): readonly (readonly [string, JsonScalar])[] | undefined {
  if (!isJsonObject(element)) return undefined;
  const keys: [string, JsonScalar][] = [];
  let found = false;
  for (const key of type.keys) {
    const own = Object.hasOwn(element, key) ? element[key] : undefined;
    const value = own ?? type.keyDefaults[key];
    if (own !== undefined && own !== null) found = true;
    if (value !== undefined && isScalar(value)) keys.push([key, value]);
  }
  return found ? keys : undefined;
}

interface KeyedElement {
  readonly segment: Segment;
  readonly element: JsonValue;
}

/** Elements under a text form of their key; the n-th twin of a key under a form of its own. */
function indexByKey(list: JsonArray, type: ListNode): { elements: Map<string, KeyedElement>; twins: boolean } {
  const elements = new Map<string, KeyedElement>();
  const seen = new Map<string, number>();
  let twins = false;
  for (const element of list) {
    const keys = keysOf(element, type) ?? [];
    const text =
      keys.length === 1 && keys[0] !== undefined
        ? String(keys[0][1])
        : keys.map(([key, value]) => `${key}=${String(value)}`).join(',');
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    if (count > 1) twins = true;
    elements.set(count === 1 ? text : `${text}#${count}`, {
      segment: { kind: 'keys', keys, ...(count > 1 && { twin: count }) },
      element,
    });
  }
  return { elements, twins };
}

/** kubectl, and containers at run time, take the last of equal keys: where only Git has twins, its last one stands for all. */
function lastOfTwins(list: JsonArray, type: ListNode): Map<string, KeyedElement> {
  const last = new Map<string, KeyedElement>();
  for (const element of list) {
    const keys = keysOf(element, type) ?? [];
    const text =
      keys.length === 1 && keys[0] !== undefined
        ? String(keys[0][1])
        : keys.map(([key, value]) => `${key}=${String(value)}`).join(',');
    last.set(text, { segment: { kind: 'keys', keys }, element });
  }
  return last;
}

function compareKeyed(
  comparer: Comparer,
  desired: JsonArray,
  live: JsonArray,
  at: { type: ListNode; owner: string },
): void {
  const { type, owner } = at;
  const liveIndex = indexByKey(live, type);
  let desiredIndex = indexByKey(desired, type);
  if (desiredIndex.twins) {
    comparer.result.notes.add('duplicate-key');
    if (!liveIndex.twins) desiredIndex = { elements: lastOfTwins(desired, type), twins: true };
  }
  for (const [key, { segment, element }] of desiredIndex.elements) {
    const other = liveIndex.elements.get(key);
    comparer.within(segment, () => {
      if (other === undefined) comparer.push('removed', element, undefined, { type: type.item, owner: `${owner}[]` });
      else comparer.value(element, other.element, type.item, `${owner}[]`);
    });
  }
  for (const [key, { segment, element }] of liveIndex.elements) {
    if (desiredIndex.elements.has(key)) continue;
    comparer.within(segment, () =>
      comparer.push('added', undefined, element, { type: type.item, owner: `${owner}[]` }),
    );
  }
  noteOrder(
    comparer,
    { desired, live, desiredKeys: [...desiredIndex.elements.keys()], liveKeys: [...liveIndex.elements.keys()] },
    at,
  );
}

interface Orders {
  readonly desired: JsonArray;
  readonly live: JsonArray;
  readonly desiredKeys: readonly string[];
  readonly liveKeys: readonly string[];
}

function noteOrder(comparer: Comparer, orders: Orders, at: Place): void {
  const shared = new Set(orders.liveKeys);
  const before = orders.desiredKeys.filter((key) => shared.has(key));
  const common = new Set(before);
  const after = orders.liveKeys.filter((key) => common.has(key));
  if (before.every((key, index) => key === after[index])) return;
  const significant =
    isOrderedKeyed(at.owner) || (at.owner.endsWith('.env') && environmentOrderMatters(orders.desired, orders.live));
  if (significant) comparer.push('changed', orders.desired, orders.live, { ...at, notes: ['order-significant'] });
  else comparer.result.notes.add('order-only');
}

/** Returns whether the members are the same in another order. */
function compareSets(comparer: Comparer, desired: JsonArray, live: JsonArray, at: Place): boolean {
  const item = itemType(at.type);
  const liveSet = new Set(live.map(String));
  const desiredSet = new Set(desired.map(String));
  let equal = true;
  for (const [from, others, change] of [
    [desired, liveSet, 'removed'],
    [live, desiredSet, 'added'],
  ] as const) {
    for (const value of new Set(from)) {
      if (!isScalar(value) || others.has(String(value))) continue;
      equal = false;
      comparer.within({ kind: 'value', value }, () =>
        comparer.push(change, change === 'removed' ? value : undefined, change === 'added' ? value : undefined, {
          type: item,
          owner: `${at.owner}[]`,
        }),
      );
    }
  }
  return equal && desired.some((value, index) => value !== live[index]);
}

function compareAtomic(comparer: Comparer, desired: JsonArray, live: JsonArray, at: Place): void {
  const item = itemType(at.type);
  const owner = `${at.owner}[]`;
  const below = { type: item, owner };
  // One element on each side needs no alignment; nested single-element lists would otherwise double the work at every level.
  if (desired.length === 1 && live.length === 1)
    return descend(comparer, [{ desired: 0, live: 0 }], { desired, live }, below);
  if (desired.length === live.length && comparer.absorbIfEqual(desired, live, below)) return;
  const distance = (a: JsonValue, b: JsonValue): number => comparer.distance(a, b, below);
  const unordered = isUnordered(at.owner);
  const alignment = unordered ? alignUnordered(desired, live, distance) : alignOrdered(desired, live, distance);
  if (alignment.overBudget) comparer.result.notes.add('alignment-budget');
  if (alignment.reordered && !unordered)
    return comparer.push('changed', desired, live, { ...at, notes: ['order-significant'] });
  if (alignment.reordered) comparer.result.notes.add('order-only');
  descend(comparer, alignment.pairs, { desired, live }, below);
}

function descend(
  comparer: Comparer,
  pairs: readonly Pair[],
  lists: { desired: JsonArray; live: JsonArray },
  at: Place,
): void {
  for (const pair of pairs) {
    const before = pair.desired === null ? undefined : lists.desired[pair.desired];
    const after = pair.live === null ? undefined : lists.live[pair.live];
    const index = pair.live ?? pair.desired ?? 0;
    comparer.within({ kind: 'index', index }, () => {
      if (before !== undefined && after !== undefined) comparer.value(before, after, at.type, at.owner);
      else if (before !== undefined) comparer.push('removed', before, undefined, at);
      else if (after !== undefined) comparer.push('added', undefined, after, at);
    });
  }
}
