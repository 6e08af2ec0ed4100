/**
 * Text that cannot steer a terminal: names and values come from a cluster that others write to. Control characters, escape
 * sequences and direction overrides are shown as their code; line feeds only where `keepLines` is set.
 */
export function printable(text: string, keepLines = false): string {
  return text.replace(unsafe, (character) => {
    if (keepLines && (character === '\n' || character === '\t')) return character;
    const named = shortEscapes[character];
    if (named !== undefined) return named;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

// oxlint-disable-next-line no-control-regex -- these are the very characters that must not pass
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
