import { AppError } from '../errors/app-error.ts';
import { describeGitFailure, stripCredentials } from './git-errors.ts';
import { type GitSetup, gitEnvironment } from './run-git.ts';

export interface RemoteCall {
  readonly url: string;
  /** More settings for this remote alone, kept out of the argument list: `http.<url>.extraHeader`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
  readonly signal: AbortSignal;
}

/** A remote that has said nothing for this long does not answer. A large fetch reports its progress all the time. */
const silence = 60_000;

/**
 * Runs one porcelain command that talks to a remote (`ls-remote`, `fetch`) through simple-git, and answers what it prints. Its deny
 * list is a second net; the first is the environment and the URL, which are ours. Throws AppError without credentials.
 */
export async function askRemote(setup: GitSetup, call: RemoteCall): Promise<string> {
  call.signal.throwIfAborted();
  const environment = gitEnvironment(setup, { protocols: protocolsOf(call.url), settings: call.settings });
  // Most sources are of this machine and never need it.
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({
    baseDir: setup.home,
    binary: setup.program,
    abort: call.signal,
    timeout: { block: silence },
    allowEnvironment: Object.keys(environment),
    // What these permit is set by us alone, to nothing: no hooks, no helper, no prompt, no monitor, no user settings.
    unsafe: {
      allowUnsafeAskPass: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
      allowUnsafePager: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeSshCommand: true,
    },
  });
  try {
    return await git.env(environment).raw([...call.arguments]);
  } catch (error) {
    call.signal.throwIfAborted();
    throw failureOf(error, call);
  }
}

function protocolsOf(url: string): readonly ('https' | 'ssh' | 'file')[] {
  if (/^https:/i.test(url)) return ['https'];
  return /^file:/i.test(url) ? ['file'] : ['ssh'];
}

function failureOf(error: unknown, call: RemoteCall): AppError {
  const text = error instanceof Error ? error.message : String(error);
  if (/block timeout reached/.test(text)) {
    return new AppError({
      code: 'git-timeout',
      what: `cannot read ${stripCredentials(call.url)}`,
      why: 'it has not answered for 60 s',
      remedy: 'Check that the repository answers; it is tried again',
      retryable: true,
    });
  }
  if (/ENOENT/.test(text) && /spawn/.test(text)) {
    const remedy = 'Install git 2.38 or later';
    return new AppError({
      code: 'tool-missing',
      what: 'cannot start git',
      why: 'there is no such program on the PATH',
      remedy,
    });
  }
  return describeGitFailure(
    [`${call.arguments.find((word) => !word.startsWith('-')) ?? ''} of ${stripCredentials(call.url)}`],
    128,
    text,
  );
}
