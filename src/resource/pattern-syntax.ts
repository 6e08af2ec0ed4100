export type CharacterTest = (character: string) => boolean;

export type PatternNode =
  | { readonly kind: 'character'; readonly accepts: CharacterTest }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly choices: readonly PatternNode[] }
  /** `most` null: without end. */
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly least: number; readonly most: number | null };

/** Thrown within this file for what is not understood. */
class Unknown extends Error {}

const maxPattern = 2_000;
const maxDepth = 50;
/** As Go: a larger count is no expression. */
const maxCount = 1_000;

/** Reads a regular expression; undefined for what is not understood. */
export function parsePattern(pattern: string): PatternNode | undefined {
  if (pattern.length > maxPattern) return undefined;
  try {
    const reader = new PatternReader(Array.from(pattern));
    return reader.whole();
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  whole(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#characters.length) throw new Unknown();
    return node;
  }

  #choice(): PatternNode {
    const choices = [this.#sequence()];
    while (this.#take('|')) choices.push(this.#sequence());
    const [only] = choices;
    return choices.length === 1 && only !== undefined ? only : { kind: 'choice', choices };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      parts.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', parts };
  }

  #repeated(of: PatternNode): PatternNode {
    const counts = this.#counts();
    if (counts === undefined) return of;
    // A lazy repetition finds another match, not whether there is one.
    this.#take('?');
    if (this.#counts() !== undefined) throw new Unknown();
    return { kind: 'repeat', of, ...counts };
  }

  #counts(): { readonly least: number; readonly most: number | null } | undefined {
    if (this.#take('*')) return { least: 0, most: null };
    if (this.#take('+')) return { least: 1, most: null };
    if (this.#take('?')) return { least: 0, most: 1 };
    const written = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#characters.slice(this.#at, this.#at + 16).join(''));
    if (written === null) return undefined;
    const [whole, from = '', comma, to = ''] = written;
    const least = Number(from);
    const most = comma === undefined ? least : to === '' ? null : Number(to);
    if (least > maxCount || (most !== null && (most > maxCount || most < least))) throw new Unknown();
    this.#at += whole.length;
    return { least, most };
  }

  #atom(): PatternNode {
    const character = this.#next();
    switch (character) {
      case '^':
        return { kind: 'begin' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'character', accepts: (each) => each !== '\n' };
      case '(':
        return this.#group();
      case '[':
        return { kind: 'character', accepts: this.#class() };
      case '\\':
        return { kind: 'character', accepts: this.#escape() };
      case '*':
      case '+':
      case '?':
        throw new Unknown();
      default:
        return { kind: 'character', accepts: (each) => each === character };
    }
  }

  #group(): PatternNode {
    // `(?:…)` and `(?P<name>…)` group; anything else after `(?` changes the meaning.
    if (this.#take('?')) {
      const named = /^(?::|P?<[A-Za-z]\w*>)/.exec(this.#characters.slice(this.#at, this.#at + 64).join(''));
      if (named === null) throw new Unknown();
      this.#at += named[0].length;
    }
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new Unknown();
    const inner = this.#choice();
    if (!this.#take(')')) throw new Unknown();
    this.#depth -= 1;
    return inner;
  }

  #escape(): CharacterTest {
    const character = this.#next();
    const known = shorthand[character] ?? plainEscape(character);
    if (known === undefined) throw new Unknown();
    return known;
  }

  #class(): CharacterTest {
    const isNegated = this.#take('^');
    const members: CharacterTest[] = [];
    // A bracket that comes first is a character.
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) members.push(this.#member());
    this.#next();
    return (each) => members.some((accepts) => accepts(each)) !== isNegated;
  }

  #member(): CharacterTest {
    const first = this.#next();
    if (first === '[' && this.#peek() === ':') return this.#posix();
    if (first === '\\') {
      const named = shorthand[this.#peek() ?? ''];
      if (named !== undefined) {
        this.#next();
        return named;
      }
    }
    const low = first === '\\' ? this.#literal() : first;
    const isRange = this.#peek() === '-' && this.#characters[this.#at + 1] !== ']';
    if (!isRange) return (each) => each === low;
    this.#next();
    const last = this.#next();
    const [from, to] = [codeOf(low), codeOf(last === '\\' ? this.#literal() : last)];
    if (to < from) throw new Unknown();
    return (each) => codeOf(each) >= from && codeOf(each) <= to;
  }

  /** What an escape within a class stands for. */
  #literal(): string {
    const character = this.#next();
    const value = escapes[character] ?? (/^[^A-Za-z0-9]$/u.test(character) ? character : undefined);
    if (value === undefined) throw new Unknown();
    return value;
  }

  #posix(): CharacterTest {
    const name = /^:([a-z]+):\]/.exec(this.#characters.slice(this.#at, this.#at + 12).join(''));
    const known = posixClasses[name?.[1] ?? ''];
    if (name === null || known === undefined) throw new Unknown();
    this.#at += name[0].length;
    return (each) => known.test(each);
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw new Unknown();
    this.#at += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

function plainEscape(character: string): CharacterTest | undefined {
  const value = escapes[character] ?? (/^[^A-Za-z0-9]$/u.test(character) ? character : undefined);
  return value === undefined ? undefined : (each) => each === value;
}

const isDigit: CharacterTest = (each) => /^[0-9]$/.test(each);
const isWord: CharacterTest = (each) => /^\w$/.test(each);
const isSpace: CharacterTest = (each) => /^[\t\n\f\r ]$/.test(each);

const shorthand: Readonly<Record<string, CharacterTest>> = {
  d: isDigit,
  D: (each) => !isDigit(each),
  w: isWord,
  W: (each) => !isWord(each),
  s: isSpace,
  S: (each) => !isSpace(each),
};

const posixClasses: Readonly<Record<string, RegExp>> = {
  alnum: /^[0-9A-Za-z]$/,
  alpha: /^[A-Za-z]$/,
  digit: /^[0-9]$/,
  lower: /^[a-z]$/,
  upper: /^[A-Z]$/,
  word: /^\w$/,
  xdigit: /^[0-9A-Fa-f]$/,
};
