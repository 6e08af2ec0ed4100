import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { JsonValue } from '../../src/resource/json.ts';
import { formatJson, parseJson, stringAt } from '../../src/resource/json.ts';

export interface GoQuestion {
  readonly text: string;
  /** Index of the document in the file. */
  readonly document: number;
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
}

/** Go's yaml.v3, which most tools that edit manifests are built on: read into nodes, set one, write all. */
export interface GoEditor extends AsyncDisposable {
  /** The edited text, or null when it could not. */
  edit(question: GoQuestion): Promise<string | null>;
}

/** Builds the program beside this file; null, with a line on stderr, where there is no Go. */
export async function openGoEditor(): Promise<GoEditor | null> {
  const dir = mkdtempSync(join(tmpdir(), 'mooring-yaml-v3-'));
  const program = join(dir, 'yaml-v3');
  try {
    await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, 'yaml-v3') });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    console.error(`yaml.v3 is left out: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  return editorOf(child, createInterface({ input: child.stdout }), dir);
}

function editorOf(child: ChildProcessByStdio<Writable, Readable, null>, lines: Interface, dir: string): GoEditor {
  const answers = lines[Symbol.asyncIterator]();
  return {
    async edit(question) {
      child.stdin.write(`${formatJson({ ...question })}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error('the Go program ended');
      const answer = parseJson(value);
      return stringAt(answer, 'error') === '' ? (stringAt(answer, 'text') ?? null) : null;
    },
    [Symbol.asyncDispose]() {
      child.stdin.end();
      lines.close();
      rmSync(dir, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
