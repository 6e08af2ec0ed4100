/** Who saw which change, over several ways to create the objects and several clients that made the change. */
export class Scoreboard {
  readonly #title: string;
  readonly #creations: readonly string[];
  readonly #sightings = new Map<string, Map<string, boolean[]>>();

  constructor(title: string, creations: readonly string[]) {
    this.#title = title;
    this.#creations = creations;
  }

  add(change: string, tool: string, creation: string, seen: boolean): void {
    const cells = this.#sightings.get(change) ?? new Map<string, boolean[]>();
    this.#sightings.set(change, cells);
    const cell = `${tool}\n${creation}`;
    cells.set(cell, [...(cells.get(cell) ?? []), seen]);
  }

  /** On how many changes a tool was right every time, for objects created in this way. */
  count(tool: string, creation: string): number {
    return [...this.#sightings.values()].filter((cells) => cells.get(`${tool}\n${creation}`)?.every(Boolean)).length;
  }

  /** A Markdown table: one mark in a cell for each way to create the objects (`~`: seen with one client and not the other). */
  format(): string {
    const cells = [...this.#sightings.values()].flatMap((row) => [...row.keys()]);
    const tools = [...new Set(cells.map((cell) => cell.split('\n')[0] ?? ''))];
    const marks = (row: ReadonlyMap<string, readonly boolean[]>, tool: string): string =>
      this.#creations.map((creation) => markOf(row.get(`${tool}\n${creation}`) ?? [])).join(' ');
    const sums = (tool: string): string =>
      this.#creations.map((creation) => `${this.count(tool, creation)}/${this.#sightings.size}`).join(' ');
    return [
      `${this.#title} (marks: ${this.#creations.join(', ')})`,
      '',
      `| change | ${tools.join(' | ')} |`,
      `| --- | ${tools.map(() => '---').join(' | ')} |`,
      ...[...this.#sightings].map(
        ([what, row]) => `| ${what} | ${tools.map((tool) => marks(row, tool)).join(' | ')} |`,
      ),
      `| **seen** | ${tools.map(sums).join(' | ')} |`,
    ].join('\n');
  }
}

function markOf(seen: readonly boolean[]): string {
  if (seen.every(Boolean)) return '✓';
  return seen.some(Boolean) ? '~' : '✗';
}
