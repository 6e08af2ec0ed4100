import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Buffer } from 'node:buffer';

/** One run of a program: no shell, nothing inherited, a time limit in milliseconds and a limit of what it may print, in bytes. */
export interface ProgramCall {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly limit: number;
  readonly maxOutput: number;
  readonly signal: AbortSignal;
}

/** `stopped` tells why the program was ended before it ended by itself. */
export interface ProgramEnd {
  readonly code: number;
  readonly output: Buffer;
  readonly errors: string;
  readonly stopped: 'time' | 'size' | null;
}

const killAfter = 3_000;
const maxErrorBytes = 64 * 1024;

/** Runs to the end, or TERM and then KILL at a limit. Throws the signal's reason on abort, and what `spawn` says (`ENOENT`). */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  call.signal.throwIfAborted();
  const child = spawn(call.program, call.arguments, {
    cwd: call.directory,
    env: { ...call.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stopper = new Stopper(child);
  const limit = setTimeout(() => stopper.stop('time'), call.limit);
  const abort = (): void => stopper.stop('aborted');
  call.signal.addEventListener('abort', abort, { once: true });
  const output = gather(child, call.maxOutput, () => stopper.stop('size'));
  // It may end before it has read its input; its exit code and its message say why.
  child.stdin.on('error', () => {});
  child.stdin.end(call.input ?? '');
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exit) => resolve(exit ?? 128));
    });
    if (stopper.reason === 'aborted') call.signal.throwIfAborted();
    const stopped = stopper.reason === 'time' || stopper.reason === 'size' ? stopper.reason : null;
    return { code, output: output.bytes(), errors: output.errors(), stopped };
  } finally {
    clearTimeout(limit);
    stopper.dispose();
    call.signal.removeEventListener('abort', abort);
  }
}

class Stopper {
  readonly #child: ChildProcessWithoutNullStreams;
  #timer: NodeJS.Timeout | undefined;
  reason: 'time' | 'size' | 'aborted' | null = null;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
  }

  stop(reason: 'time' | 'size' | 'aborted'): void {
    if (this.reason !== null) return;
    this.reason = reason;
    this.#child.kill('SIGTERM');
    this.#timer = setTimeout(() => this.#child.kill('SIGKILL'), killAfter);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}

interface Gathered {
  bytes(): Buffer;
  errors(): string;
}

function gather(child: ChildProcessWithoutNullStreams, maxOutput: number, tooMuch: () => void): Gathered {
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let size = 0;
  let errorSize = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxOutput) tooMuch();
    else output.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errorSize += chunk.length;
    if (errorSize <= maxErrorBytes) errors.push(chunk);
  });
  return { bytes: () => Buffer.concat(output), errors: () => Buffer.concat(errors).toString('utf8') };
}
