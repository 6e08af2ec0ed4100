import type { Buffer } from 'node:buffer';
import { type ProgramEnd, runProgram } from '../collectors/run-program.ts';
import { AppError } from '../errors/app-error.ts';
import { describeGitFailure, stripCredentials } from './git-errors.ts';

/** How to start git. `variables` are those of the process; only the few that git needs are passed on. */
export interface GitSetup {
  /** The program; `git` is looked for on `PATH`. */
  readonly program: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** A directory without anybody's settings, used as HOME. */
  readonly home: string;
}

export interface GitCall {
  /** The bare repository or `.git` directory; null for calls that need none (`ls-remote`, `init`). */
  readonly gitDirectory: string | null;
  /** Protocols that may be spoken. A call that only reads a repository speaks none. */
  readonly protocols?: readonly ('https' | 'ssh' | 'file')[];
  readonly arguments: readonly string[];
  readonly input?: string | Uint8Array;
  /** Time limit in milliseconds. */
  readonly limit?: number;
  /** More settings, passed in the environment so that no process list shows them: `http.<url>.extraHeader`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Exit codes besides 0 that are answers, not errors. */
  readonly accept?: readonly number[];
  readonly signal: AbortSignal;
}

export interface GitAnswer {
  readonly code: number;
  readonly output: Buffer;
}

const defaultLimit = 60_000;
const maxOutput = 256 * 1024 * 1024;

/** Settings that hold for every call, whatever the repository's own configuration says. */
const fixedSettings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.askPass': '',
  'core.attributesFile': '/dev/null',
  'core.quotePath': 'false',
  'credential.helper': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'log.showSignature': 'false',
  'safe.bareRepository': 'explicit',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'http.followRedirects': 'initial',
  'advice.detachedHead': 'false',
};

const passedVariables = [
  'PATH',
  'SSH_AUTH_SOCK',
  'GIT_SSL_CAINFO',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'TMPDIR',
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
];

/** The environment of every git process: nothing of the user, no prompt, no helper, no protocol but the ones that are named. */
export function gitEnvironment(setup: GitSetup, call: Pick<GitCall, 'protocols' | 'settings'>): Record<string, string> {
  const environment: Record<string, string> = {
    HOME: setup.home,
    XDG_CONFIG_HOME: setup.home,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_PAGER: 'cat',
    GIT_ALLOW_PROTOCOL: call.protocols?.join(':') ?? 'none',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oStrictHostKeyChecking=yes',
  };
  for (const name of passedVariables) {
    const value = setup.variables[name];
    if (value !== undefined) environment[name] = value;
  }
  const settings = Object.entries({ ...fixedSettings, ...call.settings });
  environment['GIT_CONFIG_COUNT'] = String(settings.length);
  for (const [index, [key, value]] of settings.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

/** The arguments before the command's own. */
export function gitArguments(call: Pick<GitCall, 'gitDirectory' | 'arguments'>): readonly string[] {
  return ['--no-pager', ...(call.gitDirectory === null ? [] : [`--git-dir=${call.gitDirectory}`]), ...call.arguments];
}

/**
 * The only place, with `git-blobs.ts`, that starts git: an argument array, no shell, an environment of our own, a time limit (TERM,
 * then KILL). Throws AppError with a `git-*`, `source-*` or `tool-missing` code, without credentials.
 */
export async function runGit(setup: GitSetup, call: GitCall): Promise<GitAnswer> {
  const end = await startGit(setup, call);
  if (end.stopped !== null) throw stoppedError(end.stopped, call);
  if (end.code !== 0 && call.accept?.includes(end.code) !== true) {
    throw describeGitFailure(call.arguments, end.code, end.errors);
  }
  return { code: end.code, output: end.output };
}

async function startGit(setup: GitSetup, call: GitCall): Promise<ProgramEnd> {
  try {
    return await runProgram({
      program: setup.program,
      arguments: gitArguments(call),
      directory: setup.home,
      environment: gitEnvironment(setup, call),
      ...(call.input === undefined ? {} : { input: call.input }),
      limit: call.limit ?? defaultLimit,
      maxOutput,
      signal: call.signal,
    });
  } catch (error) {
    throw gitStartError(error);
  }
}

function stoppedError(why: 'time' | 'size', call: GitCall): AppError {
  const what = `git ${stripCredentials(call.arguments[0] ?? '')} was stopped`;
  if (why === 'size') {
    return new AppError({
      code: 'git-failed',
      what,
      why: 'it printed more than 256 MiB',
      remedy: 'Name a smaller path of the repository',
    });
  }
  const seconds = Math.round((call.limit ?? defaultLimit) / 1000);
  return new AppError({
    code: 'git-timeout',
    what,
    why: `it took longer than ${seconds} s`,
    remedy: 'Check that the repository answers, or try again later',
    retryable: true,
  });
}

/** What it means that git could not be started at all; other errors come back as they are. */
export function gitStartError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') return error;
  return new AppError({
    code: 'tool-missing',
    what: 'cannot start git',
    why: 'there is no such program on the PATH',
    remedy: 'Install git 2.38 or later',
    cause: error,
  });
}
