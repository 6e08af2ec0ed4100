import { matchesGlob } from '../glob.ts';

/** An expression that Flux refuses too: the whole build fails. */
export class BadSubstitution extends Error {}

/**
 * Replaces `${NAME}` and the forms with an operator (`:-`, `:=`, `=`, `:n:m`, `#`, `%`, `/`, `^`, `,`, length) as the controllers of Flux
 * do; `$$` is one dollar sign. An unknown variable is empty. Throws BadSubstitution.
 */
export function expandVariables(text: string, valueOf: (name: string) => string | undefined): string {
  return new Expansion(text, valueOf).whole();
}

const maxDepth = 20;

class Expansion {
  readonly #text: string;
  readonly #valueOf: (name: string) => string | undefined;
  #at = 0;
  #depth = 0;

  constructor(text: string, valueOf: (name: string) => string | undefined) {
    this.#text = text;
    this.#valueOf = valueOf;
  }

  whole(): string {
    let result = '';
    while (this.#at < this.#text.length) {
      if (this.#starts('${')) result += this.#expression();
      else if (this.#starts('$$')) {
        this.#at += 2;
        result += '$';
      } else result += this.#take();
    }
    return result;
  }

  #expression(): string {
    this.#at += 2;
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new BadSubstitution('expressions are nested too deeply');
    const result = this.#starts('#') ? this.#length() : this.#operation(this.#name());
    this.#depth -= 1;
    return result;
  }

  #length(): string {
    this.#at += 1;
    const value = this.#held(this.#name());
    this.#close();
    return String(new TextEncoder().encode(value).length);
  }

  #operation(name: string): string {
    const value = this.#held(name);
    switch (this.#text[this.#at]) {
      case '}':
        this.#at += 1;
        return value;
      case ':':
        return /[=\-?+]/.test(this.#text[this.#at + 1] ?? '') ? this.#fallback(value, 2) : this.#part(value);
      case '=':
        return this.#fallback(value, 1);
      case '^':
      case ',':
        return this.#casing(value);
      case '/':
        return this.#replacement(value);
      case '#':
      case '%':
        return this.#removal(value);
      default:
        throw new BadSubstitution('a closing brace is missing');
    }
  }

  #fallback(value: string, length: number): string {
    this.#at += length;
    const instead = this.#argument('}');
    this.#close();
    return value === '' ? instead : value;
  }

  #part(value: string): string {
    this.#at += 1;
    const from = Number.parseInt(this.#argument(':}'), 10);
    let length: number | undefined;
    if (this.#text[this.#at] === ':') {
      this.#at += 1;
      length = Number.parseInt(this.#argument('}'), 10);
    }
    this.#close();
    if (Number.isNaN(from) || Number.isNaN(length)) return value;
    const start = from < 0 ? Math.max(0, value.length + from) : from;
    return length === undefined ? value.slice(start) : value.slice(start, Math.max(start, start + length));
  }

  #casing(value: string): string {
    const mark = this.#take();
    const all = this.#text[this.#at] === mark;
    if (all) this.#at += 1;
    this.#close();
    const change = (text: string): string => (mark === '^' ? text.toUpperCase() : text.toLowerCase());
    return all ? change(value) : change(value.slice(0, 1)) + value.slice(1);
  }

  #replacement(value: string): string {
    this.#at += 1;
    const mode = /[/#%]/.test(this.#text[this.#at] ?? '') ? this.#take() : '';
    const pattern = this.#argument('/', true);
    if (this.#text[this.#at] !== '/') throw new BadSubstitution('a replacement has no second slash');
    this.#at += 1;
    const instead = this.#argument('}', true);
    this.#close();
    if (mode === '/') return value.replaceAll(pattern, () => instead);
    if (mode === '#') return value.startsWith(pattern) ? instead + value.slice(pattern.length) : value;
    if (mode === '%') return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + instead : value;
    return value.replace(pattern, () => instead);
  }

  #removal(value: string): string {
    const mark = this.#take();
    const longest = this.#text[this.#at] === mark;
    if (longest) this.#at += 1;
    const pattern = this.#argument('}');
    this.#close();
    const lengths = [...Array(value.length).keys()].map((length) => length + 1);
    const fitting = (longest ? lengths.reverse() : lengths).find((length) =>
      matchesGlob(pattern, mark === '#' ? value.slice(0, length) : value.slice(-length), { separator: null }),
    );
    if (fitting === undefined) return value;
    return mark === '#' ? value.slice(fitting) : value.slice(0, value.length - fitting);
  }

  /** Text and nested expressions up to one of the end marks. */
  #argument(ends: string, withEscapes = false): string {
    let result = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw new BadSubstitution('a closing brace is missing');
      if (this.#starts('${')) result += this.#expression();
      else if (withEscapes && /^(?:\\[/\\]|\$\$)/.test(this.#text.slice(this.#at, this.#at + 2))) {
        result += this.#text[this.#at + 1] ?? '';
        this.#at += 2;
      } else if (ends.includes(character)) return result;
      else result += this.#take();
    }
  }

  #name(): string {
    const match = /^[\p{L}\p{Nd}_]+/u.exec(this.#text.slice(this.#at, this.#at + 300));
    if (match === null) throw new BadSubstitution('a variable has no name');
    this.#at += match[0].length;
    return match[0];
  }

  #held(name: string): string {
    return this.#valueOf(name) ?? '';
  }

  #close(): void {
    if (this.#text[this.#at] !== '}') throw new BadSubstitution('a closing brace is missing');
    this.#at += 1;
  }

  #take(): string {
    const character = this.#text[this.#at] ?? '';
    this.#at += 1;
    return character;
  }

  #starts(mark: string): boolean {
    return this.#text.startsWith(mark, this.#at);
  }
}
