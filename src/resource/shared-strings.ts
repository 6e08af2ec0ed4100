import { isJsonArray, isJsonObject, type JsonArray, type JsonObject, type JsonValue } from './json.ts';

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
  share(object: JsonObject | JsonArray): void {
    if (isJsonArray(object)) for (const [index, value] of object.entries()) this.#visit(object, `${index}`, value);
    else for (const key of Object.keys(object)) this.#visit(object, key, object[key]);
  }

  #visit(holder: JsonObject | JsonArray, key: string, value: JsonValue | undefined): void {
    if (typeof value === 'string') {
      if (value.length >= leastLength) Reflect.set(holder, key, this.#shared(value));
    } else if (isJsonObject(value) || isJsonArray(value)) this.share(value);
  }

  #shared(value: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const kept = this.#areCut ? copyOf(value) : value;
    this.#known.set(kept, kept);
    return kept;
  }
}

/** A string of its own. V8 has no other way to cut one loose from the text it came from. */
function copyOf(value: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return typeof copy === 'string' ? copy : value;
}
