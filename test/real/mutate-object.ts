import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/resource/json.ts';

/** Numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Steps = readonly (string | number)[];

/** The object with one random deviation: a value changed or removed, a list element removed, or a member added to a map. */
export function mutateObject(body: JsonObject, random: Random): JsonObject {
  const places = placesOf(body, []).filter((steps) => isOpen(steps));
  const steps = places[Math.floor(random() * places.length)] ?? [];
  const roll = random();
  const mutated = roll < 0.15 ? labelled(body, random) : replaced(body, steps, (value) => changed(value, roll, random));
  return isJsonObject(mutated) ? mutated : body;
}

/** Identity and what only the server writes stay as they are. */
function isOpen([first, second]: Steps): boolean {
  if (first === 'metadata') return second === 'labels' || second === 'annotations';
  return first !== 'apiVersion' && first !== 'kind' && first !== 'status' && first !== undefined;
}

function placesOf(value: JsonValue, steps: Steps): readonly Steps[] {
  const members: readonly (readonly [string | number, JsonValue])[] = isJsonArray(value)
    ? value.map((element, index) => [index, element] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return members.flatMap(([step, member]) => [[...steps, step], ...placesOf(member, [...steps, step])]);
}

function labelled(body: JsonObject, random: Random): JsonValue | undefined {
  const part = random() < 0.5 ? 'labels' : 'annotations';
  const key = `fuzz.example.test/key-${Math.floor(random() * 1_000)}`;
  return replaced(body, ['metadata', part], (value) => ({ ...(isJsonObject(value) ? value : {}), [key]: 'added' }));
}

/** Undefined removes. */
function changed(value: JsonValue | undefined, roll: number, random: Random): JsonValue | undefined {
  if (roll < 0.45 || value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1 + Math.floor(random() * 3);
  if (typeof value === 'string') return /^\d+(?:m|[KMGT]i?|%)?$/.test(value) ? `1${value}` : `${value}x`;
  return isJsonArray(value) && value.length > 1 ? value.toReversed() : undefined;
}

function replaced(
  node: JsonValue | undefined,
  steps: Steps,
  change: (value: JsonValue | undefined) => JsonValue | undefined,
): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return change(node);
  if (isJsonArray(node)) {
    const index = Number(step);
    const element = replaced(node[index], rest, change);
    return element === undefined ? node.toSpliced(index, 1) : node.toSpliced(index, 1, element);
  }
  const { [String(step)]: old, ...others } = isJsonObject(node) ? node : {};
  const member = replaced(old, rest, change);
  return member === undefined ? others : { ...others, [String(step)]: member };
}
