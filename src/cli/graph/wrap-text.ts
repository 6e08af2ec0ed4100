/** The narrowest page that is written for: a phone. */
export const narrowest = 32;

/**
 * Text in lines of at most `width` characters, the first after `first`, the others after as many blanks as `indent` says. Words that are
 * longer than a line are cut. A width of null cuts nothing. The text must be printable already.
 */
export function wrapText(
  text: string,
  { width, indent, first = ' '.repeat(indent) }: { width: number | null; indent: number; first?: string },
): string[] {
  if (width === null) return [`${first}${text}`];
  const room = Math.max(8, Math.max(narrowest, width) - indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => cut(whole, room))) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, at) => `${at === 0 ? first : ' '.repeat(indent)}${each}`);
}

function cut(word: string, room: number): string[] {
  const letters = Array.from(word);
  if (letters.length <= room) return [word];
  return Array.from({ length: Math.ceil(letters.length / room) }, (_, at) =>
    letters.slice(at * room, (at + 1) * room).join(''),
  );
}
