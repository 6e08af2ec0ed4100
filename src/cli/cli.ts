import { Command, CommanderError } from 'commander';
import { AppError, asAppError } from '../errors/app-error.ts';
import { addAuditCommand } from './audit-command.ts';
import { addBlastRadiusCommand } from './graph/blast-radius-command.ts';
import type { CliContext } from './cli-context.ts';
import { addCheckConfigCommand } from './check-config-command.ts';
import { CommandRun } from './command-run.ts';
import { addDeliveriesCommand } from './deliveries-command.ts';
import { describeError } from './describe-error.ts';
import { addDiffCommand } from './diff-command.ts';
import { addEpisodesCommand } from './episodes-command.ts';
import { exitCodes } from './exit-codes.ts';
import { addGraphCommand } from './graph/graph-command.ts';
import { wantsJson } from './output-format.ts';
import { addPredictionsCommand } from './graph/predictions-command.ts';
import { addUpstreamCommand } from './graph/upstream-command.ts';
import { addRollbackCommand } from './rollback-command.ts';
import { addRunCommand } from './run-command.ts';
import { addStatusCommand } from './status-command.ts';
import { version } from './version.ts';

/** Runs one command line and returns its exit code. Never throws; every failure becomes one message on standard error. */
export async function runCli(context: CliContext): Promise<number> {
  const run = new CommandRun(context);
  try {
    await createProgram(run).parseAsync(context.argv, { from: 'user' });
    return context.signal.aborted && !run.isEndedBySignal ? exitCodes.interrupted : run.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.ok;
    if (context.signal.aborted) return exitCodes.interrupted;
    return complain(context, thrown instanceof CommanderError ? usageError(thrown) : thrown);
  }
}

const commands = [
  addRunCommand,
  addAuditCommand,
  addDiffCommand,
  addEpisodesCommand,
  addDeliveriesCommand,
  addBlastRadiusCommand,
  addGraphCommand,
  addUpstreamCommand,
  addPredictionsCommand,
  addRollbackCommand,
  addStatusCommand,
  addCheckConfigCommand,
] as const;

/** The whole grammar of the command line. */
export function createProgram(run: CommandRun): Command {
  const program = new Command('mooring')
    .description(
      'Keeps a Kubernetes cluster moored to Git: what drifted, who did it, what it puts at risk, how to repair it.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => run.context.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => run.context.columns ?? 100,
      getOutHasColors: () => run.context.colour,
    });
  for (const add of commands) add(program, run);
  return program;
}

function complain(context: CliContext, thrown: unknown): number {
  const error = asAppError(thrown, 'cannot finish the command');
  context.complain(describeError(error, wantsJson(context.argv)));
  if (error.code !== 'internal') return exitCodes.error;
  if (thrown instanceof Error && context.env['MOORING_DEBUG']) context.complain(`${thrown.stack ?? ''}\n`);
  return exitCodes.defect;
}

/** Commander's own message, in the words and the shape of every other error. */
function usageError(error: CommanderError): AppError {
  const [reason = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const why = suggestion === undefined ? reason : `${reason}, ${suggestion.replace(/[()?]/g, '').toLowerCase()}?`;
  return new AppError({
    code: 'usage',
    what: 'cannot read the command line',
    why: error.code === 'commander.help' ? 'it names no command' : why.replace(/\.$/, ''),
    remedy: 'Run "mooring --help", or "mooring COMMAND --help" for one command',
  });
}
