import type { FieldPath, Segment } from '../../resource/field-path.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../resource/json.ts';
import type { Candidate } from '../compare/candidate.ts';
import { withheldFrom } from './admission-trial.ts';
import { explained, type Explain, heldByPerson, type Question } from './explanation.ts';

/** What the server made of a declared object that it was asked to create under a throw-away name, without doing so. */
export interface TriedObject {
  /** Comparable, as the live side is when it is compared; the name is the declared one. */
  readonly body: JsonObject;
  /** Who may have changed it on its way in: the end of a sentence. */
  readonly by: string;
}

/**
 * The same value at the same path comes out of what Git declares and nothing else: nothing of the live object was in that request, so
 * no hand edit can be in its answer. A person who holds the field still counts as a person.
 */
export function explainReproduced(tried: TriedObject | null): Explain {
  return (question) => {
    if (tried === null || withheldFrom(question.live.id)?.test(question.text) === true) return null;
    if (!isAtSamePosition(question, tried)) return null;
    const isSame = question.candidate.change === 'removed' ? isTakenOut(question, tried) : isMade(question, tried);
    if (!isSame || heldByPerson(question)) return null;
    return explained('admission', `a server-side dry run of what Git declares comes out the same: ${tried.by}`);
  };
}

function isMade({ candidate: { path, live } }: Question, tried: TriedObject): boolean {
  const made = valueAtPath(tried.body, path);
  return made !== undefined && isSameValue(made, live);
}

/** Only where the path leads somewhere in what Git declares can it be said that it leads nowhere in the answer. */
function isTakenOut({ candidate: { path }, desired }: Question, tried: TriedObject): boolean {
  return valueAtPath(desired, path) !== undefined && valueAtPath(tried.body, path) === undefined;
}

/** A position means the same on both sides only where the whole list is the same: one more of what was there already is an edit. */
function isAtSamePosition({ candidate: { path }, live }: Question, tried: TriedObject): boolean {
  const at = path.findIndex(({ kind }) => kind === 'index');
  if (at < 0) return true;
  const list = path.slice(0, at);
  return isSameValue(valueAtPath(tried.body, list), valueAtPath(live.body, list));
}

/**
 * Whether an element of a list that Git does not declare came in by admission and is still whole: then its parts can be told apart.
 * One that lost a part stays one thing, since what is gone has no path of its own.
 */
export function isMadeElement(tried: TriedObject | null, { path, live }: Candidate): boolean {
  const made = tried === null ? undefined : valueAtPath(tried.body, path);
  return made !== undefined && holdsAll(live, made);
}

function holdsAll(live: JsonValue | undefined, made: JsonValue | undefined): boolean {
  if (isJsonArray(made))
    return isJsonArray(live) && made.every((each, i) => i < live.length && holdsAll(live[i], each));
  if (!isJsonObject(made)) return live !== undefined;
  return (
    isJsonObject(live) && Object.keys(made).every((key) => Object.hasOwn(live, key) && holdsAll(live[key], made[key]))
  );
}

function valueAtPath(root: JsonValue, path: FieldPath): JsonValue | undefined {
  let current: JsonValue | undefined = root;
  for (const segment of path) {
    current = current === undefined ? undefined : step(current, segment);
  }
  return current;
}

function step(value: JsonValue, segment: Segment): JsonValue | undefined {
  if (segment.kind === 'field')
    return isJsonObject(value) && Object.hasOwn(value, segment.name) ? value[segment.name] : undefined;
  if (!isJsonArray(value)) return undefined;
  switch (segment.kind) {
    case 'index':
      return value[segment.index];
    case 'value':
      return value.includes(segment.value) ? segment.value : undefined;
    case 'keys': {
      const alike = value.filter(
        (element) => isJsonObject(element) && segment.keys.every(([key, wanted]) => element[key] === wanted),
      );
      return alike[(segment.twin ?? 1) - 1];
    }
  }
}

/** The server draws the end of this name anew for each Pod, and injected containers mount it too. */
const drawn = /^kube-api-access-[a-z0-9]{5}$/;

function isSameValue(made: JsonValue | undefined, live: JsonValue | undefined): boolean {
  if (isJsonArray(made))
    return isJsonArray(live) && made.length === live.length && made.every((each, i) => isSameValue(each, live[i]));
  if (!isJsonObject(made) || !isJsonObject(live)) return made === live || (isDrawn(made) && isDrawn(live));
  const keys = Object.keys(made);
  return (
    keys.length === Object.keys(live).length &&
    keys.every((key) => Object.hasOwn(live, key) && isSameValue(made[key], live[key]))
  );
}

function isDrawn(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && drawn.test(value);
}
