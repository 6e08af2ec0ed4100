import type { FieldPath, Segment } from '../../resource/field-path.ts';
import {
  formatJson,
  isJsonArray,
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../../resource/json.ts';
import { isAbsentEquivalent, isGrouping } from '../normalise/empty-values.ts';
import { isScalar, scalarsEqual } from '../normalise/scalars.ts';
import { anyNode, fieldType, type MapNode, type TypeNode } from '../schema/type-node.ts';
import { defaultAsDeclared, goDefault } from '../subtract/go-defaults.ts';
import { schemaDefault } from '../schema/schema-default.ts';
import type { Candidate, Comparison } from './candidate.ts';
import type { Comparer } from './comparer.ts';
import { compareLists } from './compare-lists.ts';
import { mapDifference } from './map-difference.ts';

/** Limits that keep one hostile object from costing more than a few milliseconds. */
const maxDepth = 100;

/**
 * Walks desired and live together, guided by the type, and keeps only what differs. Defaults of the server are set aside on the
 * way, since whether two list elements are the same depends on them.
 */
export class TreeComparer implements Comparer {
  readonly result: Comparison = { candidates: [], defaulted: [], notes: new Set() };
  /** Values that aligning lists may look at, shared by all probes of one resource. */
  readonly #budget: { left: number };
  readonly #path: Segment[] = [];
  /** Objects from the root to here, as live has them: derived defaults look up to them. */
  readonly #liveParents: JsonObject[] = [];
  readonly #desiredParents: (JsonObject | undefined)[] = [];

  constructor(budget: { left: number } = { left: 200_000 }) {
    this.#budget = budget;
  }

  /** Compares at a path that is already walked to; `owner` names the type and field that hold the value. */
  value(desired: JsonValue, live: JsonValue, type: TypeNode, owner: string): void {
    if (desired === live) return;
    this.#budget.left--;
    if (desired === null) return this.added(live, type, owner);
    if (live === null) return this.removed(desired, type, owner);
    if (this.#path.length > maxDepth) return this.#deep(desired, live, type, owner);
    if (isJsonObject(desired) && isJsonObject(live)) return this.#objects(desired, live, type, owner);
    if (isJsonArray(desired) && isJsonArray(live)) return compareLists(this, desired, live, { type, owner });
    if (isScalar(desired) && isScalar(live) && scalarsEqual(desired, live, type)) return;
    this.push('changed', desired, live, { type, owner });
  }

  /** A declared value that live lacks: nothing, when absence means the same. */
  removed(desired: JsonValue, type: TypeNode, owner: string): void {
    if (isAbsentEquivalent(desired, type, owner)) {
      if (isJsonObject(desired) && type.kind === 'struct' && !type.builtin) this.result.notes.add('empty-object');
      return;
    }
    if (isJsonObject(desired) && isGrouping(type)) {
      for (const [key, value] of Object.entries(desired)) {
        this.within({ kind: 'field', name: key }, () => this.removed(value, fieldType(type, key), ownerOf(type, key)));
      }
      return;
    }
    this.push('removed', desired, undefined, { type, owner });
  }

  /** A live value that Git does not declare: set aside when it is what the server writes by itself. */
  added(live: JsonValue, type: TypeNode, owner: string, declaredDefault?: JsonValue): void {
    const context = { liveParents: this.#liveParents, desiredParents: this.#desiredParents };
    const byDefault = declaredDefault ?? goDefault(owner, live, context);
    const asDeclared = declaredDefault ?? defaultAsDeclared(owner, live, context);
    if (asDeclared !== undefined && sameUnderDefault(asDeclared, live, type)) return this.#defaulted(live);
    if (byDefault === undefined) {
      if (isAbsentEquivalent(live, type, owner)) return this.#defaulted(live);
      return this.push('added', undefined, live, { type, owner });
    }
    if (sameUnderDefault(byDefault, live, type)) return this.#defaulted(live);
    if (isJsonObject(byDefault) && isJsonObject(live)) return this.#addedUnder(byDefault, live, type);
    if (isJsonArray(byDefault) && isJsonArray(live)) return this.#addedToList(byDefault, live, { type, owner });
    this.push('added', undefined, live, { type, owner, hasDefault: declaredDefault !== undefined });
  }

  /** The server prints this object by default, so its parent counts as existing: each child is judged by itself. */
  #addedUnder(byDefault: JsonObject, live: JsonObject, type: TypeNode): void {
    this.#enter(undefined, live, () => {
      for (const [key, value] of Object.entries(live)) {
        this.within({ kind: 'field', name: key }, () => {
          const expected = Object.hasOwn(byDefault, key) ? byDefault[key] : undefined;
          const childType = fieldType(type, key);
          if (expected === undefined) return this.added(value, childType, ownerOf(type, key), schemaDefault(type, key));
          if (sameUnderDefault(expected, value, childType)) return this.#defaulted(value);
          if (isJsonObject(expected) && isJsonObject(value)) return this.#addedUnder(expected, value, childType);
          if (isJsonArray(expected) && isJsonArray(value))
            return this.#addedToList(expected, value, { type: childType, owner: ownerOf(type, key) });
          this.push('added', undefined, value, { type: childType, owner: ownerOf(type, key) });
        });
      }
    });
  }

  /** A list that the server fills by itself: what departs from it was added, element by element where that can be told. */
  #addedToList(byDefault: JsonArray, live: JsonArray, at: { type: TypeNode; owner: string }): void {
    const probe = this.#probe();
    probe.#path.push(...this.#path);
    probe.value(byDefault, live, at.type, at.owner);
    const { candidates, defaulted } = probe.result;
    if (candidates.some(({ change }) => change === 'removed')) return this.push('added', undefined, live, at);
    for (const candidate of candidates)
      this.result.candidates.push({ ...candidate, change: 'added', desired: undefined });
    for (const entry of defaulted) this.result.defaulted.push(entry);
  }

  #objects(desired: JsonObject, live: JsonObject, type: TypeNode, owner: string): void {
    if (type.kind === 'map' && isFlat(desired) && isFlat(live)) return this.#maps(desired, live, type, owner);
    this.#enter(desired, live, () => {
      for (const key of Object.keys(desired)) {
        const value = desired[key];
        if (value === undefined) continue;
        const other = Object.hasOwn(live, key) ? live[key] : undefined;
        if (value === other) continue;
        this.#path.push({ kind: 'field', name: key });
        if (other === undefined) this.removed(value, fieldType(type, key), ownerOf(type, key));
        else this.value(value, other, fieldType(type, key), ownerOf(type, key));
        this.#path.pop();
      }
      for (const key of Object.keys(live)) {
        if (Object.hasOwn(desired, key)) continue;
        const value = live[key];
        if (value === undefined) continue;
        this.#path.push({ kind: 'field', name: key });
        this.added(value, fieldType(type, key), ownerOf(type, key), schemaDefault(type, key));
        this.#path.pop();
      }
    });
  }

  #maps(desired: JsonObject, live: JsonObject, type: MapNode, owner: string): void {
    if (sameMap(desired, live)) return;
    const context = { liveParents: this.#liveParents, desiredParents: this.#desiredParents };
    const defaults = [goDefault(owner, live, context), defaultAsDeclared(owner, live, context)].filter(isJsonObject);
    for (const change of mapDifference(desired, live)) {
      this.within({ kind: 'field', name: change.key }, () => {
        const [before, after] = [desired[change.key], live[change.key]];
        const expected = defaults.map((byDefault) => byDefault[change.key]);
        if (change.desired === undefined && after !== undefined) this.#addedKey(after, expected, type.value);
        else if (change.live === undefined && before !== undefined) this.removed(before, type.value, '');
        else if (before !== undefined && after !== undefined) this.value(before, after, type.value, '');
      });
    }
  }

  #addedKey(live: JsonValue, expected: readonly (JsonValue | undefined)[], type: TypeNode): void {
    const byDefault = expected.some((value) => value !== undefined && sameUnderDefault(value, live, type));
    if (byDefault) this.#defaulted(live);
    else this.push('added', undefined, live, { type, owner: '' });
  }

  /** Beyond the depth limit only equality of the whole is judged. */
  #deep(desired: JsonValue, live: JsonValue, type: TypeNode, owner: string): void {
    this.result.notes.add('depth-limit');
    if (!sameUnderDefault(desired, live, type)) this.push('changed', desired, live, { type, owner });
  }

  within(segment: Segment, step: () => void): void {
    this.#path.push(segment);
    step();
    this.#path.pop();
  }

  #enter(desired: JsonObject | undefined, live: JsonObject, step: () => void): void {
    this.#desiredParents.push(desired);
    this.#liveParents.push(live);
    step();
    this.#liveParents.pop();
    this.#desiredParents.pop();
  }

  push(
    change: Candidate['change'],
    desired: JsonValue | undefined,
    live: JsonValue | undefined,
    at: { type: TypeNode; owner: string; notes?: readonly string[]; hasDefault?: boolean },
  ): void {
    this.result.candidates.push({
      path: this.path(),
      change,
      desired,
      live,
      type: at.type,
      owner: at.owner,
      notes: at.notes ?? [],
      ...(at.hasDefault === true && { hasDefault: true }),
    });
  }

  /** How far two values are apart: candidates that comparing them would leave. Once the budget is spent, texts are compared. */
  distance(desired: JsonValue, live: JsonValue, at: { type: TypeNode; owner: string }): number {
    if (desired === live) return 0;
    if (this.#budget.left <= 0) {
      this.result.notes.add('alignment-budget');
      return formatJson(desired) === formatJson(live) ? 0 : 1;
    }
    const probe = this.#probe();
    probe.value(desired, live, at.type, at.owner);
    return probe.result.candidates.length;
  }

  /** Compares two lists of one length position by position; keeps the outcome and says true only when nothing differs. */
  absorbIfEqual(desired: JsonArray, live: JsonArray, at: { type: TypeNode; owner: string }): boolean {
    const probe = this.#probe();
    probe.#path.push(...this.#path);
    for (let index = 0; index < desired.length; index++) {
      const [before, after] = [desired[index], live[index]];
      if (before === undefined || after === undefined || before === after) continue;
      probe.within({ kind: 'index', index }, () => probe.value(before, after, at.type, at.owner));
      if (probe.result.candidates.length > 0) return false;
    }
    for (const entry of probe.result.defaulted) this.result.defaulted.push(entry);
    for (const note of probe.result.notes) this.result.notes.add(note);
    return true;
  }

  #probe(): TreeComparer {
    const probe = new TreeComparer(this.#budget);
    probe.#liveParents.push(...this.#liveParents);
    probe.#desiredParents.push(...this.#desiredParents);
    return probe;
  }

  path(): FieldPath {
    return this.#path.slice();
  }

  #defaulted(live: JsonValue): void {
    this.result.defaulted.push({ path: this.path(), live });
  }
}

