import type { Command } from 'commander';
import type { ConfigProblem } from '../config/config-problem.ts';
import type { CommandRun } from './command-run.ts';
import { exitCodes } from './exit-codes.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { printable } from './printable.ts';
import { textOption } from './source-options.ts';

/** `mooring check-config FILE`: everything that is wrong with a configuration, at once. */
export function addCheckConfigCommand(program: Command, run: CommandRun): void {
  program
    .command('check-config')
    .argument('[file]', 'the configuration', 'mooring.yaml')
    .description('say what is wrong with a configuration; exit code 0 when nothing is, 2 otherwise')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (file: string, options) => {
      const { examineConfig } = await import('../config/load-config.ts');
      const { problems, warnings } = await examineConfig({ file, env: run.context.env, flags: {}, now: new Date() });
      const output = textOption(options, 'output');
      run.context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument(
              { apiVersion: 'mooring.dev/v1', kind: 'ConfigCheck', file, problems, warnings },
              output,
            )
          : await describeProblems(file, problems, warnings),
      );
      if (problems.length > 0) run.exitCode = exitCodes.error;
    });
}

async function describeProblems(
  file: string,
  problems: readonly ConfigProblem[],
  warnings: readonly ConfigProblem[],
): Promise<string> {
  if (problems.length === 0 && warnings.length === 0) return `${printable(file)} is fine.\n`;
  const { describeProblem } = await import('../config/config-problem.ts');
  const listed = (all: readonly ConfigProblem[]): string =>
    all.map((each) => `  - ${printable(describeProblem(each))}\n`).join('');
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const wrong = problems.length === 0 ? `${printable(file)} can be used.\n` : `${printable(file)} has ${count}:\n`;
  const without = warnings.length === 0 ? '' : `Without effect:\n${listed(warnings)}`;
  return `${wrong}${listed(problems)}${without}`;
}
