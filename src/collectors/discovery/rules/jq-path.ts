import { isJsonArray, isJsonObject, type JsonValue } from '../../../resource/json.ts';
import { type JqToken, tokenise } from './jq-tokens.ts';
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

type Reading = (value: JsonValue) => readonly (JsonValue | undefined)[];

class Parser {
  readonly #tokens: readonly JqToken[];
  #at = 0;

  constructor(tokens: readonly JqToken[]) {
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
      const condition = this.#pipeline();
      const names = namesIn(this.#tokens.slice(from, this.#at));
      this.#expect(')');
      return [{ kind: 'filter', test: (value) => condition(value).some(isTrue), names }, ...this.#suffixes()];
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

  /** What each stage answers is what the next one is asked about. */
  #pipeline(): Reading {
    let reading = this.#either();
    while (this.#take('|')) reading = piped(reading, this.#either());
    return reading;
  }

  #either(): Reading {
    const parts = [this.#both()];
    while (this.#takeWord('or')) parts.push(this.#both());
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return (value) => [parts.some((part) => part(value).some(isTrue))];
  }

  #both(): Reading {
    const parts = [this.#condition()];
    while (this.#takeWord('and')) parts.push(this.#condition());
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return (value) => [parts.every((part) => part(value).some(isTrue))];
  }

  #condition(): Reading {
    const left = this.#operand();
    const equal = this.#take('==');
    if (!equal && !this.#take('!=')) return left;
    const right = this.#operand();
    return (value) => {
      const wanted = right(value).map((each) => JSON.stringify(each ?? null));
      return left(value).map((each) => wanted.includes(JSON.stringify(each ?? null)) === equal);
    };
  }

  #operand(): Reading {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'value') {
      this.#at += 1;
      return () => [token.value];
    }
    for (const [word, value] of words) if (this.#takeWord(word)) return () => [value];
    if (this.#take('(')) {
      const inner = this.#pipeline();
      this.#expect(')');
      return inner;
    }
    if (token?.kind === 'word') return this.#function();
    const steps = this.#path();
    return (value) =>
      steps.reduce<readonly (JsonValue | undefined)[]>(
        (values, step) => values.flatMap((each) => readStep(each, step)),
        [value],
      );
  }

  #function(): Reading {
    const name = this.#next();
    const apply = name?.kind === 'word' && Object.hasOwn(functions, name.text) ? functions[name.text] : undefined;
    if (apply === undefined) throw new NotUnderstood();
    if (name?.kind === 'word' && name.text === 'not') return (value) => [apply(value, '')];
    this.#expect('(');
    const argument = this.#next();
    this.#expect(')');
    if (argument?.kind !== 'value' || typeof argument.value !== 'string') throw new NotUnderstood();
    const text = argument.value;
    return (value) => [apply(value, text)];
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

  #next(): JqToken | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }
}

/** The names of a condition that is nothing but `.name == "a" or .name == "b"`. */
function namesIn(tokens: readonly JqToken[]): readonly string[] {
  const text = tokens.map((token) => (token.kind === 'value' ? JSON.stringify(token.value) : token.text)).join(' ');
  const one = String.raw`\. name == "(?:[^"\\]|\\.)*"`;
  if (!new RegExp(`^${one}(?: or ${one})*$`).test(text)) return [];
  return tokens.flatMap((token) => (token.kind === 'value' ? String(token.value) : []));
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

function isTrue(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}

function piped(first: Reading, second: Reading): Reading {
  return (value) => first(value).flatMap((each) => second(each ?? null));
}

type TextFunction = (value: JsonValue | undefined, argument: string) => boolean;

const functions: Readonly<Record<string, TextFunction>> = {
  not: (value) => !isTrue(value),
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