export function ownerOf(type: TypeNode, key: string): string {
  if (type.kind !== 'struct' || type.name === '') return '';
  return type.fields.get(key)?.owner ?? `${type.name}.${key}`;
}

export function compareTrees(desired: JsonObject, live: JsonObject, type: TypeNode): Comparison {
  const comparer = new TreeComparer();
  comparer.value(desired, live, type, '');
  return comparer.result;
}

function isFlat(value: JsonObject): boolean {
  for (const key in value) if (typeof value[key] === 'object' && value[key] !== null) return false;
  return true;
}

function sameMap(desired: JsonObject, live: JsonObject): boolean {
  const keys = Object.keys(desired);
  if (keys.length !== Object.keys(live).length) return false;
  for (const key of keys) if (!Object.hasOwn(live, key) || desired[key] !== live[key]) return false;
  return true;
}

/** Equality of a default and a live value: same members, scalars equal under the type. */
export function sameUnderDefault(expected: JsonValue, live: JsonValue, type: TypeNode): boolean {
  if (expected === live) return true;
  if (isScalar(expected) || isScalar(live))
    return isScalar(expected) && isScalar(live) && scalarsEqual(expected, live, type);
  if (isJsonArray(expected)) return isJsonArray(live) && sameList(expected, live, type);
  if (!isJsonObject(live)) return false;
  const keys = Object.keys(expected);
  if (keys.length !== Object.keys(live).length) return false;
  return keys.every((key) => {
    const [before, after] = [expected[key], Object.hasOwn(live, key) ? live[key] : undefined];
    return before !== undefined && after !== undefined && sameUnderDefault(before, after, fieldType(type, key));
  });
}

function sameList(expected: JsonArray, live: JsonArray, type: TypeNode): boolean {
  const item = type.kind === 'list' ? type.item : anyNode;
  return (
    expected.length === live.length &&
    expected.every((element, index) => {
      const other = live[index];
      return other !== undefined && sameUnderDefault(element, other, item);
    })
  );
}
