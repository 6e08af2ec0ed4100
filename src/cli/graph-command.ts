import type { Command } from 'commander';
import type { CommandRun } from './command-run.ts';
import { outputOption } from './output-format.ts';
import { textOption } from './source-options.ts';
import { graphFormats } from '../app-ports.ts';

/** `mooring graph export`: who depends on whom, as manifests (and optionally the live side) show it. */
export function addGraphCommand(program: Command, run: CommandRun): void {
  program
    .command('graph')
    .description('the dependency graph')
    .command('export')
    .description('print the dependency graph')
    .option('--manifests <source>', 'manifests to read: a directory, or REPO[#REVISION][:PATH]')
    .option('--live <live>', 'also read the live side: a directory of dumps, or kube:[CONTEXT]')
    .option('-n, --namespace <namespace>', 'where objects without a namespace belong (default: "default")')
    .option('-c, --config <file>', 'a mooring.yaml that says what the options do not')
    .addOption(outputOption(graphFormats))
    .action(async (options) => {
      const sources = {
        desired: textOption(options, 'manifests'),
        live: textOption(options, 'live'),
        namespace: textOption(options, 'namespace'),
      };
      const format = graphFormats.find((each) => each === textOption(options, 'output')) ?? 'json';
      const text = await run.withWorkbench(textOption(options, 'config'), (workbench) =>
        workbench.exportGraph(sources, format, run.context.signal),
      );
      run.context.write(text);
    });
}
