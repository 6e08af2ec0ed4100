import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../resource/json.ts';
import { findFunction } from './template-functions.ts';
import { TemplateProblem } from './template-problem.ts';

export interface GoTemplateOptions {
  /** `missingkey=error`: a member that is not there is an error instead of `<no value>`. */
  readonly strict: boolean;
}

/**
 * Evaluates the part of Go's text/template that ApplicationSets are written in: members, `index`, pipes, `if`/`else`, variables of the
 * root, and the functions in `template-functions.ts`. Throws TemplateProblem for anything else, naming it.
 */
export function evaluateGoTemplate(text: string, data: JsonObject, options: GoTemplateOptions): string {
  const parts = splitTemplate(text);
  if (parts.length === 1 && parts[0]?.kind === 'text') return text;
  const reader = { parts, at: 0 };
  const result = evaluateBlock(reader, { data, options });
  if (reader.at < parts.length) throw new TemplateProblem(`“${shown(parts[reader.at])}” closes nothing`);
  return result;
}

type TemplatePart = { readonly kind: 'text' | 'action'; readonly text: string };

interface Reader {
  readonly parts: readonly TemplatePart[];
  at: number;
}

interface Scope {
  readonly data: JsonObject;
  readonly options: GoTemplateOptions;
}

const action = /\{\{(-\s)?((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`])*?)(\s-)?\}\}/gs;

function splitTemplate(text: string): readonly TemplatePart[] {
  if (text.length > 200_000) throw new TemplateProblem('the template is too long');
  const parts: TemplatePart[] = [];
  let at = 0;
  let trimNext = false;
  for (const match of text.matchAll(action)) {
    const [whole, trimBefore, inside = '', trimAfter] = match;
    parts.push({ kind: 'text', text: trimmed(text.slice(at, match.index), trimNext, trimBefore !== undefined) });
    parts.push({ kind: 'action', text: inside.trim() });
    trimNext = trimAfter !== undefined;
    at = match.index + whole.length;
  }
  const rest = trimmed(text.slice(at), trimNext, false);
  if (rest.includes('{{')) throw new TemplateProblem('an action is not closed');
  return [...parts, { kind: 'text', text: rest } as const].filter((part) => part.kind === 'action' || part.text !== '');
}

function trimmed(text: string, start: boolean, end: boolean): string {
  const left = start ? text.trimStart() : text;
  return end ? left.trimEnd() : left;
}

/** Everything up to an `else` or `end` of the block that is open. */
function evaluateBlock(reader: Reader, scope: Scope): string {
  let result = '';
  for (; reader.at < reader.parts.length; reader.at += 1) {
    const part = reader.parts[reader.at];
    if (part === undefined || part.kind === 'text') result += part?.text ?? '';
    else if (/^(?:else\b|end$)/.test(part.text)) return result;
    else if (/^if\b/.test(part.text)) result += evaluateIf(reader, scope);
    else if (!/^\/\*.*\*\/$/s.test(part.text)) result += textOf(evaluatePipeline(part.text, scope));
  }
  return result;
}

function evaluateIf(reader: Reader, scope: Scope): string {
  let taken: string | undefined;
  for (;;) {
    const opening = reader.parts[reader.at]?.text ?? '';
    const condition = /^(?:else\s+)?if\b(.*)$/s.exec(opening)?.[1];
    const holds = taken === undefined && (condition === undefined || isTrue(evaluatePipeline(condition.trim(), scope)));
    reader.at += 1;
    // A branch that is not taken must not fail for what it would have asked.
    const branch = holds ? evaluateBlock(reader, scope) : skipBlock(reader);
    if (holds) taken = branch;
    const closing = reader.parts[reader.at]?.text;
    if (closing === undefined) throw new TemplateProblem('an if has no end');
    if (closing === 'end') return taken ?? '';
  }
}

function skipBlock(reader: Reader): string {
  for (let depth = 0; reader.at < reader.parts.length; reader.at += 1) {
    const part = reader.parts[reader.at];
    if (part === undefined || part.kind === 'text') continue;
    if (depth === 0 && /^(?:else\b|end$)/.test(part.text)) return '';
    if (/^(?:if|range|with|block|define)\b/.test(part.text)) depth += 1;
    if (part.text === 'end') depth -= 1;
  }
  return '';
}

const token =
  /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`)|(-?\d+(?:\.\d+)?)|(\$?(?:\.[A-Za-z_]\w*)+|\$|\.)|([A-Za-z_]\w*)|([()|]))/y;

type Token =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'member'; readonly path: readonly string[] }
  | { readonly kind: 'word' | 'mark'; readonly text: string };

function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.trimEnd().length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) throw new TemplateProblem(`“${text.slice(at).trim().slice(0, 40)}” is not understood`);
    const [, quoted, number, member, word, mark] = match;
    if (quoted !== undefined) tokens.push({ kind: 'value', value: readText(quoted) });
    else if (number !== undefined) tokens.push({ kind: 'value', value: Number(number) });
    else if (member !== undefined)
      tokens.push({ kind: 'member', path: member.replace(/^\$/, '').split('.').filter(Boolean) });
    else if (word !== undefined) tokens.push(wordToken(word));
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
}

