/**
 * Whether a pattern holds for a path of a report: for the path itself, or for something above it. `*` stands for characters within
 * one step, `**` for any number of steps. Time is bounded by the product of the two lengths and the number of steps: no regular
 * expression is made from what a user wrote.
 */
export function patternCovers(pattern: string, path: string): boolean {
  // Asked for each rule and each difference, and nearly always no.
  if (!path.startsWith(literalOf(pattern))) return false;
  const ends = stepEnds(path);
  if (globMatches(pattern, path, ends)) return true;
  for (let end = path.length - 1; end > 0; end--) {
    if (ends[end] === true && globMatches(pattern, path.slice(0, end), ends)) return true;
  }
  return false;
}

/** What every path that it covers begins with. */
function literalOf(pattern: string): string {
  const star = pattern.indexOf('*');
  return star === -1 ? pattern : pattern.slice(0, star);
}

/** A pattern over plain words: kinds, namespaces, names. */
export function wordMatches(pattern: string, word: string): boolean {
  if (pattern === word) return true;
  return pattern.includes('*') && globMatches(pattern, word, []);
}

/** Where one step ends and the next begins: at a dot or a bracket, but not at those within quotes or brackets (`[host=a.example]`). */
function stepEnds(path: string): readonly boolean[] {
  const ends: boolean[] = [];
  let [isQuoted, isBracketed] = [false, false];
  for (let index = 0; index < path.length; index++) {
    const character = path[index];
    ends.push(!isQuoted && !isBracketed && (character === '.' || character === '['));
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === '[') isBracketed = true;
    else if (!isQuoted && character === ']') isBracketed = false;
  }
  return ends;
}

interface Retry {
  /** Where the pattern goes on after the star. */
  readonly pattern: number;
  /** How far the star reaches. */
  text: number;
}

/** A star that may not reach any further gives way to the last double star before it. */
function globMatches(pattern: string, text: string, ends: readonly boolean[]): boolean {
  let [p, t] = [0, 0];
  let within: Retry | null = null;
  let across: Retry | null = null;
  while (t < text.length) {
    if (pattern[p] === '*' && pattern[p + 1] === '*') {
      p += 2;
      across = { pattern: p, text: t };
      within = null;
    } else if (pattern[p] === '*') {
      p += 1;
      within = { pattern: p, text: t };
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else {
      const retry: Retry | null = within !== null && !isDot(text, within.text, ends) ? within : across;
      if (retry === null) return false;
      if (retry === across) within = null;
      retry.text++;
      [p, t] = [retry.pattern, retry.text];
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A bracket belongs to the name before it: `containers*` holds for `containers[name=web]`. */
function isDot(text: string, index: number, ends: readonly boolean[]): boolean {
  return ends[index] === true && text[index] === '.';
}
