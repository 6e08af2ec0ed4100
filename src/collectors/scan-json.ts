/** One top-level value of a JSON text: where it lies, the line it starts on (from 1), and what is wrong with its shape. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly depth: number;
  /** The first key that an object holds twice, with its line; JSON.parse would silently keep the last. */
  readonly duplicate: { readonly key: string; readonly line: number } | null;
}

interface Frame {
  /** Keys seen so far; null inside an array. */
  readonly keys: Set<string> | null;
  expectsKey: boolean;
}

/**
 * Finds the top-level objects of a JSON text that holds one or several, one after another. It tells structure only: each span still
 * goes through JSON.parse. Undefined when the text is not a sequence of objects (a YAML flow mapping, say).
 */
export function scanJson(text: string): readonly JsonSpan[] | undefined {
  const scan = new JsonScan(text);
  const spans: JsonSpan[] = [];
  for (;;) {
    scan.skipBlanks();
    if (scan.atEnd()) return spans;
    const span = scan.topLevelObject();
    if (span === undefined) return undefined;
    spans.push(span);
  }
}

const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const newline = 0x0a;

class JsonScan {
  readonly #text: string;
  #position = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  skipBlanks(): void {
    for (; this.#position < this.#text.length; this.#position += 1) {
      const code = this.#text.charCodeAt(this.#position);
      if (code === newline) this.#line += 1;
      else if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0xfeff) return;
    }
  }

  topLevelObject(): JsonSpan | undefined {
    if (this.#text.charCodeAt(this.#position) !== openBrace) return undefined;
    const start = this.#position;
    const line = this.#line;
    const frames: Frame[] = [];
    let depth = 0;
    let duplicate: JsonSpan['duplicate'] = null;
    for (; this.#position < this.#text.length; this.#position += 1) {
      const code = this.#text.charCodeAt(this.#position);
      if (code === quote) {
        const repeated = this.#readString(frames.at(-1));
        if (repeated === undefined) return undefined;
        if (repeated !== null) duplicate ??= { key: repeated, line: this.#line };
      } else if (code === newline) this.#line += 1;
      else if (code === comma) expectKey(frames.at(-1));
      else if (code === openBrace || code === openBracket) {
        frames.push({ keys: code === openBrace ? new Set() : null, expectsKey: code === openBrace });
        depth = Math.max(depth, frames.length);
      } else if (code === closeBrace || code === closeBracket) {
        frames.pop();
        if (frames.length === 0) {
          this.#position += 1;
          return { start, end: this.#position, line, depth, duplicate };
        }
      }
    }
    return undefined;
  }

  /** Passes a string. Answers the key when it repeats one of its object, null when not, undefined when the string never ends. */
  #readString(frame: Frame | undefined): string | null | undefined {
    const start = this.#position + 1;
    let end = this.#text.indexOf('"', start);
    while (end >= 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) return undefined;
    this.#position = end;
    if (frame?.keys == null || !frame.expectsKey) return null;
    frame.expectsKey = false;
    const key = this.#text.slice(start, end);
    if (frame.keys.has(key)) return key;
    frame.keys.add(key);
    return null;
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
    return backslashes % 2 === 1;
  }
}

function expectKey(frame: Frame | undefined): void {
  if (frame?.keys != null) frame.expectsKey = true;
}
