/**
 * Text that came from a cluster or a repository, made harmless for pull requests. Whatever it holds (Markdown, HTML, mentions,
 * references, closing keywords, commands, trailers), a reader sees the text and a forge sees nothing to act on.
 */

const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** Controls, direction marks and lone surrogates as visible escapes, so that what is shown is what is there. */
export function visible(text: string): string {
  return text.replaceAll(invisible, (character) => {
    if (character === '\n') return '⏎';
    if (character === '\t') return ' ';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** A Markdown code span on one line. Code spans make no links, mentions, references or HTML. Safe inside a table cell. */
export function code(text: string, limit = 120): string {
  const line = shorten(visible(text), limit);
  if (line.trim() === '') return '` `';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = '`'.repeat(longest + 1);
  const padded =
    line.startsWith('`') || line.endsWith('`') || (line.startsWith(' ') && line.endsWith(' ')) ? ` ${line} ` : line;
  return `${ticks}${padded.replaceAll('|', '\\|')}${ticks}`;
}

/**
 * A sentence of ours with foreign words in it, on one line, as prose: every character that means something in Markdown is escaped,
 * and signs that make mentions, references or links are followed by a character without width.
 */
export function prose(text: string, limit = 300): string {
  return shorten(visible(text), limit)
    .replaceAll(/[\\`*_{}[\]<>|~^]/g, (sign) => `\\${sign}`)
    .replaceAll(/[@#!&%$]/g, (sign) => `${sign}\u200B`)
    .replaceAll(/:\/\/|www\./gi, (link) => `${link.slice(0, 1)}\u200B${link.slice(1)}`);
}

/** A fenced block whose fence is longer than any run of backticks inside. */
export function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = '`'.repeat(longest + 1);
  const safe = text.replaceAll(invisible, (character) => (/[\n\t\r]/.test(character) ? character : visible(character)));
  return `${ticks}${language}\n${safe.endsWith('\n') ? safe : `${safe}\n`}${ticks}`;
}

/** For titles and commit subjects, which know no code spans: one line, and every character that a forge or a CI system acts on is defused. */
export function plain(text: string, limit = 100): string {
  return shorten(visible(text).trim(), limit)
    .replaceAll(/[@#!&~%$]/g, (sign) => `${sign}\u200B`)
    .replaceAll(/[[\]<>]/g, (bracket) => (bracket === '[' || bracket === '<' ? '(' : ')'))
    .replaceAll('`', "'");
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