function wordToken(word: string): Token {
  if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
  return word === 'nil' ? { kind: 'value', value: null } : { kind: 'word', text: word };
}

function readText(quoted: string): string {
  if (quoted.startsWith('`')) return quoted.slice(1, -1);
  try {
    const value: unknown = JSON.parse(quoted);
    if (typeof value === 'string') return value;
  } catch {
    // Go has more escapes than JSON.
  }
  throw new TemplateProblem(`the text ${quoted.slice(0, 40)} is not understood`);
}

function evaluatePipeline(text: string, scope: Scope): JsonValue | undefined {
  const reader = { tokens: tokenise(text), at: 0 };
  const value = readPipeline(reader, scope);
  if (reader.at < reader.tokens.length) throw new TemplateProblem(`“${text.slice(0, 60)}” is not understood`);
  return value;
}

interface TokenReader {
  readonly tokens: readonly Token[];
  at: number;
}

function readPipeline(reader: TokenReader, scope: Scope): JsonValue | undefined {
  let value = readCommand(reader, scope, []);
  while (isMark(reader, '|')) {
    reader.at += 1;
    value = readCommand(reader, scope, [value]);
  }
  return value;
}

/** A function with its operands and what the pipe brings, or one operand. */
function readCommand(
  reader: TokenReader,
  scope: Scope,
  piped: readonly (JsonValue | undefined)[],
): JsonValue | undefined {
  const first = reader.tokens[reader.at];
  if (first?.kind !== 'word') {
    if (piped.length > 0) throw new TemplateProblem('a pipe leads to something that is no function');
    return readOperand(reader, scope);
  }
  reader.at += 1;
  const operands: (JsonValue | undefined)[] = [];
  while (reader.at < reader.tokens.length && !isMark(reader, '|') && !isMark(reader, ')'))
    operands.push(readOperand(reader, scope));
  const apply = findFunction(first.text);
  if (apply === undefined) throw new TemplateProblem(`the function ${first.text} is not known here`);
  return apply([...operands, ...piped]);
}

function readOperand(reader: TokenReader, scope: Scope): JsonValue | undefined {
  const next = reader.tokens[reader.at];
  reader.at += 1;
  if (next?.kind === 'value') return next.value;
  if (next?.kind === 'member') return memberOf(next.path, scope);
  if (next?.kind !== 'mark' || next.text !== '(') throw new TemplateProblem('an operand is missing');
  const value = readPipeline(reader, scope);
  if (!isMark(reader, ')')) throw new TemplateProblem('a parenthesis is not closed');
  reader.at += 1;
  return value;
}

function isMark(reader: TokenReader, mark: string): boolean {
  const next = reader.tokens[reader.at];
  return next?.kind === 'mark' && next.text === mark;
}

function memberOf(path: readonly string[], { data, options }: Scope): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const name of path) {
    const held: JsonValue | undefined = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    if (held === undefined && options.strict) throw new TemplateProblem(`there is no parameter ${path.join('.')}`);
    value = held;
  }
  return value;
}

/** How Go prints a value. */
export function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '<no value>';
  if (isJsonArray(value)) return `[${value.map(textOf).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${key}:${textOf(value[key])}`);
  return `map[${members.join(' ')}]`;
}

export function isTrue(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return false;
  return isJsonArray(value) ? value.length > 0 : !isJsonObject(value) || Object.keys(value).length > 0;
}

function shown(part: TemplatePart | undefined): string {
  return (part?.text ?? '').slice(0, 40);
}
