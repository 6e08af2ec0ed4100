import { formatPath, type FieldPath, type Segment } from '../../resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueAt } from '../../resource/json.ts';
import { lastAppliedAnnotation } from '../../resource/last-applied.ts';
import type { Resource } from '../../resource/resource.ts';
import { suspectsOf, type Suspect } from '../attribute/attribute.ts';
import type { Ownership } from '../attribute/managed-fields.ts';
import type { Candidate } from '../compare/candidate.ts';
import { ownerOf } from '../compare/compare-trees.ts';
import type { Suppression } from '../drift-report.ts';
import { isAbsentEquivalent } from '../normalise/empty-values.ts';
import { fieldType, itemType } from '../schema/type-node.ts';
import { isMadeElement, type TriedObject } from './admission-reproduced.ts';
import type { Explain, Explanation, Question } from './explanation.ts';
import type { LiveIndex } from './live-index.ts';

export interface SubtractContext {
  readonly desired: JsonObject;
  readonly live: Resource;
  readonly ownership: Ownership;
  readonly index: LiveIndex;
  readonly rules: readonly Explain[];
  /** What the server makes of the declared object by itself; null where it was not asked. */
  readonly tried: TriedObject | null;
}

export interface Remainder {
  readonly drift: readonly Candidate[];
  readonly suppressions: readonly Suppression[];
}

/** Takes away every difference that somebody is entitled to. What remains is drift. */
export function subtract(candidates: readonly Candidate[], context: SubtractContext): Remainder {
  const drift: Candidate[] = [];
  const suppressions: Suppression[] = [];
  for (const candidate of candidates) {
    const judged = judge(candidate, context);
    drift.push(...judged.drift);
    suppressions.push(...judged.suppressions);
  }
  return { drift, suppressions };
}

function judge(candidate: Candidate, context: SubtractContext): { drift: Candidate[]; suppressions: Suppression[] } {
  const text = formatPath(candidate.path);
  const explanation = explain(candidate, text, context);
  if (explanation !== null) return { drift: [], suppressions: [suppressionOf(candidate, text, explanation)] };
  const isDivisible =
    candidate.change === 'added' && (!isElement(candidate) || isMadeElement(context.tried, candidate));
  const children = isDivisible ? childrenOf(candidate) : [];
  if (children.length === 0) return { drift: [candidate], suppressions: [] };
  return split(candidate, children, context);
}

/** An element that somebody added is one thing, whatever the server filled in around it. */
function isElement(candidate: Candidate): boolean {
  const last = candidate.path.at(-1);
  return last !== undefined && last.kind !== 'field';
}

/** kubectl put an annotation of its own beside this one: the map is not the difference. */
function holdsLastApplied(candidate: Candidate, context: SubtractContext): boolean {
  if (formatPath(candidate.path) !== 'metadata.annotations') return false;
  return valueAt(context.live.body, 'metadata', 'annotations', lastAppliedAnnotation) !== undefined;
}

/** A live-only parent is one difference, unless somebody is entitled to a part of it: then its parts are judged one by one. */
function split(
  candidate: Candidate,
  children: readonly Candidate[],
  context: SubtractContext,
): { drift: Candidate[]; suppressions: Suppression[] } {
  const drift: Candidate[] = [];
  const suppressions: Suppression[] = [];
  for (const child of children) {
    const judged = judge(child, context);
    drift.push(...judged.drift);
    suppressions.push(...judged.suppressions);
  }
  return suppressions.length === 0 && !holdsLastApplied(candidate, context)
    ? { drift: [candidate], suppressions }
    : { drift, suppressions };
}

function childrenOf(candidate: Candidate): readonly Candidate[] {
  const { live, type, path } = candidate;
  if (isJsonObject(live)) {
    return Object.entries(live)
      .filter(([key, value]) => !isAbsentEquivalent(value, fieldType(type, key), ownerOf(type, key)))
      .map(([key, value]) =>
        child(path, { kind: 'field', name: key }, value, { type: fieldType(type, key), owner: ownerOf(type, key) }),
      );
  }
  if (!isJsonArray(live)) return [];
  const item = itemType(type);
  return live.map((value, index) =>
    child(path, elementSegment(candidate, value, index), value, { type: item, owner: `${candidate.owner}[]` }),
  );
}

function child(path: FieldPath, segment: Segment, live: JsonValue, at: Pick<Candidate, 'type' | 'owner'>): Candidate {
  return { path: [...path, segment], change: 'added', desired: undefined, live, ...at, notes: [] };
}

function elementSegment(candidate: Candidate, value: JsonValue, index: number): Segment {
  const { type } = candidate;
  if (type.kind === 'list' && type.listType === 'map' && isJsonObject(value)) {
    const keys = type.keys.flatMap((key): [string, string | number | boolean | bigint | null][] => {
      const own = value[key] ?? type.keyDefaults[key];
      return own === undefined || typeof own === 'object' ? [] : [[key, own]];
    });
    if (keys.length > 0) return { kind: 'keys', keys };
  }
  if (type.kind === 'list' && type.listType === 'set' && typeof value !== 'object') return { kind: 'value', value };
  return { kind: 'index', index };
}

function explain(candidate: Candidate, text: string, context: SubtractContext): Explanation | null {
  let suspects: readonly Suspect[] | undefined;
  const question: Question = {
    candidate,
    text,
    desired: context.desired,
    live: context.live,
    ownership: context.ownership,
    index: context.index,
    suspects: () => {
      suspects ??= suspectsOf(context.ownership, candidate.path);
      return suspects;
    },
  };
  for (const rule of context.rules) {
    const explanation = rule(question);
    if (explanation !== null) return explanation;
  }
  return null;
}

function suppressionOf(candidate: Candidate, path: string, explanation: Explanation): Suppression {
  return {
    path,
    class: explanation.class,
    reason: explanation.reason,
    desired: candidate.desired ?? null,
    live: candidate.live ?? null,
    confidence: explanation.confidence,
    ...(explanation.rule === undefined ? {} : { rule: explanation.rule }),
  };
}
