/** One document of a file. `line` (from 1) is where its content starts, `offsetLine` (from 1) where `text` starts. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
  readonly offsetLine: number;
  /** What follows `---` on its line when that is neither nothing nor a comment; kubectl refuses such a document. */
  readonly badSeparator: string | null;
}

/**
 * Splits a YAML file at its `---` lines by text, as the API machinery does, so that one broken document leaves the others readable.
 * Documents of nothing but comments and blanks are left out.
 */
export function splitDocuments(file: string): readonly DocumentText[] {
  const text = file.startsWith('\uFEFF') ? file.slice(1) : file;
  const documents: DocumentText[] = [];
  let start = 0;
  let offsetLine = 1;
  let badSeparator: string | null = null;
  for (;;) {
    const end = nextSeparator(text, start);
    const chunk = text.slice(start, end ?? text.length);
    const content = firstContentLine(chunk);
    if (content !== null || badSeparator !== null) {
      documents.push({ text: chunk, line: offsetLine + (content ?? 0), offsetLine, badSeparator });
    }
    if (end === undefined) return documents;
    const lineEnd = text.indexOf('\n', end);
    badSeparator = afterSeparator(text.slice(end + 3, lineEnd < 0 ? text.length : lineEnd));
    offsetLine += countLines(chunk) + 1;
    start = lineEnd < 0 ? text.length : lineEnd + 1;
  }
}

/** Where the next line that starts with `---` begins. */
function nextSeparator(text: string, from: number): number | undefined {
  if (text.startsWith('---', from)) return from;
  const found = text.indexOf('\n---', from);
  return found < 0 ? undefined : found + 1;
}

function afterSeparator(rest: string): string | null {
  const trimmed = rest.trim();
  return trimmed === '' || trimmed.startsWith('#') ? null : trimmed;
}

const blankOrComment = /^\s*(#.*)?$/;

function firstContentLine(chunk: string): number | null {
  let line = 0;
  for (let start = 0; start < chunk.length; line += 1) {
    const end = chunk.indexOf('\n', start);
    const stop = end < 0 ? chunk.length : end;
    if (!blankOrComment.test(chunk.slice(start, stop))) return line;
    start = stop + 1;
  }
  return null;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
