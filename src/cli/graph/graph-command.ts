import type { Command } from 'commander';
import type { CommandRun } from '../command-run.ts';
import { outputOption } from '../output-format.ts';
import { addManifestOptions, readSources, textOption } from '../source-options.ts';

const formats = ['json', 'dot', 'mermaid', 'graphml'] as const;

/** `mooring graph export`: who depends on whom, as manifests (and optionally the live side) show it. */
export function addGraphCommand(program: Command, run: CommandRun): void {
  const command = program
    .command('graph')
    .description('the dependency graph')
    .command('export')
    .description('print the dependency graph')
    .addOption(outputOption(formats));
  addManifestOptions(command).action(async (options) => {
    const format = formats.find((each) => each === textOption(options, 'output')) ?? 'json';
    const text = await run.withWorkbench(options, (workbench) =>
      workbench.exportGraph(readSources(options), format, run.context.signal),
    );
    run.context.write(text);
  });
}
