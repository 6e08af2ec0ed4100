import { isJsonArray, isJsonObject, type JsonValue } from '../../../resource/json.ts';
import type { RulePath, RuleStep } from './rule-path.ts';

/**
 * The part of jq that path expressions of ignore rules are written in: members, indexes, `[]`, `?`, pipes, and `select` with
 * comparisons, `and`, `or`, `not`, `has`, `startswith`, `endswith`, `contains`. Undefined for anything else: such a rule is not applied.
 */
export function parseJqPath(expression: string): RulePath | undefined {
  if (expression.length > 2_000) return undefined;
  const tokens = tokenise(expression);
  if (tokens === undefined) return undefined;
  try {
    const steps = new Parser(tokens).wholePath();
    return steps.length === 0 ? { kind: 'everything' } : { kind: 'steps', steps };
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

type Token =
  | { readonly kind: 'word' | 'mark'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | number };

const tokenPattern = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(==|!=|[.[\]|?():,]))/y;

function tokenise(expression: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const text = expression.trim();
  for (let at = 0; at < text.length; at = tokenPattern.lastIndex) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(text);
    if (match === null) return undefined;
    const [, quoted, number, word, mark] = match;
    if (quoted !== undefined) {
      const value = readText(quoted);
      if (value === undefined) return undefined;
      tokens.push({ kind: 'value', value });
    } else if (number !== undefined) tokens.push({ kind: 'value', value: Number(number) });
    else tokens.push(word === undefined ? { kind: 'mark', text: mark ?? '' } : { kind: 'word', text: word });
  }
  return tokens;
}

function readText(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' && !quoted.includes('\\(') ? value : undefined;
  } catch {
    return undefined;
  }
}

