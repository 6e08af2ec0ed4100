import { AppError } from '../errors/app-error.ts';

/** One thing that is wrong with a configuration. `value` is as written, shortened; null when nothing was written. */
export interface ConfigProblem {
  /** The key as in the documentation, `hooks[0].url`, with its environment variable or flag where the value came from there. */
  readonly path: string;
  /** Line in the file, from 1; null when the value is not in the file. */
  readonly line: number | null;
  readonly value: string | null;
  readonly reason: string;
  readonly remedy: string;
}

/** All problems of one configuration as the one error that a command ends with. */
export function configError(file: string | null, problems: readonly ConfigProblem[]): AppError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const list = problems.map((problem) => `\n  - ${describeProblem(problem)}`).join('');
  return new AppError({
    code: 'config-invalid',
    what: `cannot use the configuration${file === null ? '' : ` ${file}`}`,
    why: `it has ${count}:${list}\n`,
    remedy: 'Correct it; docs/configuration.md describes every key',
  });
}

/** "hooks[0].url (line 12) is "ftp://x": it is no http or https URL. Write one that starts with https://." */
export function describeProblem(problem: ConfigProblem): string {
  const place = problem.line === null ? '' : ` (line ${problem.line})`;
  const value = problem.value === null ? '' : ` is ${problem.value}`;
  const end = problem.remedy.endsWith('?') ? '' : '.';
  return `${problem.path}${place}${value}: ${problem.reason}. ${problem.remedy}${end}`;
}
