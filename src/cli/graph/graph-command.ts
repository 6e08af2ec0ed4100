import { type Command, Option, type OptionValues } from 'commander';
import type { GraphFocus } from '../../graph/focus-graph.ts';
import type { CommandRun } from '../command-run.ts';
import { formatDocument, outputOption } from '../output-format.ts';
import { readCount } from '../read-count.ts';
import { addManifestOptions, readSources, textOption } from '../source-options.ts';
import { formatDomains } from './domains-output.ts';

const formats = ['json', 'dot', 'mermaid', 'graphml'] as const;
const directions = ['up', 'down', 'both'] as const;

/** A drawing of more lines than this is hard to look at. */
const readableLines = 200;

/** `mooring graph export` and `mooring graph domains`: who depends on whom, as manifests (and optionally the live side) show it. */
export function addGraphCommand(program: Command, run: CommandRun): void {
  const command = program.command('graph').description('the dependency graph');
  addExport(command, run);
  addDomains(command, run);
}

function addExport(command: Command, run: CommandRun): void {
  const exporting = command
    .command('export')
    .description('print the dependency graph, or what is near one of its nodes')
    .option('--focus <kind/name>', 'only what is near this, such as deployment/web or a node of the graph')
    .addOption(new Option('--depth <count>', 'with --focus: how many edges away').default('2').argParser(readCount))
    .addOption(
      new Option('--direction <way>', 'with --focus: who depends on it (up), what it depends on (down)')
        .choices(directions)
        .default('both'),
    )
    .addOption(outputOption(formats));
  addManifestOptions(exporting).action(async (options: OptionValues) => {
    const format = formats.find((each) => each === textOption(options, 'output')) ?? 'json';
    const focus = focusOf(options);
    const text = await run.withWorkbench(options, (workbench) =>
      workbench.exportGraph(readSources(options), { format, focus }, run.context.signal),
    );
    run.context.write(text);
    const isDrawing = format === 'dot' || format === 'mermaid';
    if (isDrawing && focus === null && text.split('\n').length > readableLines)
      run.context.complain('That is much to look at: --focus KIND/NAME draws what is near one node.\n');
  });
}

function focusOf(options: OptionValues): GraphFocus | null {
  const target = textOption(options, 'focus');
  if (target === undefined) return null;
  const direction = directions.find((each) => each === textOption(options, 'direction')) ?? 'both';
  return { target, depth: Number(textOption(options, 'depth')), direction };
}

function addDomains(command: Command, run: CommandRun): void {
  const domains = command
    .command('domains')
    .description('what fails together: circles, cut points, shared nodes, borders of namespaces and zones')
    .addOption(new Option('--limit <count>', 'how many of each the table shows').default('10').argParser(readCount))
    .addOption(outputOption(['table', 'json', 'yaml']));
  addManifestOptions(domains).action(async (options: OptionValues) => {
    const output = textOption(options, 'output');
    const found = await run.withWorkbench(options, (workbench) =>
      workbench.domains(readSources(options), run.context.signal),
    );
    run.context.write(
      output === 'json' || output === 'yaml'
        ? await formatDocument(found, output)
        : formatDomains(found, run.context, Number(textOption(options, 'limit'))),
    );
  });
}