type Condition = (value: JsonValue) => boolean;
type Reading = (value: JsonValue) => readonly (JsonValue | undefined)[];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  wholePath(): readonly RuleStep[] {
    const steps = this.#pipe();
    if (this.#at < this.#tokens.length) throw new NotUnderstood();
    return steps;
  }

  #pipe(): readonly RuleStep[] {
    const steps = [...this.#term()];
    while (this.#take('|')) steps.push(...this.#term());
    return steps;
  }

  #term(): readonly RuleStep[] {
    if (this.#takeWord('select')) {
      this.#expect('(');
      const from = this.#at;
      const test = this.#either();
      const names = namesIn(this.#tokens.slice(from, this.#at));
      this.#expect(')');
      return [{ kind: 'filter', test, names }];
    }
    if (this.#take('(')) {
      const steps = this.#pipe();
      this.#expect(')');
      return [...steps, ...this.#suffixes()];
    }
    return this.#path();
  }

  #path(): readonly RuleStep[] {
    this.#expect('.');
    const first = this.#memberName();
    const steps: RuleStep[] = first === undefined ? [] : [{ kind: 'member', name: first }];
    return [...steps, ...this.#suffixes()];
  }

  #suffixes(): readonly RuleStep[] {
    const steps: RuleStep[] = [];
    for (;;) {
      if (this.#take('?')) continue;
      if (this.#take('[')) steps.push(this.#bracket());
      else if (this.#take('.')) {
        const name = this.#memberName();
        if (name !== undefined) steps.push({ kind: 'member', name });
        else if (!this.#peek('[')) throw new NotUnderstood();
      } else return steps;
    }
  }

  #bracket(): RuleStep {
    if (this.#take(']')) return { kind: 'each' };
    const token = this.#next();
    this.#expect(']');
    if (token?.kind !== 'value') throw new NotUnderstood();
    if (typeof token.value === 'string') return { kind: 'member', name: token.value };
    if (token.value < 0) throw new NotUnderstood();
    return { kind: 'index', index: token.value };
  }

  /** A name right after a dot, bare or quoted. */
  #memberName(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'word') {
      this.#at += 1;
      return token.text;
    }
    if (token?.kind !== 'value' || typeof token.value !== 'string') return undefined;
    this.#at += 1;
    return token.value;
  }

  #either(): Condition {
    const tests = [this.#both()];
    while (this.#takeWord('or')) tests.push(this.#both());
    return (value) => tests.some((test) => test(value));
  }

  #both(): Condition {
    const tests = [this.#condition()];
    while (this.#takeWord('and')) tests.push(this.#condition());
    return (value) => tests.every((test) => test(value));
  }

  #condition(): Condition {
    const left = this.#operand();
    if (this.#take('==')) return this.#comparison(left, true);
    if (this.#take('!=')) return this.#comparison(left, false);
    return (value) => left(value).some((each) => each !== undefined && each !== null && each !== false);
  }

  #comparison(left: Reading, equal: boolean): Condition {
    const right = this.#operand();
    return (value) => {
      const wanted = right(value).map((each) => JSON.stringify(each ?? null));
      return left(value).some((each) => wanted.includes(JSON.stringify(each ?? null)) === equal);
    };
  }

  /** A path or a literal, and functions of text behind a pipe. */
  #operand(): Reading {
    let reading = this.#simpleOperand();
    while (this.#take('|')) reading = this.#applied(reading);
    return reading;
  }

  #simpleOperand(): Reading {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'value') {
      this.#at += 1;
      return () => [token.value];
    }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (this.#takeWord(word)) return () => [value];
    }
    if (this.#take('(')) {
      const inner = this.#either();
      this.#expect(')');
      return (value) => [inner(value)];
    }
    if (token?.kind === 'word') return this.#applied((value) => [value]);
    const steps = this.#path();
    return (value) =>
      steps.reduce<readonly (JsonValue | undefined)[]>(
        (values, step) => values.flatMap((each) => readStep(each, step)),
        [value],
      );
  }

  #applied(reading: Reading): Reading {
    const name = this.#next();
    const apply = name?.kind === 'word' ? functions[name.text] : undefined;
    if (apply === undefined) throw new NotUnderstood();
    let argument = '';
    if (name?.kind === 'word' && name.text !== 'not') {
      this.#expect('(');
      const token = this.#next();
      if (token?.kind !== 'value' || typeof token.value !== 'string') throw new NotUnderstood();
      argument = token.value;
      this.#expect(')');
    }
    return (value) => reading(value).map((each) => apply(each, argument));
  }

  #peek(mark: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'mark' && token.text === mark;
  }

  #take(mark: string): boolean {
    const found = this.#peek(mark);
    if (found) this.#at += 1;
    return found;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    const found = token?.kind === 'word' && token.text === word;
    if (found) this.#at += 1;
    return found;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw new NotUnderstood();
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }
}

/** The names of a condition that is nothing but `.name == "a" or .name == "b"`. */
function namesIn(tokens: readonly Token[]): readonly string[] {
  const text = tokens.map((token) => (token.kind === 'value' ? JSON.stringify(token.value) : token.text)).join(' ');
  const one = String.raw`\. name == "(?:[^"\\]|\\.)*"`;
  if (!new RegExp(`^${one}(?: or ${one})*$`).test(text)) return [];
  return tokens.flatMap((token) => (token.kind === 'value' ? String(token.value) : []));
}

type TextFunction = (value: JsonValue | undefined, argument: string) => boolean;

const functions: Readonly<Record<string, TextFunction>> = {
  not: (value) => value === undefined || value === null || value === false,
  has: (value, argument) => isJsonObject(value) && Object.hasOwn(value, argument),
  startswith: (value, argument) => typeof value === 'string' && value.startsWith(argument),
  endswith: (value, argument) => typeof value === 'string' && value.endsWith(argument),
  contains: (value, argument) => typeof value === 'string' && value.includes(argument),
};

function readStep(value: JsonValue | undefined, step: RuleStep): readonly (JsonValue | undefined)[] {
  if (step.kind === 'member')
    return [isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined];
  if (step.kind === 'index') return [isJsonArray(value) ? value[step.index] : undefined];
  if (step.kind !== 'each') return [];
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}
