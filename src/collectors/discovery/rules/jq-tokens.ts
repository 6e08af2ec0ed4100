/** A word, a mark, or a literal of jq. */
export type JqToken =
  | { readonly kind: 'word' | 'mark'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | number };

const tokenPattern = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(==|!=|[.[\]|?():,]))/y;

/** Undefined when something stands there that is not understood. */
export function tokenise(expression: string): readonly JqToken[] | undefined {
  const tokens: JqToken[] = [];
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
