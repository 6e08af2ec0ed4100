/** How a pattern reads `*`. */
export interface GlobStyle {
  /** `*` and `?` stop at this character; null: they cross everything, as the globs of Argo CD do. */
  readonly separator: '/' | null;
}

type Part =
  | { readonly kind: 'text'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many'; readonly crosses: boolean }
  /** `**` with a slash after it: any number of whole folders, none included. */
  | { readonly kind: 'folders' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

const maxAlternatives = 256;
const maxPattern = 2_000;

/**
 * Whether a glob matches a whole text: `*`, `**`, `?`, `[a-z]`, `{a,b}`, `\x`. Time is at most pattern times text, whatever the
 * pattern; one that is too long or has too many alternatives matches nothing.
 */
export function matchesGlob(pattern: string, text: string, style: GlobStyle): boolean {
  if (pattern.length > maxPattern) return false;
  return expandBraces(pattern).some((plain) => matchesParts(parse(plain, style), text, style.separator));
}

const braces = /(?<!\\)\{((?:[^{}\\]|\\.)*)\}/;

/** The alternatives of `{a,b}`, innermost first; empty when there are too many. */
function expandBraces(pattern: string): readonly string[] {
  let open: readonly string[] = [pattern];
  while (open.some((each) => braces.test(each))) {
    open = open.flatMap(expandOnce);
    if (open.length > maxAlternatives) return [];
  }
  return open;
}

function expandOnce(pattern: string): readonly string[] {
  const match = braces.exec(pattern);
  if (match === null) return [pattern];
  const before = pattern.slice(0, match.index);
  const after = pattern.slice(match.index + match[0].length);
  return (match[1] ?? '').split(/(?<!\\),/).map((choice) => before + choice + after);
}

function parse(pattern: string, style: GlobStyle): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; ) {
    const { part, length } = parseOne(pattern, at, style);
    parts.push(part);
    at += length;
  }
  return parts;
}

function parseOne(pattern: string, at: number, style: GlobStyle): { readonly part: Part; readonly length: number } {
  const character = pattern[at] ?? '';
  if (character === '\\' && at + 1 < pattern.length) {
    return { part: { kind: 'text', character: pattern[at + 1] ?? '' }, length: 2 };
  }
  if (character === '?') return { part: { kind: 'one' }, length: 1 };
  if (character === '*') {
    const crosses = pattern[at + 1] === '*';
    const isWhole = at === 0 || pattern[at - 1] === '/';
    if (crosses && isWhole && pattern[at + 2] === '/' && style.separator === '/')
      return { part: { kind: 'folders' }, length: 3 };
    return { part: { kind: 'many', crosses }, length: crosses ? 2 : 1 };
  }
  const end = character === '[' ? pattern.indexOf(']', at + 2) : -1;
  if (end < 0) return { part: { kind: 'text', character }, length: 1 };
  return { part: readSet(pattern.slice(at + 1, end)), length: end + 1 - at };
}

function readSet(inside: string): Part {
  const negated = inside.startsWith('!') || inside.startsWith('^');
  const ranges = [...(negated ? inside.slice(1) : inside).matchAll(/(.)-(.)|(.)/gs)].map(
    ([, from, to, single = '']) => [from ?? single, to ?? single] as const,
  );
  return { kind: 'set', negated, ranges };
}

/** Walks all places of the pattern that are possible after each character at once. A place within a folder's name is negative. */
function matchesParts(parts: readonly Part[], text: string, separator: string | null): boolean {
  let reached = withSkips(new Set([0]), parts);
  for (const character of text) {
    const next = new Set<number>();
    for (const at of reached) {
      const place = placeAfter(parts, at, character, separator);
      if (place !== undefined) next.add(place);
    }
    if (next.size === 0) return false;
    reached = withSkips(next, parts);
  }
  return reached.has(parts.length);
}

function placeAfter(
  parts: readonly Part[],
  at: number,
  character: string,
  separator: string | null,
): number | undefined {
  const index = at < 0 ? -at - 1 : at;
  const part = parts[index];
  if (part === undefined) return undefined;
  if (part.kind === 'folders') return character === '/' ? index : -index - 1;
  if (!accepts(part, character, separator)) return undefined;
  return part.kind === 'many' ? index : index + 1;
}

/** A `*` may also stand for nothing. */
function withSkips(places: Set<number>, parts: readonly Part[]): Set<number> {
  for (const at of places) {
    const kind = at < 0 ? undefined : parts[at]?.kind;
    if (kind === 'many' || kind === 'folders') places.add(at + 1);
  }
  return places;
}

function accepts(part: Exclude<Part, { kind: 'folders' }>, character: string, separator: string | null): boolean {
  switch (part.kind) {
    case 'text':
      return part.character === character;
    case 'one':
      return character !== separator;
    case 'many':
      return part.crosses || character !== separator;
    case 'set':
      return (
        character !== separator &&
        part.ranges.some(([from, to]) => character >= from && character <= to) !== part.negated
      );
  }
}
