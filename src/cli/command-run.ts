import type { OptionValues } from 'commander';
import type { OpenOptions, Workbench } from '../app-ports.ts';
import type { CliContext } from './cli-context.ts';
import { exitCodes } from './exit-codes.ts';
import { textOption } from './source-options.ts';

/** One run of one command: where its output goes and what its exit code will be. */
export class CommandRun {
  readonly context: CliContext;
  exitCode: number = exitCodes.ok;
  /** Whether a signal was the proper end of the command, as it is for a daemon. */
  isEndedBySignal = false;

  constructor(context: CliContext) {
    this.context = context;
  }

  endedBySignal(): void {
    this.isEndedBySignal = true;
  }

  /** The configuration and the environment that the common options of a command stand for. */
  openOptions(options: OptionValues): OpenOptions {
    const kubeconfig = textOption(options, 'kubeconfig');
    const { env } = this.context;
    return {
      configFile: textOption(options, 'config'),
      env: kubeconfig === undefined ? env : { ...env, KUBECONFIG: kubeconfig },
      flags: { history: textOption(options, 'history') },
    };
  }

  /** Opens the workbench for the length of `work`. */
  async withWorkbench<T>(options: OptionValues, work: (workbench: Workbench) => Promise<T>): Promise<T> {
    await using workbench = await this.context.services.openWorkbench(this.openOptions(options));
    return await work(workbench);
  }
}
