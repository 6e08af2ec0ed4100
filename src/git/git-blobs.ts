import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { AppError } from '../errors/app-error.ts';
import type { FileContent } from '../collectors/file-tree.ts';
import { type GitSetup, gitArguments, gitEnvironment, gitStartError } from './run-git.ts';

interface Waiting {
  readonly id: string;
  readonly resolve: (content: FileContent) => void;
  readonly reject: (error: unknown) => void;
}

const newline = 0x0a;
/** Without an answer for this long the process is given up; a blob of 20 MB comes in a fraction of it. */
const silenceLimit = 30_000;
/** A process that nobody asks is ended; the next question starts another. */
const idleLimit = 10_000;

/**
 * Reads objects by id from one repository through one long-lived `git cat-file --batch --buffer`. Questions of one call go out
 * together and are answered in order; 5,000 blobs take a fraction of a second, a process for each would take half a minute.
 */
export class GitBlobs implements AsyncDisposable {
  readonly #setup: GitSetup;
  readonly #gitDirectory: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #waiting: Waiting[] = [];
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #awaited = 0;
  #silence: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(setup: GitSetup, gitDirectory: string) {
    this.#setup = setup;
    this.#gitDirectory = gitDirectory;
  }

  /** The contents of these objects in their order. A missing object is `unreadable`; a process that fails throws AppError. */
  async read(ids: readonly string[]): Promise<readonly FileContent[]> {
    if (ids.length === 0) return [];
    const bad = ids.find((id) => !/^[\da-f]{40}([\da-f]{24})?$/.test(id));
    if (bad !== undefined) throw new TypeError('an object id is 40 or 64 hexadecimal digits');
    clearTimeout(this.#idle);
    const child = this.#child ?? this.#start();
    keepAlive(child, true);
    const answers = ids.map(
      (id) => new Promise<FileContent>((resolve, reject) => this.#waiting.push({ id, resolve, reject })),
    );
    this.#watchSilence();
    // `flush` makes git send what it has buffered, so that one call gets all of its answers.
    child.stdin.write(`${ids.map((id) => `contents ${id}\n`).join('')}flush\n`);
    return await Promise.all(answers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end(
      new AppError({
        code: 'git-failed',
        what: 'git cat-file was stopped',
        why: 'the source is closed',
        remedy: 'None',
      }),
    );
    return Promise.resolve();
  }

  #start(): ChildProcessWithoutNullStreams {
    const call = { gitDirectory: this.#gitDirectory, arguments: ['cat-file', '--batch-command', '--buffer'] };
    const child = spawn(this.#setup.program, gitArguments(call), {
      cwd: this.#setup.home,
      env: gitEnvironment(this.#setup, {}),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', () => {});
    child.stderr.resume();
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#child === child) this.#take(chunk);
    });
    child.on('error', (error) => this.#fail(child, gitStartError(error)));
    child.on('close', (code) => this.#fail(child, ended(`it ended with code ${code ?? 'none'}`)));
    return child;
  }

  #fail(child: ChildProcessWithoutNullStreams, error: unknown): void {
    if (this.#child === child) this.#end(error);
  }

  #end(error: unknown): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#idle);
    const child = this.#child;
    const waiting = this.#waiting;
    this.#child = undefined;
    this.#waiting = [];
    this.#received = [];
    this.#receivedBytes = 0;
    this.#awaited = 0;
    child?.kill('SIGTERM');
    for (const { reject } of waiting) reject(error);
  }

  #watchSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#end(ended('it did not answer for 30 s')), silenceLimit);
    this.#silence.unref();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    // Joining the pieces only when a whole answer can be there keeps a large blob from being copied once for each piece.
    if (this.#receivedBytes < this.#awaited) return;
    let rest = Buffer.concat(this.#received);
    for (let answered = this.#answer(rest); answered !== undefined; answered = this.#answer(rest))
      rest = rest.subarray(answered);
    this.#received = rest.length === 0 ? [] : [rest];
    this.#receivedBytes = rest.length;
    if (this.#waiting.length > 0) this.#watchSilence();
    else this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#silence);
    if (this.#child !== undefined) keepAlive(this.#child, false);
    this.#idle = setTimeout(() => this.#end(ended('it was not needed')), idleLimit);
    this.#idle.unref();
  }

  /** Answers the first question from the start of `bytes`; how many bytes that took, or undefined when more have to come. */
  #answer(bytes: Buffer): number | undefined {
    const next = this.#waiting[0];
    const lineEnd = next === undefined ? -1 : bytes.indexOf(newline);
    if (next === undefined || lineEnd < 0) return undefined;
    const [, type, size] = bytes.toString('latin1', 0, lineEnd).split(' ');
    if (type === 'missing' || size === undefined) {
      this.#waiting.shift();
      this.#awaited = 0;
      next.resolve({ kind: 'unreadable', why: `the repository lacks its object ${next.id.slice(0, 12)}` });
      return lineEnd + 1;
    }
    const start = lineEnd + 1;
    const end = start + Number(size);
    if (bytes.length < end + 1) {
      this.#awaited = end + 1;
      return undefined;
    }
    this.#waiting.shift();
    this.#awaited = 0;
    // A copy of its own: a slice would keep the whole batch in memory.
    next.resolve({ kind: 'content', bytes: Buffer.from(bytes.subarray(start, end)) });
    return end + 1;
  }
}

/** Whether the child and its pipes keep our own process from ending; an idle one must not. */
function keepAlive(child: ChildProcessWithoutNullStreams, on: boolean): void {
  const pipes = [child.stdin, child.stdout, child.stderr].filter((pipe) => pipe instanceof Socket);
  for (const handle of [child, ...pipes]) {
    if (on) handle.ref();
    else handle.unref();
  }
}

function ended(why: string): AppError {
  return new AppError({
    code: 'git-failed',
    what: 'git cat-file failed',
    why,
    remedy: 'Check the repository with git fsck',
    retryable: true,
  });
}
