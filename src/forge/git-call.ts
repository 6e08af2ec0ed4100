import type { Buffer } from 'node:buffer';

/** One call of git, as the wiring hands it in: an argument array, an explicit environment, a time limit, errors without credentials. */
export type RunGit = (call: GitCall) => Promise<{ readonly code: number; readonly output: Buffer }>;

export interface GitCall {
  readonly gitDirectory: string | null;
  readonly arguments: readonly string[];
  readonly input?: string | Uint8Array;
  readonly protocols?: readonly ('https' | 'ssh' | 'file')[];
  readonly settings?: Readonly<Record<string, string>>;
  /** Exit codes besides 0 that are answers, not errors. */
  readonly accept?: readonly number[];
  readonly signal: AbortSignal;
}

/** Where people see the branches: the repository of this machine itself, or a remote that a local bare mirror stands for. */
export interface GitPlace {
  readonly git: RunGit;
  /** Holds the objects: the repository itself, or the mirror of `remote`. */
  readonly gitDirectory: string;
  readonly remote: GitRemote | null;
}

/** `settings` carry credentials (`http.<origin>.extraHeader`); they reach git by environment, never as an argument. */
export interface GitRemote {
  readonly url: string;
  readonly protocols: readonly ('https' | 'ssh' | 'file')[];
  readonly settings: Readonly<Record<string, string>>;
}

export async function gitText(
  place: GitPlace,
  args: readonly string[],
  signal: AbortSignal,
  input?: string | Uint8Array,
): Promise<string> {
  const call = { gitDirectory: place.gitDirectory, arguments: args, signal };
  const answer = await place.git(input === undefined ? call : { ...call, input });
  return answer.output.toString('utf8').trimEnd();
}

/** The output, or undefined when git ends with 1 or 128: no such object or ref. */
export async function gitTextIfAny(
  place: GitPlace,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await place.git({ gitDirectory: place.gitDirectory, arguments: args, accept: [1, 128], signal });
  return answer.code === 0 ? answer.output.toString('utf8').trimEnd() : undefined;
}
