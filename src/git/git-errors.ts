import { AppError, type AppErrorParts } from '../errors/app-error.ts';

/** A text without the user names, passwords and tokens that URLs and headers carry. */
export function stripCredentials(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s'"]*@/gi, '$1')
    .replaceAll(/(authorization:\s*\w+\s+)\S+/gi, '$1•••')
    .replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .trim();
}

interface FailureRule {
  readonly pattern: RegExp;
  readonly code: AppErrorParts['code'];
  readonly why: string | null;
  readonly remedy: string;
  readonly retryable?: boolean;
}

/** Git tells its reasons by text alone (with LC_ALL fixed they are stable); the first rule that fits decides. */
const rules: readonly FailureRule[] = [
  {
    pattern: /transport '.*' not allowed|protocol .* not (allowed|supported)/i,
    code: 'git-refused',
    why: 'this way of reaching a repository is not allowed',
    remedy: 'Use an https or ssh URL',
  },
  {
    pattern:
      /could not read (Username|Password)|Authentication failed|Permission denied \(|HTTP 40[13]|terminal prompts disabled/i,
    code: 'source-unreadable',
    why: 'the server wants credentials, or does not accept the ones it got',
    remedy: 'Give Mooring read rights on the repository',
  },
  {
    pattern: /repository '.*' not found|does not appear to be a git repository|not a git repository|does not exist/i,
    code: 'source-not-found',
    why: 'there is no repository',
    remedy: 'Correct the path or URL of the source',
  },
  {
    pattern: /unable to update url base from redirection|The requested URL returned error: 30\d/i,
    code: 'git-refused',
    why: 'the server sends Mooring to another address, where its credentials must not go',
    remedy: 'Write the new address into the source',
  },
  {
    pattern:
      /Could not resolve host|Failed to connect|Connection (refused|timed out|reset)|Network is unreachable|unable to access|early EOF|hung up|Host key verification failed/i,
    code: 'git-failed',
    why: null,
    remedy: 'Check that the repository answers; it is tried again',
    retryable: true,
  },
  {
    pattern:
      /unknown revision|bad revision|ambiguous argument|Needed a single revision|not a valid object name|bad object/i,
    code: 'source-not-found',
    why: 'it has no such branch, tag or commit',
    remedy: 'Correct the revision of the source',
  },
];

/** What a git process that ended with an error means. */
export function describeGitFailure(args: readonly string[], code: number, errorText: string): AppError {
  const detail = shorten(stripCredentials(errorText.split('\n').filter(Boolean).slice(-3).join('; ')));
  const rule = rules.find(({ pattern }) => pattern.test(errorText));
  return new AppError({
    code: rule?.code ?? 'git-failed',
    what: `git ${args[0] ?? ''} failed`,
    why: rule?.why ?? (detail === '' ? `it ended with code ${code}` : detail),
    remedy: rule?.remedy ?? 'Check the repository with git itself',
    retryable: rule?.retryable ?? false,
  });
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
