import type { Command } from 'commander';
import type { CommandRun } from './command-run.ts';
import { exitCodes } from './exit-codes.ts';
import { outputOption } from './output-format.ts';
import { printReport } from './print-report.ts';
import { addSourceOptions, readSources, textOption } from './source-options.ts';

/** `mooring audit`: compares both sides once, prints the report, and ends with 1 when something drifted. */
export function addAuditCommand(program: Command, run: CommandRun): void {
  const command = program
    .command('audit')
    .description('compare what is live with what Git says; exit code 0 in sync, 1 drift, 2 or more an error')
    .addOption(outputOption(['table', 'json', 'yaml', 'diff']));
  addSourceOptions(command).action(async (options) => {
    const report = await run.withWorkbench(options, (workbench) =>
      workbench.audit(readSources(options), run.context.signal),
    );
    run.context.write(await printReport(report, textOption(options, 'output') ?? 'table', run.context));
    if (report.summary.drifted > 0) run.exitCode = exitCodes.drift;
  });
}
