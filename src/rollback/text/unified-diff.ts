import { longestCommon } from '../edit/longest-common.ts';
import type { FileChange } from '../repair-plan.ts';

/** Lines of the old file (from 0, end excluded) that may appear as context; others would show what the reader must not see. */
export interface ContextLimit {
  readonly first: number;
  readonly end: number;
}

type Row = { readonly sign: ' ' | '-' | '+'; readonly line: string; readonly old: number };

const contextLines = 3;

/** A unified diff as `git diff` prints it, and as `git apply` accepts it; empty when nothing changes. */
export function unifiedDiff(change: FileChange, limit?: ContextLimit): string {
  const { before, after } = change;
  if (before === after) return '';
  const rows = diffRows(splitLines(before ?? ''), splitLines(after ?? ''));
  const head = [`diff --git ${gitPath('a/', change.file)} ${gitPath('b/', change.file)}`];
  if (before === null) head.push('new file mode 100644');
  if (after === null) head.push('deleted file mode 100644');
  head.push(`--- ${before === null ? '/dev/null' : headerPath('a/', change.file)}`);
  head.push(`+++ ${after === null ? '/dev/null' : headerPath('b/', change.file)}`);
  return `${head.join('\n')}\n${hunks(rows, limit).map(formatHunk).join('')}`;
}

/** Each line with its line break; the last may lack one. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function diffRows(before: readonly string[], after: readonly string[]): readonly Row[] {
  const rows: Row[] = [];
  let oldAt = 0;
  let newAt = 0;
  const pairs = longestCommon(before, after, (a, b) => a === b);
  for (const [oldIndex, newIndex] of [...pairs, [before.length, after.length] as const]) {
    for (; oldAt < oldIndex; oldAt += 1) rows.push({ sign: '-', line: before[oldAt] ?? '', old: oldAt });
    for (; newAt < newIndex; newAt += 1) rows.push({ sign: '+', line: after[newAt] ?? '', old: oldAt });
    if (oldIndex < before.length) rows.push({ sign: ' ', line: before[oldIndex] ?? '', old: oldIndex });
    oldAt = oldIndex + 1;
    newAt = newIndex + 1;
  }
  return rows;
}

interface Hunk {
  readonly rows: readonly Row[];
  readonly oldStart: number;
  readonly newStart: number;
}

function hunks(rows: readonly Row[], limit: ContextLimit | undefined): readonly Hunk[] {
  const wanted = new Set<number>();
  for (const [index, row] of rows.entries()) {
    if (row.sign === ' ') continue;
    for (let near = index - contextLines; near <= index + contextLines; near += 1) wanted.add(near);
  }
  const kept = rows.map((row, index) => wanted.has(index) && (row.sign !== ' ' || isShown(row, limit)));
  const result: Hunk[] = [];
  let current: Row[] = [];
  let start = { old: 0, fresh: 0 };
  let oldLine = 0;
  let newLine = 0;
  for (const [index, row] of rows.entries()) {
    if (kept[index] === true) {
      if (current.length === 0) start = { old: oldLine, fresh: newLine };
      current.push(row);
    } else if (current.length > 0) {
      result.push({ rows: current, oldStart: start.old, newStart: start.fresh });
      current = [];
    }
    if (row.sign !== '+') oldLine += 1;
    if (row.sign !== '-') newLine += 1;
  }
  if (current.length > 0) result.push({ rows: current, oldStart: start.old, newStart: start.fresh });
  return result;
}

function isShown(row: Row, limit: ContextLimit | undefined): boolean {
  return limit === undefined || (row.old >= limit.first && row.old < limit.end);
}

function formatHunk(hunk: Hunk): string {
  const oldCount = hunk.rows.filter((row) => row.sign !== '+').length;
  const newCount = hunk.rows.filter((row) => row.sign !== '-').length;
  const range = (start: number, count: number): string => {
    const line = count === 0 ? start : start + 1;
    return count === 1 ? `${line}` : `${line},${count}`;
  };
  const header = `@@ -${range(hunk.oldStart, oldCount)} +${range(hunk.newStart, newCount)} @@\n`;
  return header + hunk.rows.map(formatRow).join('');
}

function formatRow(row: Row): string {
  return row.line.endsWith('\n') ? row.sign + row.line : `${row.sign}${row.line}\n\\ No newline at end of file\n`;
}

function headerPath(prefix: string, file: string): string {
  const path = gitPath(prefix, file);
  return path.includes(' ') && !path.startsWith('"') ? `${path}\t` : path;
}

/** Git's quoting: bytes outside printable ASCII, quotes and backslashes as octal escapes inside double quotes. */
function gitPath(prefix: string, file: string): string {
  const path = prefix + file;
  if (/^[\x20\x21\x23-\x5B\x5D-\x7E]*$/.test(path)) return path;
  const bytes = [...new TextEncoder().encode(path)];
  return `"${bytes.map((byte) => (isPlainByte(byte) ? String.fromCodePoint(byte) : `\\${byte.toString(8).padStart(3, '0')}`)).join('')}"`;
}

function isPlainByte(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
}
