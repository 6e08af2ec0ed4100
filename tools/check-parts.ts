import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/** One program whose exit code says whether a part of the project is in order. */
export interface Part {
  readonly name: string;
  /** A program in `node_modules/.bin` and its arguments. */
  readonly command: readonly [string, ...string[]];
}

export interface PartResult {
  readonly name: string;
  readonly passed: boolean;
}

const root = dirname(import.meta.dirname);

/** What can be judged without running the product. Longest first, so that they overlap best. */
export const staticParts: readonly Part[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['biome', 'format', '.'] },
];

/** Unit tests, which hold the architecture and the freshness of the generated documents too. */
export const unitTests: Part = {
  name: 'unit tests, architecture, docs freshness',
  command: ['vitest', 'run', '--project', 'unit', '--reporter=dot'],
};

/** Runs the parts, as many at once as there are cores, and prints a line for each as it ends, with the output of a failing one. */
export async function runParts(parts: readonly Part[]): Promise<readonly PartResult[]> {
  const waiting = [...parts];
  const results: PartResult[] = [];
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) results.push(await runPart(part));
  };
  await Promise.all(Array.from({ length: Math.min(parts.length, availableParallelism()) }, worker));
  return results;
}

async function runPart(part: Part): Promise<PartResult> {
  const started = Date.now();
  const { code, output } = await run(part.command);
  const seconds = ((Date.now() - started) / 1_000).toFixed(1);
  const passed = code === 0;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${part.name} (${seconds} s)`);
  if (!passed) console.log(`\n${output.trim()}\n`);
  return { name: part.name, passed };
}

function run(command: Part['command']): Promise<{ code: number; output: string }> {
  const [program, ...args] = command;
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const child = spawn(join(root, 'node_modules', '.bin', program), args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: string): void => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  child.once('error', (error) => resolve({ code: 1, output: error.message }));
  child.once('close', (code) => resolve({ code: code ?? 1, output }));
  return promise;
}
