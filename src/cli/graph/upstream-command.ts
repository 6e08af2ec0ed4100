import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { AppError } from '../../errors/app-error.ts';
import type { CliContext } from '../cli-context.ts';
import type { CommandRun } from '../command-run.ts';
import { ago } from '../describe-actor.ts';
import { formatDocument, outputOption } from '../output-format.ts';
import { createPaint } from '../paint.ts';
import { printable } from '../printable.ts';
import type { upstreamDocument } from '../server-documents.ts';
import { textOption } from '../source-options.ts';
import { wrapText } from './wrap-text.ts';

/** `mooring upstream KIND/NAME`: which drift may have hit it. The daemon alone knows what drifted and when. */
export function addUpstreamCommand(program: Command, run: CommandRun): void {
  program
    .command('upstream')
    .argument('[kind/name]', 'what is in trouble, such as service/checkout or a node of the graph')
    .description('rank what changed upstream of a service that is in trouble')
    .option('--alert <fingerprint>', 'of what an alert that fires is about')
    .addOption(new Option('--server <url>', 'the daemon').default('http://127.0.0.1:9480'))
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(async (target: string | undefined, options) => {
      const alert = textOption(options, 'alert');
      if ((target === undefined) === (alert === undefined)) throw usage();
      const [{ askServer }, { upstreamDocument: shape }] = await Promise.all([
        import('../ask-server.ts'),
        import('../server-documents.ts'),
      ]);
      const question =
        alert === undefined ? `of=${encodeURIComponent(target ?? '')}` : `alert=${encodeURIComponent(alert)}`;
      const answer = await askServer(
        textOption(options, 'server') ?? '',
        `/api/v1/upstream?${question}`,
        run.context.signal,
      );
      const output = textOption(options, 'output');
      run.context.write(
        output === 'json' || output === 'yaml'
          ? await formatDocument(answer, output)
          : formatUpstream(shape.parse(answer), new Date().toISOString(), run.context),
      );
    });
}

const effectWords = { breaks: 'breaks it', degrades: 'degrades it', 'may-degrade': 'may degrade it' } as const;

export function formatUpstream(
  { of, changes, notSeen }: z.output<typeof upstreamDocument>,
  now: string,
  { colour, columns }: Pick<CliContext, 'colour' | 'columns'>,
): string {
  const paint = createPaint(colour);
  const wrap = (text: string, indent: number): string[] => wrapText(printable(text), { width: columns, indent });
  const lines = [...wrap(`What changed upstream of ${of}`, 0).map((line) => paint.strong(line)), ''];
  if (changes.length === 0) lines.push(...wrap('No drift that is known reaches it.', 2));
  for (const { resource, path, change, state, actor, onset, effect, probability, through, why } of changes) {
    const [, kind = '', namespace = '', name = ''] = resource.split('/');
    const what = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
    const who = actor === null ? 'by nobody known' : `by ${actor.manager} (${actor.class})`;
    const end = state === 'open' ? '' : ', ended since';
    lines.push(
      ...wrap(`${Math.round(probability * 100)} % ${effectWords[effect]}: ${what} ${path === '' ? change : path}`, 2),
      ...wrap(`${who}, ${ago(onset.notAfter, now)}${end}`, 6).map((line) => paint.faint(line)),
      ...wrap(`${why}; by ${through.join(' → ')}`, 6).map((line) => paint.faint(line)),
    );
  }
  lines.push('', ...wrap(`Not seen: ${notSeen.join('; ')}.`, 0).map((line) => paint.faint(line)));
  return `${lines.join('\n')}\n`;
}

function usage(): AppError {
  return new AppError({
    code: 'usage',
    what: 'cannot tell what changed upstream',
    why: 'it is to be about one thing',
    remedy: 'Name KIND/NAME, or --alert FINGERPRINT',
  });
}
