import { type Command, Option, type OptionValues } from 'commander';
import { AppError } from '../../errors/app-error.ts';
import type { GraphFocus } from '../../graph/focus-graph.ts';
import type { CommandRun } from '../command-run.ts';
import { formatDocument, outputOption } from '../output-format.ts';
import { readCount } from '../read-count.ts';
import { addManifestOptions, readSources, textOption } from '../source-options.ts';
import { type DomainsView, formatDomains } from './domains-output.ts';

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
    .option('--server <url>', 'ask a running daemon instead, such as http://127.0.0.1:9480; as json only')
    .addOption(outputOption(formats));
  addManifestOptions(exporting).action(async (options: OptionValues) => {
    const format = formats.find((each) => each === textOption(options, 'output')) ?? 'json';
    const focus = focusOf(options);
    const server = textOption(options, 'server');
    if (server !== undefined) {
      if (format !== 'json') throw notDrawn(format);
      run.context.write(await formatDocument(await ask(run, server, graphPath(focus)), 'json'));
      return;
    }
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

async function ask(run: CommandRun, server: string, path: string): Promise<unknown> {
  const { askServer } = await import('../ask-server.ts');
  return await askServer(server, path, run.context.signal);
}

function graphPath(focus: GraphFocus | null): string {
  if (focus === null) return '/api/v1/graph';
  const { target, depth, direction } = focus;
  return `/api/v1/graph?${new URLSearchParams({ focus: target, depth: String(depth), direction }).toString()}`;
}

function notDrawn(format: string): AppError {
  return new AppError({
    code: 'usage',
    what: `cannot export the graph of a daemon as ${format}`,
    why: 'a daemon answers with JSON',
    remedy: 'Take -o json, or name --manifests and --live instead of --server to draw',
  });
}

function addDomains(command: Command, run: CommandRun): void {
  const domains = command
    .command('domains')
    .description('what fails together: circles, cut points, shared nodes, borders of namespaces and zones')
    .addOption(new Option('--limit <count>', 'how many of each the table shows').default('10').argParser(readCount))
    .option('--server <url>', 'ask a running daemon instead, such as http://127.0.0.1:9480')
    .addOption(outputOption(['table', 'json', 'yaml']));
  addManifestOptions(domains).action(async (options: OptionValues) => {
    const output = textOption(options, 'output');
    const server = textOption(options, 'server');
    const { document, view } = server === undefined ? await ownDomains(run, options) : await domainsOf(run, server);
    run.context.write(
      output === 'json' || output === 'yaml'
        ? await formatDocument(document, output)
        : formatDomains(view(), run.context, Number(textOption(options, 'limit'))),
    );
  });
}

interface Answer {
  readonly document: unknown;
  readonly view: () => DomainsView;
}

async function ownDomains(run: CommandRun, options: OptionValues): Promise<Answer> {
  const document = await run.withWorkbench(options, (workbench) =>
    workbench.domains(readSources(options), run.context.signal),
  );
  return { document, view: () => document };
}

async function domainsOf(run: CommandRun, server: string): Promise<Answer> {
  const [document, { domainsDocument }] = await Promise.all([
    ask(run, server, '/api/v1/graph/domains'),
    import('../server-documents.ts'),
  ]);
  return { document, view: () => domainsDocument.parse(document) };
}
