import { Option, type Command } from 'commander';
import type { Episode } from '../incidents/episode.ts';
import { describeResourceId } from '../resource/resource-id.ts';
import type { CliContext } from './cli-context.ts';
import type { CommandRun } from './command-run.ts';
import { ago, describeActor } from './describe-actor.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { createPaint } from './paint.ts';
import { printable } from './printable.ts';
import { readCount } from './read-count.ts';
import { showValue } from './show-value.ts';
import { textOption } from './source-options.ts';

/** `mooring episodes`: drift from onset to resolution, as the daemon remembers it. */
export function addEpisodesCommand(program: Command, run: CommandRun): void {
  program
    .command('episodes')
    .description('list what drifted, since when, and how it ended')
    .addOption(new Option('--state <state>', 'only these').choices(['open', 'resolved']))
    .addOption(new Option('--limit <count>', 'how many at most').default('50').argParser(readCount))
    .option('--history <file>', 'the state file of the daemon')
    .option('-c, --config <file>', 'a mooring.yaml that names the state file')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (options) => {
      const { context } = run;
      await using memory = await context.services.openMemory(run.openOptions(options));
      const state = textOption(options, 'state');
      const episodes = await memory.episodes({
        state: state === 'open' || state === 'resolved' ? state : undefined,
        limit: Number(textOption(options, 'limit')),
      });
      const output = textOption(options, 'output');
      context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument({ apiVersion: 'mooring.dev/v1', kind: 'EpisodeList', items: episodes }, output)
          : formatEpisodes(episodes, new Date().toISOString(), context),
      );
    });
}

/** Two lines an episode, newest first; `now` is RFC 3339. */
export function formatEpisodes(
  episodes: readonly Episode[],
  now: string,
  { columns, colour }: Pick<CliContext, 'columns' | 'colour'>,
): string {
  if (episodes.length === 0) return 'No episodes.\n';
  const paint = createPaint(colour);
  const width = Math.max(columns ?? 160, 60);
  const idWidth = Math.max(...episodes.map(({ id }) => id.length));
  const blocks = episodes.map((episode) => {
    const end = episode.resolvedAt === null ? 'open' : `resolved ${ago(episode.resolvedAt, now)}`;
    const head = [
      episode.id.padEnd(idWidth),
      paint.severity(episode.severity, episode.severity.padEnd(8)),
      paint.strong(printable(describeResourceId(episode.resource))),
      printable(episode.path === '' ? episode.change : episode.path),
    ];
    const who = episode.actor === null ? 'nobody known' : describeActor(episode.actor);
    const values = episode.path === '' ? '' : `${showValue(episode.desired, 40)} → ${showValue(episode.live, 40)}, `;
    const tail = `${values}by ${who}, noticed ${ago(episode.openedAt, now)}, ${end}`;
    return `${head.join('  ')}\n${' '.repeat(idWidth + 2)}${paint.faint(tail.slice(0, width))}\n`;
  });
  return blocks.join('');
}
