const cellLimit = 4_000_000;

/**
 * Pairs of indexes of a longest common subsequence, in order. Common ends are matched first; when the middles are too large for
 * the table, they count as wholly different.
 */
export function longestCommon<T>(
  a: readonly T[],
  b: readonly T[],
  same: (x: T, y: T) => boolean,
): readonly (readonly [number, number])[] {
  const matchesAt = (i: number, j: number): boolean => {
    const x = a[i];
    const y = b[j];
    return x !== undefined && y !== undefined && same(x, y);
  };
  let head = 0;
  while (head < Math.min(a.length, b.length) && matchesAt(head, head)) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && matchesAt(a.length - 1 - tail, b.length - 1 - tail)) tail += 1;
  const rows = a.length - head - tail;
  const columns = b.length - head - tail;
  const middle = rows * columns > cellLimit ? [] : middlePairs(rows, columns, (i, j) => matchesAt(head + i, head + j));
  return [
    ...Array.from({ length: head }, (_, index) => [index, index] as const),
    ...middle.map(([i, j]) => [head + i, head + j] as const),
    ...Array.from({ length: tail }, (_, index) => [a.length - tail + index, b.length - tail + index] as const),
  ];
}

function middlePairs(
  rows: number,
  columns: number,
  same: (i: number, j: number) => boolean,
): readonly (readonly [number, number])[] {
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (same(i, j)) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
