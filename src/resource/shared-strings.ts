import type { JsonObject, JsonValue } from './json.ts';

/** Shorter ones V8 holds once by itself. */
const leastLength = 2;

/**
 * Equal strings of many objects as one string each. An estate says `app.kubernetes.io/name`, `IfNotPresent` and its own names tens of
 * thousands of times; and a string cut out of a file keeps the whole text of that file in memory, which a copy does not.
 */
export class SharedStrings {
  readonly #known = new Map<string, string>();
  /** Whether the strings may be pieces of a longer text. */
  readonly #areCut: boolean;

  constructor(options: { readonly areCut: boolean }) {
    this.#areCut = options.areCut;
  }

  /** Exchanges the strings of an object that nobody else holds yet, in place. */
  share(object: JsonObject): void {
    this.#walk(object);
  }

  #walk(value: unknown): void {
    if (isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const element = value[index];
        if (typeof element === 'string') value[index] = this.#shared(element);
        else this.#walk(element);
      }
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        const member = value[key];
        if (typeof member === 'string') value[key] = this.#shared(member);
        else this.#walk(member);
      }
    }
  }

  #shared(value: string): string {
    if (value.length < leastLength) return value;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const kept = this.#areCut ? copyOf(value) : value;
    this.#known.set(kept, kept);
    return kept;
  }
}

/** These two say of JSON that it may be written to, which holds only where nobody else has it yet. */
function isArray(value: unknown): value is JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null;
}

/** A string of its own. V8 has no other way to cut one loose from the text it came from. */
function copyOf(value: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return typeof copy === 'string' ? copy : value;
}
