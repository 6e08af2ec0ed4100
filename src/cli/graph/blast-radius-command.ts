import type { Command, OptionValues } from 'commander';
import { Option } from 'commander';
import { AppError } from '../../errors/app-error.ts';
import type { CommandRun } from '../command-run.ts';
import { formatDocument, outputOption } from '../output-format.ts';
import { readCount } from '../read-count.ts';
import { addManifestOptions, readSources, textOption } from '../source-options.ts';
import { formatBlastRadius, type RadiusView } from './radius-output.ts';

/** `mooring blast-radius KIND/NAME`: who breaks, degrades, or may, when this changes or fails, or when a proposed change is merged. */
export function addBlastRadiusCommand(program: Command, run: CommandRun): void {
  const command = program
    .command('blast-radius')
    .argument('[kind/name]', 'what changes or fails, such as deployment/web, configmap/flags or a node of the graph')
    .description('rank what breaks when something changes or fails')
    .option('--diff <base..head>', 'of what a repository changes between two revisions; BASE...HEAD since they parted')
    .option('--episode <id>', 'of the drift of an episode; needs --server')
    .option('--server <url>', 'ask a running daemon instead, such as http://127.0.0.1:9480')
    .addOption(new Option('--limit <count>', 'how many dependants the table shows').default('10').argParser(readCount))
    .addOption(outputOption(['table', 'json', 'yaml']));
  addManifestOptions(command).action(async (target: string | undefined, options: OptionValues) => {
    const output = textOption(options, 'output');
    const radius = await radiusOf(run, target, options);
    run.context.write(
      output === 'json' || output === 'yaml'
        ? await formatDocument(radius.document, output)
        : formatBlastRadius(radius.view(), run.context, Number(textOption(options, 'limit'))),
    );
  });
}

interface Answer {
  readonly document: unknown;
  readonly view: () => RadiusView;
}

async function radiusOf(run: CommandRun, target: string | undefined, options: OptionValues): Promise<Answer> {
  const { signal } = run.context;
  const server = textOption(options, 'server');
  const [diff, episode] = [textOption(options, 'diff'), textOption(options, 'episode')];
  requireOne([target, diff, episode]);
  if (options['observed'] !== undefined && (diff !== undefined || server !== undefined))
    throw usage('--observed is not for --diff or --server', 'Leave out one of them');
  if (options['images'] === true && (diff !== undefined || server !== undefined))
    throw usage('--images is not for --diff or --server', 'Leave out one of them');
  if (server !== undefined && diff === undefined) {
    const question = episode === undefined ? ['of', target ?? ''] : ['episode', episode];
    return await askDaemon(run, server, question);
  }
  if (episode !== undefined) throw usage('an episode is known to the daemon alone', 'Give --server with its address');
  const sources = readSources(options);
  const radius = await run.withWorkbench(options, (workbench) =>
    diff === undefined
      ? workbench.blastRadius(sources, target ?? '', signal)
      : workbench.diffRadius(sources, diff, signal),
  );
  return { document: radius, view: () => radius };
}

async function askDaemon(run: CommandRun, server: string, [name = '', value = '']: string[]): Promise<Answer> {
  const [{ askServer }, { blastRadiusDocument }] = await Promise.all([
    import('../ask-server.ts'),
    import('../server-documents.ts'),
  ]);
  const path = `/api/v1/blast-radius?${name}=${encodeURIComponent(value)}`;
  const document = await askServer(server, path, run.context.signal);
  return { document, view: () => blastRadiusDocument.parse(document) };
}

function requireOne(questions: readonly (string | undefined)[]): void {
  if (questions.filter((each) => each !== undefined).length === 1) return;
  throw usage('it is to be about one thing', 'Name KIND/NAME, or --diff BASE..HEAD, or --episode ID');
}

function usage(why: string, remedy: string): AppError {
  return new AppError({ code: 'usage', what: 'cannot tell the blast radius', why, remedy });
}
