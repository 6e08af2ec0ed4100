/** One line of a unified hunk: kept, removed or added. */
export interface DiffLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Beyond this many lines on a side the table of the comparison would be too large; the sides are then shown whole. */
const compareLimit = 2000;

/** The shortest line-by-line way from `before` to `after`. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const kept = (lines: readonly string[]) => lines.map((text) => ({ mark: ' ' as const, text }));
  return [
    ...kept(before.slice(0, start)),
    ...diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...kept(before.slice(before.length - end)),
  ];
}

function diffMiddle(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const removed = (text: string): DiffLine => ({ mark: '-', text });
  const added = (text: string): DiffLine => ({ mark: '+', text });
  if (before.length === 0 || after.length === 0 || before.length > compareLimit || after.length > compareLimit) {
    return [...before.map(removed), ...after.map(added)];
  }
  const table = commonLengths(before, after);
  const width = after.length + 1;
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const left = before[i];
    const right = after[j];
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left });
      i += 1;
      j += 1;
    } else if (
      left !== undefined &&
      (right === undefined || lengthAt(table, (i + 1) * width + j) >= lengthAt(table, i * width + j + 1))
    ) {
      lines.push(removed(left));
      i += 1;
    } else if (right !== undefined) {
      lines.push(added(right));
      j += 1;
    }
  }
  return lines;
}

/** Cell (i, j): the length of the longest common subsequence of before[i…] and after[j…]. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array {
  const width = after.length + 1;
  const table = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        before[i] === after[j]
          ? lengthAt(table, (i + 1) * width + j + 1) + 1
          : Math.max(lengthAt(table, (i + 1) * width + j), lengthAt(table, i * width + j + 1));
    }
  }
  return table;
}

function lengthAt(table: Uint16Array, index: number): number {
  return table[index] ?? 0;
}
