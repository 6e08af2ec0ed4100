import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import type { CommandRun } from './command-run.ts';
import { ago } from './describe-actor.ts';
import { exitCodes } from './exit-codes.ts';
import { formatDocument, outputOption } from './output-format.ts';
import { createPaint, type Paint } from './paint.ts';
import { printable } from './printable.ts';
import type { StatusView } from './server-documents.ts';
import { textOption } from './source-options.ts';

export const defaultServer = 'http://127.0.0.1:9480';

/** `mooring status`: what a running daemon watches, how current that is, and what troubles it. */
export function addStatusCommand(program: Command, run: CommandRun): void {
  program
    .command('status')
    .description('ask a running daemon how it is; exit code 0 when it is ready, 1 when not')
    .option('--server <url>', 'the address of the daemon', defaultServer)
    .option('--kinds', 'show every watched kind, not only those that are not current')
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (options) => {
      const [{ askServer }, { statusDocument }] = await Promise.all([
        import('./ask-server.ts'),
        import('./server-documents.ts'),
      ]);
      const { context } = run;
      const server = textOption(options, 'server') ?? defaultServer;
      const answer = await askServer(server, '/api/v1/status', context.signal);
      const status = statusDocument.parse(answer);
      const output = textOption(options, 'output');
      context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument(answer, output)
          : formatStatus(status, new Date().toISOString(), { ...context, kinds: options['kinds'] === true }),
      );
      if (!status.ready) run.exitCode = exitCodes.drift;
    });
}

/** A status for people; `now` is RFC 3339. */
export function formatStatus(
  status: StatusView,
  now: string,
  { colour, kinds }: Pick<CliContext, 'colour'> & { readonly kinds?: boolean },
): string {
  const paint = createPaint(colour);
  const word = status.ready ? paint.added('ready') : paint.severity('medium', status.phase);
  const round = status.lastRoundAt === null ? 'no round has finished' : `last round ${ago(status.lastRoundAt, now)}`;
  const lines = [`${word}, started ${ago(status.startedAt, now)}, ${round}`];
  if (status.leadership !== undefined) lines.push(leaderLine(status.leadership, paint));
  if (status.trouble !== null) lines.push(`  ${paint.severity('high', 'trouble')}  ${sentence(status.trouble)}`);
  for (const { source, revision, readAt, error } of status.sources) {
    const at = revision === null ? '' : ` at ${revision.slice(0, 12)}`;
    const read = readAt === null ? 'not read yet' : `read ${ago(readAt, now)}`;
    lines.push(`  ${paint.strong('source')}   ${printable(source)}${at}, ${read}`);
    if (error !== null) lines.push(`           ${paint.severity('high', sentence(error))}`);
  }
  lines.push(...liveLines(status.kinds, now, paint));
  if (kinds === true) lines.push(...kindTable(status.kinds, now));
  for (const { rule, origin, state, quietSince, expires } of status.rules?.canGo ?? []) {
    const why = state === 'expired' ? `expired at ${expires ?? ''}` : `matched nothing since ${ago(quietSince, now)}`;
    lines.push(`  ${paint.strong('rule')}     ${printable(`${rule} of ${origin}`)}: ${why}; it can go`);
  }
  return `${lines.join('\n')}\n`;
}

/** Which of several replicas this is. */
function leaderLine({ isLeader, reason }: NonNullable<StatusView['leadership']>, paint: Paint): string {
  const role = isLeader
    ? 'leads: it tells people and writes to Git'
    : `follows, and writes nothing: ${printable(reason)}`;
  return `  ${paint.strong('replica')}  ${role}`;
}

/** How much is current, and each kind that is not, with its reason. */
function liveLines(kinds: StatusView['kinds'], now: string, paint: Paint): string[] {
  const synced = kinds.filter(({ phase }) => phase === 'synced');
  const objects = synced.reduce((sum, each) => sum + each.objects, 0);
  const lines = [`  ${paint.strong('live')}     ${objects} objects of ${synced.length} kinds are current`];
  for (const { kind, phase, reason, since } of kinds) {
    if (phase === 'synced') continue;
    const name = printable(`${kind.kind} ${kind.apiVersion}`);
    lines.push(`           ${paint.severity('medium', phase)} ${name} since ${ago(since, now)}: ${printable(reason)}`);
  }
  return lines;
}

const kindColumns = ['KIND', 'STATE', 'OBJECTS', 'LAST EVENT', 'LAST LIST', 'RELISTS', 'RESTARTS'];

/** One line for each watched kind, whatever its state. */
function kindTable(kinds: StatusView['kinds'], now: string): string[] {
  const when = (moment: string | null): string => (moment === null ? '-' : ago(moment, now));
  const rows = kinds.map(({ kind, phase, objects, lastEventAt, lastListAt, relists, restarts }) => [
    printable(`${kind.kind} ${kind.apiVersion}`),
    phase,
    String(objects),
    when(lastEventAt),
    when(lastListAt),
    String(relists),
    String(Object.values(restarts).reduce((sum, count) => sum + count, 0)),
  ]);
  const lines = [kindColumns, ...rows];
  const widths = kindColumns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function sentence({
  what,
  why,
  remedy,
}: {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}): string {
  return printable(`${what}: ${why}. ${remedy}.`);
}
