import type { CliContext } from './cli-context.ts';
import { exitCodes } from './exit-codes.ts';
import type { Workbench } from '../app-ports.ts';

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

  /** Opens the workbench for the length of `work`. */
  async withWorkbench<T>(configFile: string | undefined, work: (workbench: Workbench) => Promise<T>): Promise<T> {
    await using workbench = await this.context.services.openWorkbench({ configFile, env: this.context.env });
    return await work(workbench);
  }
}
