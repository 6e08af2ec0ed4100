import type { JsonObject } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';
import type { Suspect } from '../attribute/attribute.ts';
import type { Ownership } from '../attribute/managed-fields.ts';
import type { Candidate } from '../compare/candidate.ts';
import type { Confidence, SuppressionClass } from '../drift-report.ts';
import type { LiveIndex } from './live-index.ts';

/** Why a difference is nobody's fault. */
export interface Explanation {
  readonly class: SuppressionClass;
  readonly reason: string;
  readonly confidence: Confidence;
  /** The rule, when one explains it (`nameOfRule`). */
  readonly rule?: string;
}

/** One difference with everything an explanation may rest on. `text` is the path in the grammar of CONTRACTS 1. */
export interface Question {
  readonly candidate: Candidate;
  readonly text: string;
  readonly desired: JsonObject;
  readonly live: Resource;
  readonly ownership: Ownership;
  readonly index: LiveIndex;
  /** Managers that own the path, the most telling first; computed on first use. */
  readonly suspects: () => readonly Suspect[];
}

/** Says why a difference is explained, `null` when this rule knows nothing of it. */
export type Explain = (question: Question) => Explanation | null;

export function explained(by: SuppressionClass, reason: string, confidence: Confidence = 'high'): Explanation {
  return { class: by, reason, confidence };
}

/** Whether a person, a pipeline or an impostor holds the path: no controller's entitlement covers that. */
export function heldByPerson(question: Question): boolean {
  const first = question.suspects()[0];
  return first !== undefined && ['suspicious', 'human', 'human-operational'].includes(first.as.class);
}

export function heldOnlyByControllers(question: Question): boolean {
  const suspects = question.suspects();
  return suspects.length > 0 && suspects.every((suspect) => suspect.as.class === 'controller');
}

export function isUnowned(question: Question): boolean {
  return question.suspects().length === 0;
}
